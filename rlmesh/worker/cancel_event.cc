// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/cancel_event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"

namespace rlmesh {

absl::StatusOr<std::unique_ptr<CancelEvent>> CancelEvent::Create() {
  UniqueFd fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, "eventfd");
  return std::unique_ptr<CancelEvent>(new CancelEvent(std::move(fd)));
}

void CancelEvent::Set() {
  is_set_.store(true, std::memory_order_release);
  const uint64_t one = 1;
  ssize_t ignored = write(fd_.get(), &one, sizeof(one));
  (void)ignored;
}

void CancelEvent::Clear() {
  is_set_.store(false, std::memory_order_release);
  uint64_t count;
  ssize_t ignored = read(fd_.get(), &count, sizeof(count));
  (void)ignored;
}

}  // namespace rlmesh
