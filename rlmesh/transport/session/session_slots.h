// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// How many clients may be connected at a time.

#ifndef RLMESH_TRANSPORT_SESSION_SESSION_SLOTS_H_
#define RLMESH_TRANSPORT_SESSION_SESSION_SLOTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace rlmesh {

// The places of a server's Join streams. Thread-safe; never blocks.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(uint64_t slot, slots.Take(context->peer()));
//   ...
//   slots.Free(slot);
class SessionSlots {
 public:
  // `limit` is 1 or more; `served` is what its clients come for: "environment",
  // "model".
  SessionSlots(int limit, std::string served)
      : limit_(limit), served_(std::move(served)) {}

  // A slot for `holder`. When there is none: FailedPrecondition with the
  // published text (of environments) for a limit of 1, otherwise
  // ResourceExhausted with the limit and who holds the slots.
  absl::StatusOr<uint64_t> Take(absl::string_view holder);

  // Idempotent.
  void Free(uint64_t slot);

 private:
  const int limit_;
  const std::string served_;
  absl::Mutex mu_;
  uint64_t next_ ABSL_GUARDED_BY(mu_) = 1;
  std::map<uint64_t, std::string> holders_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_SESSION_SESSION_SLOTS_H_
