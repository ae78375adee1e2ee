// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/remote_environment.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/uuid.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/transport/handshake.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// What a server may need to say that its deadline has passed.
constexpr absl::Duration kGrace = absl::Milliseconds(500);

uint64_t Millis(absl::Duration timeout) {
  return std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout));
}

}  // namespace

RemoteEnvironment::RemoteEnvironment(
    std::shared_ptr<const RemoteConnection> connection)
    : connection_(std::move(connection)),
      stream_(connection_.get()),
      episode_ids_(contract().num_envs) {}

RemoteEnvironment::~RemoteEnvironment() = default;

bool RemoteEnvironment::takes_lanes() const {
  return HasCapability(connection_->handshake(), wire::kSubsetStep);
}

absl::Status RemoteEnvironment::EnsureOpen(const char* call,
                                           absl::Time deadline) {
  if (closed_) {
    return absl::FailedPreconditionError(
        absl::StrCat(call, " after close: the environment is not connected"));
  }
  if (stream_.is_open()) return absl::OkStatus();
  const bool again = opened_;
  opened_ = true;
  return stream_.Open(
      deadline, again ? SteadyNow() + connection_->options().reopen_timeout
                      : absl::InfinitePast());
}

absl::Status RemoteEnvironment::Exchange(absl::Duration timeout) {
  return stream_.Ask(SteadyNow() + timeout + kGrace, &request_, &response_);
}

// Door 2: what the server sent is checked here and nowhere later.
absl::Status RemoteEnvironment::Observe(const spaces::v1::SpaceValue& value,
                                        bool has_value, int lanes,
                                        bool has_infos,
                                        const spaces::v1::MetaMap& infos,
                                        Observation* observation) {
  if (!has_value) {
    return absl::InternalError(absl::StrCat(connection_->address().ToString(),
                                            " sent no observation"));
  }
  leaves_.assign(value.leaves().begin(), value.leaves().end());
  const absl::Status checked =
      CheckValue(contract().observation_space, ValueView(leaves_), lanes,
                 ValidationPolicy::kOff, nullptr);
  if (!checked.ok()) {
    return absl::InternalError(absl::StrCat(
        connection_->address().ToString(),
        " sent an observation outside its space: ", checked.message()));
  }
  observation->value = ValueView(leaves_);
  observation->has_infos = has_infos;
  infos_.clear();
  // Into the memory that is there; the order of keys does not matter.
  if (!infos.entries().empty()) infos.SerializeToString(&infos_);
  observation->infos = infos_;
  return absl::OkStatus();
}

absl::Status RemoteEnvironment::Reset(const ResetRequest& request,
                                      Observation* observation) {
  const RemoteOptions& options = connection_->options();
  const absl::Duration timeout =
      std::min(request.timeout, options.reset_timeout);
  completed_.Clear();
  for (const int64_t seed : request.seeds) {
    if (seed >= 0) continue;  // others end the session of published servers
    return absl::InvalidArgumentError(absl::StrCat(
        "reset: seed ", seed,
        " is negative; use one from 0 to 9223372036854775807, or none"));
  }
  RLMESH_RETURN_IF_ERROR(EnsureOpen("reset", SteadyNow() + timeout));
  const int lanes = Width(request.lanes);
  env::v1::ResetRequest* const reset = request_.mutable_reset();
  reset->Clear();
  reset->set_timeout_ms(Millis(timeout));
  reset->mutable_env_indices()->Add(request.lanes.begin(), request.lanes.end());
  reset->mutable_seeds()->Add(request.seeds.begin(), request.seeds.end());
  if (request.has_options &&
      !reset->mutable_options()->ParseFromArray(request.options.data(),
                                                request.options.size())) {
    return absl::InvalidArgumentError("reset: the options are no metadata map");
  }
  for (int i = 0; i < lanes; ++i) {
    std::string id = i < static_cast<int>(request.episode_ids.size())
                         ? request.episode_ids[i]
                         : NewUuid7(absl::Now());
    reset->add_episode_ids(id);
    const uint32_t lane = LaneAt(request.lanes, i);
    if (lane < episode_ids_.size()) episode_ids_[lane] = std::move(id);
  }
  RLMESH_RETURN_IF_ERROR(Exchange(timeout));
  began_ = true;
  const env::v1::ResetResponse& reply = response_.reset();
  return Observe(reply.observation(), reply.has_observation(), lanes,
                 reply.has_infos(), reply.infos(), observation);
}

absl::Status RemoteEnvironment::FillFlags(const env::v1::StepResponse& step,
                                          int lanes,
                                          absl::Span<const uint32_t> indices,
                                          Transition* transition) {
  const size_t rows = lanes;
  const auto fits = [rows](size_t size) { return size == rows || size == 0; };
  if (!fits(step.rewards_size()) || !fits(step.terminated_mask().size()) ||
      !fits(step.truncated_mask().size())) {
    return absl::InternalError(absl::StrCat(
        connection_->address().ToString(), " sent ", step.rewards_size(),
        " rewards, ", step.terminated_mask().size(), " terminated and ",
        step.truncated_mask().size(), " truncated values for ", lanes,
        " lanes"));
  }
  rewards_.assign(step.rewards().begin(), step.rewards().end());
  rewards_.resize(rows);
  terminated_.assign(step.terminated_mask().begin(),
                     step.terminated_mask().end());
  terminated_.resize(rows);
  truncated_.assign(step.truncated_mask().begin(), step.truncated_mask().end());
  truncated_.resize(rows);
  for (size_t i = 0; i < rows; ++i) {
    terminated_[i] = terminated_[i] != 0;
    truncated_[i] = truncated_[i] != 0;
    // A server may say it only in the list of completed episodes.
    const uint32_t lane = LaneAt(indices, i);
    if (!step.terminated_mask().empty() || lane >= episode_ids_.size()) {
      continue;
    }
    for (const env::v1::EpisodeMetadata& episode : completed_) {
      if (episode.episode_id() != episode_ids_[lane]) continue;
      terminated_[i] = episode.terminated();
      truncated_[i] = episode.truncated();
    }
  }
  transition->rewards = rewards_;
  transition->terminated = terminated_;
  transition->truncated = truncated_;
  return absl::OkStatus();
}

