// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A calendar that somebody sets.

#ifndef RLMESH_BASE_TESTING_CALENDAR_SHIFT_H_
#define RLMESH_BASE_TESTING_CALENDAR_SHIFT_H_

#include "absl/time/time.h"

namespace rlmesh {

// As long as it lives, the calendar of this process (absl::Now, that of gRPC)
// is wrong by so much: a program that links this has a clock_gettime of its
// own. The kernel knows nothing of it. One at a time.
//
// Example:
//   const CalendarShift shift(-absl::Hours(1));  // set back
class CalendarShift {
 public:
  explicit CalendarShift(absl::Duration by);
  ~CalendarShift();
  CalendarShift(const CalendarShift&) = delete;
  CalendarShift& operator=(const CalendarShift&) = delete;
};

}  // namespace rlmesh

#endif  // RLMESH_BASE_TESTING_CALENDAR_SHIFT_H_
