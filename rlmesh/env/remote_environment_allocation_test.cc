// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A remote step allocates what gRPC needs for a message there and back, and
// nothing more.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>

#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/env/testing/scripted_env_service.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/spaces/value.h"
#include "rlmesh/transport/channel.h"

namespace {
thread_local int allocations = 0;
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;

// Of ten steps on this thread: the fewest of many tries, because gRPC may lend
// its work to any thread that waits.
int AllocationsOf(const std::function<bool()>& step) {
  for (int i = 0; i < 200; ++i) {
    if (!step()) return -1;
  }
  int fewest = 1 << 30;
  for (int i = 0; i < 50; ++i) {
    const int before = allocations;
    for (int k = 0; k < 10; ++k) {
      if (!step()) return -1;
    }
    fewest = std::min(fewest, allocations - before);
  }
  return fewest;
}

class RemoteEnvironmentAllocationTest : public ::testing::Test {
 protected:
  RemoteEnvironmentAllocationTest() {
    server_.answer = [](const JoinRequest& request, JoinResponse* response) {
      const std::string observation(8, '\0');
      if (request.has_reset()) {
        response->mutable_reset()->mutable_observation()->add_leaves(
            observation);
        return true;
      }
      env::v1::StepResponse* const step = response->mutable_step();
      step->mutable_observation()->add_leaves(observation);
      step->mutable_infos();
      step->add_rewards(1);
      step->set_terminated_mask(std::string(1, '\0'));
      step->set_truncated_mask(std::string(1, '\0'));
      return true;
    };
  }

  // What gRPC allocates for the messages of a step that are all reused.
  int BareAllocations() {
    const auto stub =
        env::v1::EnvService::NewStub(*ConnectChannel(server_.address(), {}));
    grpc::ClientContext context;
    const auto stream = stub->Join(&context);
    JoinRequest request;
    JoinResponse response;
    request.set_request_id("grpc-req-100000");
    request.mutable_step()->mutable_action()->add_leaves(std::string(8, '\0'));
    request.mutable_step()->add_episode_ids(std::string(36, 'e'));
    const int result = AllocationsOf(
        [&] { return stream->Write(request) && stream->Read(&response); });
    context.TryCancel();
    stream->Finish();
    return result;
  }

  ScriptedEnvService server_;
};

TEST_F(RemoteEnvironmentAllocationTest, AStepAllocatesWhatGrpcNeedsAndNoMore) {
  const int bare = BareAllocations();
  ASSERT_GT(bare, 0);  // the counter counts
  auto factory = RemoteEnvironmentFactory::Connect(server_.address(), {});
  RLMESH_ASSERT_OK(factory);
  const std::unique_ptr<Environment> env = *(*factory)->Create();
  Observation observation;
  RLMESH_ASSERT_OK(env->Reset({}, &observation));
  const ValueBuffer action(env->contract().action_space, 1);
  StepRequest step;
  step.actions = action.view();
  Transition transition;
  EXPECT_EQ(AllocationsOf([&] { return env->Step(step, &transition).ok(); }),
            bare);
}

}  // namespace
}  // namespace rlmesh
