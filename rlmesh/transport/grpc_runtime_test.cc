// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/grpc_runtime.h"

#include <string>

#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(GrpcRuntimeTest, ReasonsOfAnAbortAreSaid) {
  PrepareGrpc();
  CaptureStderr();
  gpr_log(GPR_ERROR, "assertion failed: %s", "a == b");
  EXPECT_NE(GetCapturedStderr().find("assertion failed: a == b"),
            std::string::npos);
  CaptureStderr();
  EXPECT_ANY_THROW(GOOGLE_LOG(FATAL) << "no such field");
  EXPECT_NE(GetCapturedStderr().find("no such field"), std::string::npos);
}

TEST(GrpcRuntimeTest, WhatAPeerCanCauseIsNotSaid) {
  PrepareGrpc();
  CaptureStderr();
  gpr_log(GPR_ERROR, "the peer sends nonsense");
  GOOGLE_LOG(ERROR) << "the peer sends a string that is not UTF-8";
  EXPECT_EQ(GetCapturedStderr(), "");
}

}  // namespace
}  // namespace rlmesh
