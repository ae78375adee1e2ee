// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/slots.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/little_endian.h"

namespace rlmesh {
namespace {

constexpr uint64_t kLine = 64;  // a cache line: no two leaves share one

uint64_t RoundUp(uint64_t n, uint64_t unit) {
  return (n + unit - 1) / unit * unit;
}

// Places `lanes` rows of each of `sizes` from `*end` on; false when that is too
// much.
bool Place(absl::Span<const uint64_t> sizes, uint64_t lanes,
           std::vector<SlotLayout::Leaf>* to, uint64_t* end) {
  for (uint64_t bytes : sizes) {
    SlotLayout::Leaf leaf;
    leaf.bytes = bytes;
    if (bytes != SlotLayout::kVariable) {
      leaf.offset = *end;
      if (bytes > SlotLayout::kMaxSize / lanes) return false;
      *end = RoundUp(*end + lanes * bytes, kLine);
      if (*end > SlotLayout::kMaxSize) return false;
    }
    to->push_back(leaf);
  }
  return true;
}

}  // namespace

absl::StatusOr<SlotLayout> SlotLayout::Create(
    uint64_t lanes, uint64_t workers, absl::Span<const uint64_t> action_bytes,
    absl::Span<const uint64_t> observation_bytes) {
  SlotLayout layout;
  layout.lanes = lanes;
  layout.rewards = 0;
  layout.terminated = 8 * lanes;
  layout.truncated = 9 * lanes;
  layout.interrupted = RoundUp(10 * lanes, 8);
  layout.size = RoundUp(layout.interrupted + 8 * workers, kLine);
  if (!Place(action_bytes, lanes, &layout.action, &layout.size) ||
      !Place(observation_bytes, lanes, &layout.observation, &layout.size)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("an action and an observation of ", lanes,
                     " lanes need more than ", kMaxSize, " bytes"));
  }
  return layout;
}

std::string SlotLayout::Encode(uint64_t worker, uint64_t first,
                               uint64_t count) const {
  std::vector<uint64_t> numbers = {size,          lanes,
                                   rewards,       terminated,
                                   truncated,     interrupted + 8 * worker,
                                   first,         count,
                                   action.size(), observation.size()};
  for (const auto* leaves : {&action, &observation}) {
    for (const Leaf& leaf : *leaves) {
      numbers.push_back(leaf.offset);
      numbers.push_back(leaf.bytes);
    }
  }
  std::string out(8 * numbers.size(), '\0');
  for (size_t i = 0; i < numbers.size(); ++i) {
    StoreLittleEndian<uint64_t>(numbers[i], &out[8 * i]);
  }
  return out;
}

absl::StatusOr<SharedSlots> SharedSlots::Create(uint64_t size) {
  SharedSlots slots;
  slots.fd_.Reset(
      memfd_create("rlmesh-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!slots.fd_.valid()) return absl::ErrnoToStatus(errno, "memfd_create");
  const int error = posix_fallocate(slots.fd(), 0, static_cast<off_t>(size));
  if (error != 0) {
    return absl::ErrnoToStatus(
        error, absl::StrCat("shared memory of ", size, " bytes"));
  }
  if (fcntl(slots.fd(), F_ADD_SEALS,
            F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return absl::ErrnoToStatus(errno, "sealing shared memory");
  }
  void* data =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, slots.fd(), 0);
  if (data == MAP_FAILED) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("mapping shared memory of ", size, " bytes"));
  }
  slots.data_ = static_cast<char*>(data);
  slots.size_ = size;
  return slots;
}

SharedSlots::SharedSlots(SharedSlots&& other) noexcept
    : fd_(std::move(other.fd_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SharedSlots& SharedSlots::operator=(SharedSlots&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SharedSlots::~SharedSlots() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace rlmesh
