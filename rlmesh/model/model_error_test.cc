// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/model_error.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

TEST(ModelErrorTest, CodesGoThereAndBack) {
  for (absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument,
        absl::StatusCode::kFailedPrecondition,
        absl::StatusCode::kResourceExhausted, absl::StatusCode::kUnimplemented,
        absl::StatusCode::kCancelled, absl::StatusCode::kInternal}) {
    EXPECT_THAT(FromModelError(ToModelError(absl::Status(code, "why"))),
                StatusIs(code, "model error: why"));
  }
  EXPECT_EQ(ToModelError(absl::DataLossError("x")).code(),
            model::v1::MODEL_ERROR_CODE_INTERNAL);
  EXPECT_EQ(ToModelError(absl::UnavailableError("x")).code(),
            model::v1::MODEL_ERROR_CODE_BUSY);
}

TEST(ModelErrorTest, UnknownCodesAreErrorsToo) {
  model::v1::ModelError error;
  EXPECT_THAT(FromModelError(error),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("no reason")));
  error.set_code(static_cast<model::v1::ModelErrorCode>(77));
  EXPECT_THAT(FromModelError(error), StatusIs(absl::StatusCode::kInternal));
  error.set_code(model::v1::MODEL_ERROR_CODE_CLOSED);
  EXPECT_THAT(FromModelError(error),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(ModelErrorTest, DetailsTravel) {
  absl::Status status = absl::InternalError(
      "ValueError: b\xff"
      "d");
  ErrorDetails details;
  details.traceback =
      "Traceback (most recent call last):\n  File \"p.py\"\nValueError: bd\n";
  details.recoverable = true;
  SetErrorDetails(details, &status);
  const absl::Status back = FromModelError(ToModelError(status));
  EXPECT_THAT(back, StatusIs(absl::StatusCode::kInternal,
                             "model error: ValueError: b\xef\xbf\xbd"
                             "d"));
  EXPECT_EQ(GetErrorDetails(back).exception_type, "ValueError");
  EXPECT_EQ(GetErrorDetails(back).traceback, details.traceback);
  EXPECT_TRUE(GetErrorDetails(back).recoverable);
}

TEST(ModelErrorTest, LongTextsAreCut) {
  model::v1::ModelError error;
  error.set_message(std::string(1000000, 'm'));
  error.set_debug_info(std::string(1000000, 'd'));
  const absl::Status status = FromModelError(error);
  EXPECT_LT(status.message().size(), 70000);
  EXPECT_LT(GetErrorDetails(status).traceback.size(), 70000);
}

}  // namespace
}  // namespace rlmesh
