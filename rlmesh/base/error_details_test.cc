// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/error_details.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

TEST(ErrorDetailsTest, SurviveARoundTrip) {
  absl::Status status = absl::InternalError("step failed");
  ErrorDetails details;
  details.exception_type = "pkg.Boom";
  details.traceback = "line 1\nline 2";
  details.recoverable = true;
  SetErrorDetails(details, &status);
  const ErrorDetails got = GetErrorDetails(status);
  EXPECT_EQ(got.exception_type, "pkg.Boom");
  EXPECT_EQ(got.traceback, "line 1\nline 2");
  EXPECT_TRUE(got.recoverable);
}

TEST(ErrorDetailsTest, NewDetailsReplaceOldOnes) {
  absl::Status status = absl::InternalError("x");
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  SetErrorDetails(ErrorDetails(), &status);
  EXPECT_FALSE(GetErrorDetails(status).recoverable);
}

TEST(ErrorDetailsTest, AnErrorWithoutDetailsHasDefaults) {
  const ErrorDetails got = GetErrorDetails(absl::NotFoundError("x"));
  EXPECT_EQ(got.exception_type, "");
  EXPECT_FALSE(got.recoverable);
}

TEST(ErrorDetailsTest, OkCarriesNothing) {
  absl::Status status;
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  EXPECT_THAT(status, IsOk());
}

TEST(AnnotateTest, AddsTheDetailAndKeepsCodeAndPayloads) {
  absl::Status status = absl::NotFoundError("no such image");
  ErrorDetails details;
  details.traceback = "tb";
  SetErrorDetails(details, &status);
  const absl::Status got = Annotate(status, "image x:1");
  EXPECT_THAT(got, StatusIs(absl::StatusCode::kNotFound,
                            testing::StrEq("no such image: image x:1")));
  EXPECT_EQ(GetErrorDetails(got).traceback, "tb");
}

TEST(AnnotateTest, OkStaysOk) { EXPECT_THAT(Annotate({}, "x"), IsOk()); }

}  // namespace
}  // namespace rlmesh
