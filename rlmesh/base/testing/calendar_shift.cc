// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/testing/calendar_shift.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace {

std::atomic<int64_t> shift_seconds{0};

}  // namespace

// In the place of the C library's.
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const int result = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += shift_seconds;
  return result;
}

namespace rlmesh {

CalendarShift::CalendarShift(absl::Duration by) {
  shift_seconds = absl::ToInt64Seconds(by);
}

CalendarShift::~CalendarShift() { shift_seconds = 0; }

}  // namespace rlmesh
