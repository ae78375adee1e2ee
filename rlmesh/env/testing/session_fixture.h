// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// An EnvSession for tests.

#ifndef RLMESH_ENV_TESTING_SESSION_FIXTURE_H_
#define RLMESH_ENV_TESTING_SESSION_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "glog/logging.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "rlmesh/env/session/env_session.h"
#include "rlmesh/env/session/environment_pool.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"

namespace rlmesh {

// Action 1 of SimpleContract, as text.
inline constexpr char kActionOne[] =
    R"(action { leaves: "\001\0\0\0\0\0\0\0" })";

// That `response` is an error of this code, recoverable or not, whose message
// begins like this.
MATCHER_P3(IsError, code, recoverable, begin, "is that EnvError") {
  *result_listener << arg.ShortDebugString();
  return arg.has_error() && arg.error().code() == code &&
         arg.error().is_recoverable() == recoverable &&
         absl::StartsWith(arg.error().message(), begin);
}

// A session of a scripted environment, asked in text. Set `script_` and
// `options_` before the first request.
class EnvSessionTest : public ::testing::Test {
 protected:
  EnvSessionTest() { script_.contract = SimpleContract(); }

  EnvSession& session() {
    if (session_ == nullptr) {
      factory_ = std::make_unique<ScriptedFactory>(&script_);
      pool_ = std::make_unique<EnvironmentPool>(factory_.get());
      session_ = std::make_unique<EnvSession>(
          script_.contract, options_, [this](const CreateOptions& options) {
            return pool_->Acquire(options);
          });
    }
    return *session_;
  }

  // The answer to a request in text form.
  const env::v1::JoinResponse& Ask(const std::string& text) {
    env::v1::JoinRequest request;
    CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
    request.set_request_id("r");
    next_ = session().Handle(request, absl::ZeroDuration(), &response_);
    EXPECT_EQ(response_.request_id(), "r");
    return response_;
  }
  const env::v1::JoinResponse& Step(const std::string& more = "") {
    return Ask("step { " + std::string(kActionOne) + more + " }");
  }
  bool ended() const { return next_ == EnvSession::Next::kEnd; }

  Script script_;
  EnvSessionOptions options_;
  std::unique_ptr<ScriptedFactory> factory_;
  std::unique_ptr<EnvironmentPool> pool_;
  std::unique_ptr<EnvSession> session_;
  env::v1::JoinResponse response_;
  EnvSession::Next next_ = EnvSession::Next::kGoOn;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_SESSION_FIXTURE_H_
