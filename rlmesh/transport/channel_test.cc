// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/channel.h"

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/channel.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/grpc_server.h"
#include "rlmesh/transport/testing/raw_listener.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::unique_ptr<GrpcServer> StartAt(const std::string& address) {
  // A service that answers nothing, so that there is something to serve.
  static auto* const service = new env::v1::EnvService::CallbackService;
  return std::move(GrpcServer::Start({*Address::ForBind(address)},
                                     {{wire::kEnvService, service}}))
      .value();
}

TEST(ChannelTest, ConnectsOverTcpAndUnixSockets) {
  const TempDir dir = *TempDir::Create("channel");
  for (const std::string& where : {std::string("127.0.0.1:0"),
                                   absl::StrCat("unix://", dir.path(), "/s")}) {
    const std::unique_ptr<GrpcServer> server = StartAt(where);
    const auto channel = ConnectChannel(server->address(), {});
    RLMESH_ASSERT_OK(channel);
    EXPECT_EQ((*channel)->GetState(false), GRPC_CHANNEL_READY);
  }
}

TEST(ChannelTest, NothingListeningFailsAtOnce) {
  const Address free = [] { return RawListener::Mute()->address(); }();
  const absl::Time start = absl::Now();
  EXPECT_THAT(ConnectChannel(free, {absl::Seconds(60)}),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr(free.ToString()),
                             HasSubstr("is the server running?"))));
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  EXPECT_THAT(
      ConnectChannel(*Address::ForConnect("unix:///tmp/rlmesh-none"), {}),
      StatusIs(absl::StatusCode::kUnavailable,
               AllOf(HasSubstr("/tmp/rlmesh-none"), HasSubstr("no such"))));
}

// Capitals: the probe of our own takes localhost for an address.
TEST(ChannelTest, NothingListeningAtANameFailsAtOnce) {
  const Address free = [] { return RawListener::Mute()->address(); }();
  for (const absl::string_view name : {"localhost", "LOCALHOST"}) {
    const absl::StatusOr<Address> address =
        Address::ForConnect(absl::StrCat(name, ":", free.port()));
    RLMESH_ASSERT_OK(address);
    const absl::Time start = absl::Now();
    EXPECT_THAT(
        ConnectChannel(*address, {absl::Seconds(60)}),
        StatusIs(absl::StatusCode::kUnavailable,
                 AllOf(HasSubstr(address->ToString()), HasSubstr("refused"))));
    EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  }
}

TEST(ChannelTest, WaitsForAServerThatIsYetToCome) {
  const TempDir dir = *TempDir::Create("channel");
  const std::string where = absl::StrCat("unix://", dir.path(), "/s");
  const std::unique_ptr<GrpcServer> server = [&where] {
    std::unique_ptr<GrpcServer> late;
    absl::StatusOr<std::shared_ptr<grpc::Channel>> channel;
    std::thread client([&channel, &where] {
      channel = ConnectChannel(*Address::ForConnect(where),
                               {absl::Seconds(60), /*wait_for_server=*/true});
    });
    late = StartAt(where);
    client.join();
    RLMESH_EXPECT_OK(channel);
    return late;
  }();
}

TEST(ChannelTest, AMuteListenerEndsAtTheDeadline) {
  const std::unique_ptr<RawListener> mute = RawListener::Mute();
  const absl::Time start = absl::Now();
  EXPECT_THAT(ConnectChannel(mute->address(), {absl::Milliseconds(600)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       AllOf(HasSubstr(mute->address().ToString()),
                             HasSubstr("no gRPC server"))));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(500));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

TEST(ChannelTest, AnHttpOneServerIsNamed) {
  const std::unique_ptr<RawListener> web =
      RawListener::Answering("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_THAT(
      ConnectChannel(web->address(), {absl::Seconds(20)}),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr(web->address().ToString()),
                     HasSubstr("no gRPC server"), HasSubstr("HTTP/1"))));
}

TEST(ChannelTest, AnotherProtocolIsNamed) {
  const std::unique_ptr<RawListener> ssh =
      RawListener::Answering("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_THAT(ConnectChannel(ssh->address(), {absl::Seconds(20)}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("other than HTTP/2")));
}

TEST(ChannelTest, APeerThatHangsUpIsNamed) {
  const std::unique_ptr<RawListener> proxy = RawListener::Answering("");
  EXPECT_THAT(ConnectChannel(proxy->address(), {absl::Seconds(20)}),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("closes the connection")));
}

TEST(ChannelTest, ATimeoutMustBePositive) {
  EXPECT_THAT(
      ConnectChannel(*Address::ForConnect("h:1"), {absl::ZeroDuration()}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("0")));
}

}  // namespace
}  // namespace rlmesh
