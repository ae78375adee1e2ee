// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The memory that a server shares with its worker.

#ifndef RLMESH_WORKER_SLOTS_H_
#define RLMESH_WORKER_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rlmesh/base/fd.h"

namespace rlmesh {

// Where everything of fixed size lies: rewards and flags first, then the leaves
// of an action, then those of an observation. Each leaf holds the rows of all
// lanes one after the other, as values do, whichever worker writes them:
// several workers share one memory, and what they wrote is one value without a
// copy. Leaves of variable size have no place: they travel in frames.
struct SlotLayout {
  static constexpr uint64_t kVariable = ~uint64_t{0};
  static constexpr uint64_t kMaxSize = uint64_t{1} << 30;

  struct Leaf {
    uint64_t offset = 0;
    uint64_t bytes = 0;  // of one lane; kVariable: not here
  };

  // rewards: f64 a lane; terminated, truncated: one byte a lane.
  uint64_t lanes = 1;
  uint64_t rewards = 0;
  uint64_t terminated = 0;
  uint64_t truncated = 0;
  // u64 a worker: the id of the last request that the server interrupted. The
  // signal that comes with it may reach the worker before or after that
  // request.
  uint64_t interrupted = 0;
  std::vector<Leaf> action;
  std::vector<Leaf> observation;
  uint64_t size = 0;

  // For `lanes` lanes in `workers` workers; sizes are those of one lane.
  // ResourceExhausted above kMaxSize.
  static absl::StatusOr<SlotLayout> Create(
      uint64_t lanes, uint64_t workers, absl::Span<const uint64_t> action_bytes,
      absl::Span<const uint64_t> observation_bytes);

  // As worker number `worker`, with `count` lanes from `first` on, reads it: a
  // run of u64.
  std::string Encode(uint64_t worker, uint64_t first, uint64_t count) const;
};

// An anonymous file of fixed size, mapped here and in the worker. It is sealed:
// the worker can write any bytes into it at any time, but cannot shrink it
// under us. What is read from it must be checked, or be such that any bytes do.
//
// x86 keeps the stores of each side in order, and the doorbell's system call
// orders them on every machine.
class SharedSlots {
 public:
  // Reserves the memory now, so that a later access cannot fail.
  static absl::StatusOr<SharedSlots> Create(uint64_t size);

  SharedSlots() = default;
  SharedSlots(SharedSlots&& other) noexcept;
  SharedSlots& operator=(SharedSlots&& other) noexcept;
  ~SharedSlots();

  char* data() const { return data_; }
  uint64_t size() const { return size_; }
  int fd() const { return fd_.get(); }
  // The memory stays.
  void CloseFd() { fd_.Reset(); }

 private:
  UniqueFd fd_;
  char* data_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_WORKER_SLOTS_H_