absl::Status RemoteEnvironment::Step(const StepRequest& request,
                                     Transition* transition) {
  const absl::Duration timeout =
      std::min(request.timeout, connection_->options().step_timeout);
  completed_.Clear();
  if (opened_ && !closed_ && !stream_.is_open()) {
    return absl::FailedPreconditionError(
        "step: the session was lost; reset the environment to open another");
  }
  if (!began_) {
    return absl::FailedPreconditionError(
        "step: no episode has begun; reset the environment first");
  }
  const int lanes = Width(request.lanes);
  RLMESH_RETURN_IF_ERROR(CheckValue(contract().action_space, request.actions,
                                    lanes, ValidationPolicy::kOff, nullptr));
  RLMESH_RETURN_IF_ERROR(EnsureOpen("step", SteadyNow() + timeout));
  env::v1::StepRequest* const step = request_.mutable_step();
  // Field by field: Clear would give the memory of the action back.
  step->mutable_action()->clear_leaves();
  step->clear_env_indices();
  step->clear_episode_ids();
  step->set_timeout_ms(Millis(timeout));
  step->mutable_env_indices()->Add(request.lanes.begin(), request.lanes.end());
  for (const absl::string_view leaf : request.actions.leaves()) {
    step->mutable_action()->add_leaves(leaf.data(), leaf.size());
  }
  if (!request.episode_ids.empty()) {
    for (const std::string& id : request.episode_ids) {
      step->add_episode_ids(id);
    }
  } else {
    for (int i = 0; i < lanes; ++i) {
      const uint32_t lane = LaneAt(request.lanes, i);
      if (lane < episode_ids_.size()) {
        step->add_episode_ids(episode_ids_[lane]);
      }
    }
  }
  RLMESH_RETURN_IF_ERROR(Exchange(timeout));
  env::v1::StepResponse* const reply = response_.mutable_step();
  completed_.Swap(reply->mutable_completed_episodes());
  RLMESH_RETURN_IF_ERROR(FillFlags(*reply, lanes, request.lanes, transition));
  if (contract().autoreset_mode == AutoresetMode::kNextStep) {
    // The next step begins an episode in the lanes that are done.
    for (int i = 0; i < lanes; ++i) {
      const uint32_t lane = LaneAt(request.lanes, i);
      if ((terminated_[i] || truncated_[i]) && lane < episode_ids_.size()) {
        episode_ids_[lane] = NewUuid7(absl::Now());
      }
    }
  }
  return Observe(reply->observation(), reply->has_observation(), lanes,
                 reply->has_infos(), reply->infos(), &transition->observation);
}

absl::Status RemoteEnvironment::Render(const RenderRequest& request,
                                       Frame* frame) {
  const absl::Duration timeout =
      std::min(request.timeout, connection_->options().reset_timeout);
  RLMESH_RETURN_IF_ERROR(EnsureOpen("render", SteadyNow() + timeout));
  env::v1::RenderRequest* const render = request_.mutable_render();
  render->Clear();
  render->add_env_indices(request.lane);
  render->set_timeout_ms(Millis(timeout));
  RLMESH_RETURN_IF_ERROR(Exchange(timeout));
  frame->png.clear();
  if (response_.render().format() == env::v1::RENDER_FORMAT_PNG) {
    frame->png = std::move(*response_.mutable_render()->mutable_frame());
  }
  return absl::OkStatus();
}

absl::Status RemoteEnvironment::Close() {
  if (closed_) return absl::OkStatus();
  closed_ = true;
  completed_.Clear();
  if (!stream_.is_open()) return absl::OkStatus();
  const absl::Duration timeout = connection_->options().close_timeout;
  const absl::Time deadline = SteadyNow() + timeout;
  request_.mutable_close()->set_reason("client close");
  RLMESH_RETURN_IF_ERROR(stream_.Ask(deadline, &request_, &response_));
  completed_.Swap(response_.mutable_close()->mutable_final_episodes());
  stream_.Finish(deadline);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RemoteEnvironmentFactory>>
RemoteEnvironmentFactory::Connect(const Address& address,
                                  const RemoteOptions& options,
                                  Cancellation* cancellation) {
  RLMESH_ASSIGN_OR_RETURN(
      std::shared_ptr<const RemoteConnection> connection,
      RemoteConnection::Connect(address, options, cancellation));
  return std::unique_ptr<RemoteEnvironmentFactory>(
      new RemoteEnvironmentFactory(std::move(connection)));
}

absl::StatusOr<std::unique_ptr<Environment>> RemoteEnvironmentFactory::Create(
    const CreateOptions& /*options*/) {
  return std::make_unique<RemoteEnvironment>(connection_);
}

}  // namespace rlmesh
