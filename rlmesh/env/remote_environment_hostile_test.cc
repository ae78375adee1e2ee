// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Servers that answer nonsense, or not at all.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/env/testing/gate.h"
#include "rlmesh/env/testing/scripted_env_service.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string& Zero() {
  static const auto* const leaf = new std::string(8, '\0');
  return *leaf;
}

class HostileServerTest : public ::testing::Test {
 protected:
  HostileServerTest() {
    server_.answer = [this](const JoinRequest& request,
                            JoinResponse* response) {
      if (request.has_reset()) {
        response->mutable_reset()->mutable_observation()->add_leaves(Zero());
        return true;
      }
      return !on_step || on_step(response);
    };
  }

  RemoteEnvironment* env() {
    if (env_ == nullptr) {
      auto factory =
          RemoteEnvironmentFactory::Connect(server_.address(), options_);
      EXPECT_TRUE(factory.ok()) << factory.status();
      env_ = *(*factory)->Create();
    }
    return static_cast<RemoteEnvironment*>(env_.get());
  }
  absl::Status Reset() { return env()->Reset({}, &observation_); }
  absl::Status Step() {
    action_.Reset(env()->contract().action_space, 1);
    StepRequest step;
    step.actions = action_.view();
    return env()->Step(step, &transition_);
  }
  // The step's answer: an observation, then what the test adds.
  static env::v1::StepResponse* Fill(JoinResponse* response) {
    env::v1::StepResponse* const step = response->mutable_step();
    step->mutable_observation()->add_leaves(Zero());
    return step;
  }

  std::function<bool(JoinResponse*)> on_step;
  ScriptedEnvService server_;
  RemoteOptions options_;
  std::unique_ptr<Environment> env_;
  ValueBuffer action_;
  Observation observation_;
  Transition transition_;
};

TEST_F(HostileServerTest, AnObservationOfTheWrongSizeIsRefusedWithItsPath) {
  RLMESH_ASSERT_OK(Reset());
  on_step = [](JoinResponse* response) {
    response->mutable_step()->mutable_observation()->add_leaves("abc");
    return true;
  };
  EXPECT_THAT(Step(),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr(server_.address().ToString()),
                             HasSubstr("length mismatch: slab: got 3 bytes"))));
}

TEST_F(HostileServerTest, AnObservationOutsideItsDomainIsRefused) {
  RLMESH_ASSERT_OK(Reset());
  on_step = [](JoinResponse* response) {
    response->mutable_step()->mutable_observation()->add_leaves(
        std::string(8, '\x7f'));
    return true;
  };
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kInternal,
                               HasSubstr("not in range [0, 5)")));
}

TEST_F(HostileServerTest, AnAnswerWithoutObservationIsRefused) {
  RLMESH_ASSERT_OK(Reset());
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kInternal,
                               HasSubstr("sent no observation")));
}

TEST_F(HostileServerTest, MasksOfTheWrongWidthAreRefused) {
  RLMESH_ASSERT_OK(Reset());
  on_step = [](JoinResponse* response) {
    Fill(response)->set_terminated_mask("ab");
    return true;
  };
  EXPECT_THAT(Step(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("2 terminated")));
}

TEST_F(HostileServerTest, AnEndWithoutMasksIsReadFromTheCompletedEpisode) {
  std::string id;
  const auto proper = server_.answer;
  server_.answer = [&id, proper](const JoinRequest& request,
                                 JoinResponse* response) {
    if (request.has_reset()) id = request.reset().episode_ids(0);
    return proper(request, response);
  };
  RLMESH_ASSERT_OK(Reset());
  on_step = [&id](JoinResponse* response) {
    env::v1::EpisodeMetadata* const episode =
        Fill(response)->add_completed_episodes();
    episode->set_episode_id(id);
    episode->set_truncated(true);
    return true;
  };
  RLMESH_ASSERT_OK(Step());
  EXPECT_THAT(transition_.truncated, ElementsAre(1));
  EXPECT_THAT(transition_.terminated, ElementsAre(0));
  EXPECT_THAT(transition_.rewards, ElementsAre(0));
}

TEST_F(HostileServerTest, TheEndOfTheStreamIsALostSession) {
  RLMESH_ASSERT_OK(Reset());
  on_step = [](JoinResponse*) { return false; };
  const absl::Status status = Step();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("connection closed")));
  EXPECT_TRUE(GetErrorDetails(status).recoverable);
  on_step = [](JoinResponse* response) {
    Fill(response);
    return true;
  };
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kFailedPrecondition));
  RLMESH_ASSERT_OK(Reset());
  RLMESH_EXPECT_OK(Step());
  EXPECT_EQ(server_.joins, 2);
}

TEST_F(HostileServerTest, AnAnswerOfAnotherKindEndsTheSession) {
  RLMESH_ASSERT_OK(Reset());
  on_step = [](JoinResponse* response) {
    response->mutable_close();
    return true;
  };
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kInternal,
                               HasSubstr("unexpected message")));
}

TEST_F(HostileServerTest, AnAnswerToNobodysQuestionIsNotTaken) {
  options_.step_timeout = absl::Milliseconds(100);
  RLMESH_ASSERT_OK(Reset());
  on_step = [](JoinResponse* response) {
    Fill(response);
    response->set_request_id("somebody else's");
    return true;
  };
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(HostileServerTest, AServerThatRefusesTheEditionIsQuoted) {
  server_.configure = [](const JoinRequest&, JoinResponse* response) {
    response->mutable_error()->set_message("pinned to another");
    return true;
  };
  EXPECT_THAT(Reset(), StatusIs(absl::StatusCode::kInternal,
                                HasSubstr("pinned to another")));
  server_.configure = nullptr;
  RLMESH_EXPECT_OK(Reset());
}

TEST_F(HostileServerTest, ThePinIsTheAgreedEdition) {
  server_.handshake.mutable_base()->set_supported_workflow_editions(
      0, "2026.06-rc");
  RLMESH_ASSERT_OK(Reset());
  EXPECT_THAT(server_.pins, ElementsAre("2026.06-rc"));
}

// Published clients wait for the headers; ours must not wait for ever.
TEST_F(HostileServerTest, AServerWithoutHeadersEndsAtTheDeadline) {
  server_.sends_headers = false;
  options_.reset_timeout = absl::Milliseconds(200);
  const absl::Status status = Reset();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded,
                               HasSubstr(server_.address().ToString())));
}

TEST_F(HostileServerTest, AMuteServerEndsAtTheDeadlineAndACloseToo) {
  const auto gate = std::make_shared<Gate>();
  options_.step_timeout = absl::Milliseconds(50);
  RLMESH_ASSERT_OK(Reset());
  on_step = [gate](JoinResponse*) {
    gate->Await();
    return false;
  };
  EXPECT_THAT(Step(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  gate->Open();
  RLMESH_EXPECT_OK(env()->Close());
}

}  // namespace
}  // namespace rlmesh
