// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One client's session with an environment, without its transport.

#ifndef RLMESH_ENV_SESSION_ENV_SESSION_H_
#define RLMESH_ENV_SESSION_ENV_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/session/environment_pool.h"
#include "rlmesh/env/session/episode_ledger.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/env_contract.h"
#include "rlmesh/transport/join_session.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {

struct EnvSessionOptions {
  // Longest reset (which may create the environment) and step, whatever the
  // client allows.
  absl::Duration reset_timeout = absl::Seconds(600);
  absl::Duration step_timeout = absl::Seconds(300);
  // Actions out of range are refused under kStrict; otherwise they go through,
  // and environments report them in their infos.
  ValidationPolicy validation = ValidationPolicy::kWarn;
  // Whether lanes can be reset and stepped alone where the autoreset mode
  // allows that; false for vector environments that do all of them at once.
  bool has_independent_lanes = true;
  // A larger response is replaced by an error. More than 2 GiB cannot be sent
  // at all.
  size_t max_response_bytes = wire::kMaxMessageBytes;
  const Clock* clock = Clock::Real();  // not owned
};

// Answers the requests of one Join stream in order: checks them (this is the
// door for actions), calls the environment, keeps the books of its episodes and
// turns errors into EnvError. The environment is made at the first request that
// needs one.
//
// Handle is called by one thread at a time and blocks as long as the
// environment does; Cancel may come from any thread at any time.
//
// Example:
//   EnvSession session(contract, options, acquire);
//   if (session.Handle(request, queued, &response) == EnvSession::Next::kEnd)
//   ...
class EnvSession
    : public JoinSession<env::v1::JoinRequest, env::v1::JoinResponse> {
 public:
  // EnvironmentPool::Acquire, or what a test puts in its place.
  using Acquire = std::function<absl::StatusOr<EnvironmentPool::Lease>(
      const CreateOptions& options)>;

  EnvSession(EnvContract contract, EnvSessionOptions options, Acquire acquire);

  // Whether Handle may block on `request`: false for requests that need no
  // environment, and for environments that answer inline.
  bool MayBlock(const env::v1::JoinRequest& request) const override;

  Next Handle(const env::v1::JoinRequest& request, absl::Duration queued,
              env::v1::JoinResponse* response) override;

  // Makes a running call of the environment, and all later ones, end soon; the
  // making of an environment too.
  void Cancel() override;

 private:
  absl::Status Configure(const env::v1::ConfigureEnvRequest& request,
                         env::v1::JoinResponse* response);
  absl::Status Reset(const env::v1::ResetRequest& request,
                     env::v1::JoinResponse* response);
  absl::Status Step(const env::v1::StepRequest& request,
                    env::v1::JoinResponse* response);
  absl::Status Render(const env::v1::RenderRequest& request,
                      env::v1::JoinResponse* response);

  // Replaces a response that is too large for one message.
  void LimitSize(const env::v1::JoinRequest& request,
                 env::v1::JoinResponse* response);
  absl::Status EnsureEnvironment(absl::Time deadline);
  absl::Status CheckLanes(
      absl::string_view operation,
      const google::protobuf::RepeatedField<uint32_t>& lanes);
  absl::Status CheckAction(const env::v1::StepRequest& request, int lanes);
  // The outcome of a call of the environment for `lanes` (empty: all): keeps in
  // mind which of them failed (`failed`: one byte a row; empty: all) and says
  // which call it was.
  absl::Status Called(absl::string_view operation, absl::Duration timeout,
                      absl::Span<const uint32_t> lanes,
                      absl::Span<const uint8_t> failed,
                      const absl::Status& status);
  void NeedReset(absl::Span<const uint32_t> lanes,
                 absl::Span<const uint8_t> failed);
  absl::Status FillObservation(const Observation& observation,
                               spaces::v1::SpaceValue* value,
                               spaces::v1::MetaMap* infos);

  const EnvContract contract_;
  const EnvSessionOptions options_;
  const Acquire acquire_;
  const bool has_subsets_;  // lanes are independent of each other

  mutable absl::Mutex mu_;  // what Cancel needs
  Cancellation cancellation_;
  Environment* running_ ABSL_GUARDED_BY(mu_) = nullptr;

  EnvironmentPool::Lease environment_;
  EpisodeLedger ledger_;
  std::vector<uint8_t> needs_reset_;  // by lane: the environment failed there

  // Reused from step to step.
  std::vector<absl::string_view> leaves_;
  std::vector<std::string> ids_;
  absl::Duration decode_, user_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_SESSION_ENV_SESSION_H_
