// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/env_error.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

TEST(EnvErrorTest, CodesComeBack) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument,
        absl::StatusCode::kFailedPrecondition, absl::StatusCode::kUnimplemented,
        absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kCancelled,
        absl::StatusCode::kResourceExhausted, absl::StatusCode::kUnavailable,
        absl::StatusCode::kInternal}) {
    EXPECT_THAT(FromEnvError(ToEnvError(absl::Status(code, "why"))),
                StatusIs(code, "why"));
  }
}

TEST(EnvErrorTest, BadRequestsLeaveTheStreamOpen) {
  EXPECT_TRUE(ToEnvError(absl::InvalidArgumentError("")).is_recoverable());
  EXPECT_TRUE(ToEnvError(absl::UnimplementedError("")).is_recoverable());
  EXPECT_TRUE(ToEnvError(absl::DeadlineExceededError("")).is_recoverable());
}

TEST(EnvErrorTest, AFailureIsRecoverableWhenTheEnvironmentSaysSo) {
  absl::Status status = absl::InternalError("boom");
  EXPECT_FALSE(ToEnvError(status).is_recoverable());
  SetErrorDetails({"", "", true}, &status);
  EXPECT_TRUE(ToEnvError(status).is_recoverable());
  EXPECT_EQ(ToEnvError(status).code(), env::v1::ENV_ERROR_CODE_INTERNAL);
}

TEST(EnvErrorTest, TracebackAndTypeCrossTheWire) {
  const std::string traceback =
      "Traceback (most recent call last):\n  File \"e.py\", line 3, in step\n"
      "    raise pkg.Lost(\"a: b\")\npkg.Lost: a: b\nsecond line\n";
  absl::Status status = absl::InternalError("step failed: pkg.Lost: a: b");
  SetErrorDetails({"pkg.Lost", traceback, true}, &status);
  EXPECT_EQ(FromEnvError(ToEnvError(status)), status);
}

TEST(EnvErrorTest, CodesNobodyKnowsAreInternal) {
  env::v1::EnvError error;
  error.set_code(static_cast<env::v1::EnvErrorCode>(77));
  EXPECT_THAT(FromEnvError(error),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("no reason")));
  error.set_code(env::v1::ENV_ERROR_CODE_CLOSED);
  EXPECT_THAT(FromEnvError(error),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(EnvErrorTest, BytesThatAreNoTextAreReplaced) {
  const env::v1::EnvError error =
      ToEnvError(absl::InternalError("a\xff"
                                     "b"));
  std::string bytes;
  ASSERT_TRUE(error.SerializeToString(&bytes));
  env::v1::EnvError parsed;
  EXPECT_TRUE(parsed.ParseFromString(bytes));
}

}  // namespace
}  // namespace rlmesh
