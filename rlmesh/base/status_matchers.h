// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// GoogleTest matchers for absl::Status and absl::StatusOr, in the shape of
// later abseil releases. For tests only.
//
// Example:
//   EXPECT_THAT(ParseAddress("ftp://x"),
//               StatusIs(absl::StatusCode::kInvalidArgument,
//               HasSubstr("ftp")));
//   EXPECT_THAT(DoIt(), IsOk());

#ifndef RLMESH_BASE_STATUS_MATCHERS_H_
#define RLMESH_BASE_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace status_matchers_internal {

inline const absl::Status& GetStatus(const absl::Status& s) { return s; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& s) {
  return s.status();
}

}  // namespace status_matchers_internal

// Matches a Status or StatusOr that is OK.
MATCHER(IsOk, "is OK") {
  const absl::Status& s = status_matchers_internal::GetStatus(arg);
  if (s.ok()) return true;
  *result_listener << "which is " << s;
  return false;
}

// Matches a StatusOr that holds a value which `inner` matches.
MATCHER_P(IsOkAndHolds, inner, "is OK and holds a matching value") {
  if (!arg.ok()) {
    *result_listener << "which is " << arg.status();
    return false;
  }
  return ::testing::ExplainMatchResult(inner, *arg, result_listener);
}

// Matches an error by its code.
MATCHER_P(StatusIs, code, "has that status code") {
  const absl::Status& s = status_matchers_internal::GetStatus(arg);
  *result_listener << "which is " << s;
  return s.code() == code;
}

// Matches an error by its code and its message.
MATCHER_P2(StatusIs, code, message, "has that status code and message") {
  const absl::Status& s = status_matchers_internal::GetStatus(arg);
  *result_listener << "which is " << s;
  return s.code() == code &&
         ::testing::ExplainMatchResult(message, std::string(s.message()),
                                       result_listener);
}

}  // namespace rlmesh

#define RLMESH_EXPECT_OK(expr) EXPECT_THAT(expr, ::rlmesh::IsOk())
#define RLMESH_ASSERT_OK(expr) ASSERT_THAT(expr, ::rlmesh::IsOk())

#endif  // RLMESH_BASE_STATUS_MATCHERS_H_
