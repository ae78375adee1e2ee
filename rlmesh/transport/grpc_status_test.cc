// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/grpc_status.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

TEST(GrpcStatusTest, EveryCodeComesBack) {
  RLMESH_EXPECT_OK(FromGrpcStatus(ToGrpcStatus(absl::OkStatus())));
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
    EXPECT_EQ(static_cast<int>(ToGrpcStatus(status).error_code()), code);
  }
}

TEST(GrpcStatusTest, DetailsComeBack) {
  absl::Status status = absl::InternalError("boom");
  SetErrorDetails({"ValueError", "Traceback ...\xff", true}, &status);
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
}

TEST(GrpcStatusTest, LongTextsStayBelowTheLimitOfTrailers) {
  std::string message(100000, 'm');
  message.front() = '<';
  message.back() = '>';
  std::string traceback(100000, 't');
  traceback.back() = '!';
  absl::Status status = absl::InternalError(message);
  SetErrorDetails({"E", traceback, false}, &status);
  const grpc::Status sent = ToGrpcStatus(status);
  EXPECT_LT(sent.error_message().size() + sent.error_details().size(), 3000);
  const absl::Status received = FromGrpcStatus(sent);
  EXPECT_THAT(std::string(received.message()), StartsWith("<m"));
  EXPECT_THAT(std::string(received.message()), EndsWith("m>"));
  EXPECT_THAT(GetErrorDetails(received).traceback, EndsWith("t!"));
}

TEST(GrpcStatusTest, DetailsOfOthersAreIgnored) {
  const grpc::Status status(grpc::StatusCode::ABORTED, "x", "\xff\xff garbage");
  EXPECT_EQ(FromGrpcStatus(status), absl::AbortedError("x"));
}

}  // namespace
}  // namespace rlmesh
