// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/remote_stream.h"

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/remote_connection.h"
#include "rlmesh/env/testing/gate.h"
#include "rlmesh/env/testing/scripted_env_service.h"

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;

// Tells when its stream has ended.
class WatchedService : public ScriptedEnvService {
 public:
  const std::shared_ptr<Gate> ended = std::make_shared<Gate>();

  grpc::Status Join(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<JoinResponse, JoinRequest>* stream) override {
    const std::shared_ptr<Gate> gate = ended;
    const grpc::Status status = ScriptedEnvService::Join(context, stream);
    gate->Open();
    return status;
  }
};

TEST(RemoteStreamTest, AnAnswerThatTheDeadlineOvertookIsGivenOut) {
  WatchedService server;
  auto connection = RemoteConnection::Connect(server.address(), {});
  RLMESH_ASSERT_OK(connection);
  bool waits = false;
  RemoteStream stream(connection->get(), [&] {
    // The server sees it when the deadline has cancelled the call.
    if (waits) server.ended->Await();
  });
  const absl::Time later = absl::Now() + absl::Seconds(60);
  RLMESH_ASSERT_OK(stream.Open(later, absl::InfinitePast()));
  waits = true;
  JoinRequest request;
  request.mutable_step();
  JoinResponse response;
  RLMESH_EXPECT_OK(
      stream.Ask(absl::Now() + absl::Seconds(1), &request, &response));
  EXPECT_TRUE(response.has_step());
  EXPECT_FALSE(stream.is_open());
  waits = false;
  RLMESH_ASSERT_OK(stream.Open(later, absl::InfinitePast()));
  RLMESH_EXPECT_OK(stream.Ask(later, &request, &response));
  EXPECT_TRUE(stream.is_open());
}

TEST(RemoteStreamTest, ASessionThatOpensAtTheDeadlineIsNotOpen) {
  WatchedService server;
  auto connection = RemoteConnection::Connect(server.address(), {});
  RLMESH_ASSERT_OK(connection);
  RemoteStream stream(connection->get(), [&] { server.ended->Await(); });
  EXPECT_THAT(stream.Open(absl::Now() + absl::Seconds(1), absl::InfinitePast()),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_FALSE(stream.is_open());
}

}  // namespace
}  // namespace rlmesh
