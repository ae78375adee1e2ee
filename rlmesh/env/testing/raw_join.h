// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A client that says what a test tells it.

#ifndef RLMESH_ENV_TESTING_RAW_JOIN_H_
#define RLMESH_ENV_TESTING_RAW_JOIN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/grpc_status.h"

namespace rlmesh {

// One Join stream of a client without manners: asks what it likes, a minute at
// most. Methods block; one thread at a time.
//
// Example:
//   RawJoin join(channel);
//   EXPECT_TRUE(join.Reset().has_reset());
class RawJoin {
 public:
  explicit RawJoin(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(env::v1::EnvService::NewStub(channel)) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    stream_ = stub_->Join(&context_);
  }
  ~RawJoin() {
    context_.TryCancel();
    if (!finished_) stream_->Finish();
  }

  grpc::ClientContext& context() { return context_; }
  bool Write(const env::v1::JoinRequest& request) {
    return stream_->Write(request);
  }
  bool Read(env::v1::JoinResponse* response) { return stream_->Read(response); }
  void WaitForHeaders() { stream_->WaitForInitialMetadata(); }
  void WritesDone() { stream_->WritesDone(); }

  env::v1::JoinResponse Ask(env::v1::JoinRequest request) {
    env::v1::JoinResponse response;
    if (!stream_->Write(request) || !stream_->Read(&response)) {
      response.mutable_error()->set_message("the stream has ended");
    }
    return response;
  }
  env::v1::JoinResponse Reset() {
    env::v1::JoinRequest request;
    request.mutable_reset()->add_episode_ids("ep");
    request.set_request_id("r1");
    return Ask(std::move(request));
  }
  static env::v1::JoinRequest StepOf(int64_t action) {
    env::v1::JoinRequest request;
    request.mutable_step()->mutable_action()->add_leaves(
        std::string(reinterpret_cast<const char*>(&action), sizeof(action)));
    request.set_request_id("r2");
    return request;
  }
  env::v1::JoinResponse Step(int64_t action = 1) { return Ask(StepOf(action)); }

  // How the call ended.
  absl::Status Finish() {
    finished_ = true;
    return FromGrpcStatus(stream_->Finish());
  }

 private:
  std::unique_ptr<env::v1::EnvService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<env::v1::JoinRequest, env::v1::JoinResponse>>
      stream_;
  bool finished_ = false;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_RAW_JOIN_H_
