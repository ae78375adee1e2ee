// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/session/env_session.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/lanes/failed_rows.h"
#include "rlmesh/env/session/env_error.h"
#include "rlmesh/env/session/inline_bound.h"
#include "rlmesh/env/session/request_checks.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/transport/editions.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using env::v1::JoinRequest;
using env::v1::JoinResponse;

absl::Status RecoverableInternal(absl::string_view message) {
  absl::Status status = absl::InternalError(message);
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

// A client's budget within ours; 0 is none.
absl::Duration Budget(uint64_t timeout_ms, absl::Duration limit) {
  constexpr uint64_t kMaxMillis = 1000ull * 3600 * 24 * 365;
  if (timeout_ms == 0) return limit;
  return std::min(limit, absl::Milliseconds(std::min(timeout_ms, kMaxMillis)));
}

absl::Duration Since(absl::Time start) { return SteadyNow() - start; }

constexpr size_t kMaxRequestId = 1024;

void SetTimes(absl::Duration total, absl::Duration decode, absl::Duration user,
              absl::Duration queued, JoinResponse* response) {
  const auto nanos = [](absl::Duration d) {
    return static_cast<uint64_t>(std::max<int64_t>(0, ToInt64Nanoseconds(d)));
  };
  response->set_endpoint_total_ns(nanos(total));
  if (response->has_error()) {
    response->clear_decode_ns();
    response->clear_user_ns();
    response->clear_encode_ns();
    response->clear_queue_ns();
    return;
  }
  response->set_decode_ns(nanos(decode));
  response->set_user_ns(nanos(user));
  response->set_encode_ns(nanos(total - decode - user));
  response->set_queue_ns(nanos(queued));
}

}  // namespace

EnvSession::EnvSession(EnvContract contract, EnvSessionOptions options,
                       Acquire acquire)
    : contract_(std::move(contract)),
      options_(options),
      acquire_(std::move(acquire)),
      has_subsets_(contract_.autoreset_mode == AutoresetMode::kDisabled &&
                   options_.has_independent_lanes),
      ledger_(contract_, options_.clock),
      needs_reset_(contract_.num_envs) {}

bool EnvSession::MayBlock(const JoinRequest& request) const {
  if (!request.has_reset() && !request.has_step() && !request.has_render()) {
    return false;
  }
  return environment_.get() == nullptr || !environment_->is_inline() ||
         !FitsInline(contract_);
}

void EnvSession::Cancel() {
  cancellation_.Cancel();
  absl::MutexLock lock(&mu_);
  if (running_ != nullptr) running_->Cancel();
}

EnvSession::Next EnvSession::Handle(const JoinRequest& request,
                                    absl::Duration queued,
                                    JoinResponse* response) {
  const absl::Time start = SteadyNow();
  decode_ = user_ = absl::ZeroDuration();
  absl::Status status;
  Next next = Next::kGoOn;
  if (request.request_id().size() > kMaxRequestId) {
    // Nobody could tell which request an answer without it belongs to.
    response->clear_request_id();
    *response->mutable_error() = ToEnvError(absl::InvalidArgumentError(
        absl::StrCat("the request id has ", request.request_id().size(),
                     " bytes; at most ", kMaxRequestId, " are allowed")));
    response->mutable_error()->set_is_recoverable(false);
    return Next::kEnd;
  }
  response->set_request_id(request.request_id());
  switch (request.kind_case()) {
    case JoinRequest::kConfigure:
      status = Configure(request.configure(), response);
      // A pin that we do not implement cannot be answered by a reset.
      if (!status.ok()) next = Next::kEnd;
      break;
    case JoinRequest::kReset:
      status = Reset(request.reset(), response);
      break;
    case JoinRequest::kStep:
      status = Step(request.step(), response);
      break;
    case JoinRequest::kRender:
      status = Render(request.render(), response);
      break;
    case JoinRequest::kClose:
      response->mutable_close()->Clear();
      ledger_.RecordClose(response->mutable_close()->mutable_final_episodes());
      next = Next::kEnd;
      break;
    case JoinRequest::KIND_NOT_SET:
      status = absl::UnimplementedError(
          "empty or unrecognized Join request; this server knows configure, "
          "reset, step, render and close");
      break;
  }
  if (!status.ok()) {
    *response->mutable_error() = ToEnvError(status);
    if (next == Next::kEnd) {
      response->mutable_error()->set_is_recoverable(false);
    } else if (!response->error().is_recoverable()) {
      next = Next::kEnd;
    }
  }
  LimitSize(request, response);
  SetTimes(Since(start), decode_, user_, queued, response);
  return next;
}

void EnvSession::LimitSize(const JoinRequest& request, JoinResponse* response) {
  constexpr size_t kTimes = 1024;  // room for what SetTimes adds
  const size_t limit = options_.max_response_bytes - kTimes;
  const size_t size = response->ByteSizeLong();
  if (size <= limit) return;
  const absl::string_view operation = request.has_reset()    ? "reset"
                                      : request.has_step()   ? "step"
                                      : request.has_render() ? "render"
                                                             : "close";
  // What was not told has happened to the environment all the same.
  if (request.has_reset()) {
    NeedReset(request.reset().env_indices(), /*failed=*/{});
  } else if (request.has_step()) {
    NeedReset(request.step().env_indices(), /*failed=*/{});
  }
  response->Clear();
  response->set_request_id(request.request_id());
  *response->mutable_error() = ToEnvError(RecoverableInternal(absl::StrCat(
      operation, " failed: the answer has ", size, " bytes; at most ", limit,
      " are allowed in one message. Make observations or infos smaller")));
}

absl::Status EnvSession::Configure(const env::v1::ConfigureEnvRequest& request,
                                   JoinResponse* response) {
  const std::string& pin = request.selected_workflow_edition();
  if (!ImplementsEdition(pin)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "runtime pinned this env to workflow edition \"",
        absl::Utf8SafeCHexEscape(pin.substr(0, 100)),
        "\", which this env build does not implement (implements [\"",
        wire::kEdition, "\"])"));
  }
  response->mutable_configure();
  return absl::OkStatus();
}

absl::Status EnvSession::EnsureEnvironment(absl::Time deadline) {
  if (environment_.get() == nullptr) {
    RLMESH_ASSIGN_OR_RETURN(environment_, acquire_({deadline, &cancellation_}));
    absl::MutexLock lock(&mu_);
    running_ = environment_.get();
  }
  if (cancellation_.cancelled())
    return absl::CancelledError("the session was cancelled");
  return absl::OkStatus();
}

absl::Status EnvSession::CheckLanes(
    absl::string_view operation,
    const google::protobuf::RepeatedField<uint32_t>& lanes) {
  if (lanes.empty()) return absl::OkStatus();
  if (!has_subsets_) {
    const bool step = operation == "subset step";
    return absl::UnimplementedError(absl::StrCat(
        step ? "subset stepping (StepRequest.env_indices)"
             : "partial reset (ResetRequest.env_indices)",
        " is not supported by this environment; leave env_indices empty"));
  }
  std::vector<bool> seen(contract_.num_envs);
  for (const uint32_t lane : lanes) {
    if (lane >= seen.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(operation, ": env_index ", lane,
                       " out of range for num_envs ", contract_.num_envs));
    }
    if (seen[lane]) {
      return absl::InvalidArgumentError(
          absl::StrCat(operation, ": duplicate env_index ", lane));
    }
    seen[lane] = true;
  }
  return absl::OkStatus();
}

void EnvSession::NeedReset(absl::Span<const uint32_t> lanes,
                           absl::Span<const uint8_t> failed) {
  const size_t rows = lanes.empty() ? needs_reset_.size() : lanes.size();
  for (size_t row = 0; row < rows; ++row) {
    if (!failed.empty() && failed[row] == 0) continue;
    const size_t lane = lanes.empty() ? row : lanes[row];
    if (lane < needs_reset_.size()) needs_reset_[lane] = 1;
  }
}

absl::Status EnvSession::Called(absl::string_view operation,
                                absl::Duration timeout,
                                absl::Span<const uint32_t> lanes,
                                absl::Span<const uint8_t> failed,
                                const absl::Status& status) {
  if (status.ok()) return status;
  std::string prefix;
  absl::string_view reason = status.message();
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
      return status;  // it was not called, or declined
    case absl::StatusCode::kDeadlineExceeded:
      prefix = absl::StrCat("env.", operation, " timed out after ");
      // The environment may say the same of what we left it of the budget.
      if (absl::ConsumePrefix(&reason, prefix)) {
        const size_t more = reason.find(": ");
        reason = more == reason.npos ? "" : reason.substr(more + 2);
      }
      absl::StrAppend(&prefix, absl::ToInt64Milliseconds(timeout), "ms");
      if (!reason.empty()) prefix += ": ";
      break;
    default:
      prefix = absl::StrCat(operation, " failed: ");
  }
  if (operation != "render") NeedReset(lanes, failed);
  if (absl::StartsWith(reason, prefix)) return status;
  absl::Status described(status.code(), absl::StrCat(prefix, reason));
  SetErrorDetails(GetErrorDetails(status), &described);
  return described;
}

absl::Status EnvSession::FillObservation(const Observation& observation,
                                         spaces::v1::SpaceValue* value,
                                         spaces::v1::MetaMap* infos) {
  for (size_t i = 0; i < observation.value.size(); ++i) {
    const absl::string_view leaf = observation.value.leaf(i);
    value->add_leaves(leaf.data(), leaf.size());
  }
  if (!observation.has_infos) return absl::OkStatus();
  const absl::string_view bytes = observation.infos;
  if (!infos->ParseFromArray(bytes.data(), bytes.size())) {
    return RecoverableInternal("the environment's infos are no metadata map");
  }
  return absl::OkStatus();
}

absl::Status EnvSession::Reset(const env::v1::ResetRequest& request,
                               JoinResponse* response) {
  RLMESH_RETURN_IF_ERROR(CheckLanes("partial reset", request.env_indices()));
  const int lanes = request.env_indices().empty() ? contract_.num_envs
                                                  : request.env_indices_size();
  if (!options_.has_independent_lanes && request.seeds_size() > 1 &&
      request.seeds_size() != lanes) {
    return absl::InvalidArgumentError(
        absl::StrCat("reset: seeds length ", request.seeds_size(),
                     " does not match num_envs ", lanes,
                     "; send one seed for each lane, or one for all"));
  }
  if (!request.env_indices().empty() && !request.seeds().empty() &&
      request.seeds_size() != lanes) {
    return absl::InvalidArgumentError(
        absl::StrCat("partial reset: seeds length ", request.seeds_size(),
                     " does not match env_indices length ", lanes,
                     "; send one seed for each lane, or none"));
  }
  RLMESH_RETURN_IF_ERROR(
      CheckEpisodeIds("reset", request.episode_ids(), request.env_indices()));
  ResetRequest reset;
  reset.lanes = absl::MakeConstSpan(request.env_indices().data(),
                                    request.env_indices_size());
  reset.seeds = absl::MakeConstSpan(request.seeds().data(),
                                    std::min(request.seeds_size(), lanes));
  RLMESH_RETURN_IF_ERROR(CheckSeeds(reset.seeds, reset.lanes));
  const absl::Duration timeout =
      Budget(request.timeout_ms(), options_.reset_timeout);
  const absl::Time start = SteadyNow();
  RLMESH_RETURN_IF_ERROR(Called("reset", timeout, request.env_indices(),
                                /*failed=*/{},
                                EnsureEnvironment(start + timeout)));

  MetaBytes options;
  if (request.has_options()) {
    options = SerializeMeta(request.options());
    reset.options = options;
    reset.has_options = true;
  }
  ids_.assign(request.episode_ids().begin(), request.episode_ids().end());
  if (ids_.size() > static_cast<size_t>(lanes)) ids_.resize(lanes);
  reset.episode_ids = ids_;
  reset.timeout = timeout - Since(start);

  Observation observation;
  const absl::Time called = SteadyNow();
  const absl::Status status = environment_->Reset(reset, &observation);
  user_ = Since(called);
  RLMESH_RETURN_IF_ERROR(
      Called("reset", timeout, reset.lanes, /*failed=*/{}, status));
  for (int row = 0; row < lanes; ++row) {
    needs_reset_[reset.lanes.empty() ? row : reset.lanes[row]] = 0;
  }
  ledger_.RecordReset(reset);
  env::v1::ResetResponse* reply = response->mutable_reset();
  reply->Clear();
  RLMESH_RETURN_IF_ERROR(FillObservation(
      observation, reply->mutable_observation(), reply->mutable_infos()));
  if (!observation.has_infos) reply->clear_infos();
  return absl::OkStatus();
}

absl::Status EnvSession::CheckAction(const env::v1::StepRequest& request,
                                     int lanes) {
  if (!request.has_action()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ", lanes, " actions, got 0: the request has no action"));
  }
  leaves_.assign(request.action().leaves().begin(),
                 request.action().leaves().end());
  const ValidationPolicy policy =
      options_.validation == ValidationPolicy::kStrict
          ? ValidationPolicy::kStrict
          : ValidationPolicy::kOff;
  return CheckValue(contract_.action_space, ValueView(leaves_), lanes, policy,
                    nullptr);
}

absl::Status EnvSession::Step(const env::v1::StepRequest& request,
                              JoinResponse* response) {
  const absl::Time start = SteadyNow();
  if (contract_.autoreset_mode == AutoresetMode::kSameStep) {
    return absl::UnimplementedError("SAME_STEP autoreset is reserved");
  }
  RLMESH_RETURN_IF_ERROR(CheckLanes("subset step", request.env_indices()));
  const int lanes = request.env_indices().empty() ? contract_.num_envs
                                                  : request.env_indices_size();
  RLMESH_RETURN_IF_ERROR(
      CheckEpisodeIds("step", request.episode_ids(), request.env_indices()));
  RLMESH_RETURN_IF_ERROR(CheckAction(request, lanes));
  for (int row = 0; row < lanes; ++row) {
    const uint32_t lane =
        request.env_indices().empty() ? row : request.env_indices(row);
    if (needs_reset_[lane] == 0) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        contract_.num_envs == 1 ? "the environment"
                                : absl::StrCat("lane ", lane),
        " failed in an earlier call: reset it before the next step"));
  }
  const absl::Duration timeout =
      Budget(request.timeout_ms(), options_.step_timeout);
  StepRequest step;
  step.lanes = request.env_indices();
  step.actions = ValueView(leaves_);
  ids_.assign(request.episode_ids().begin(), request.episode_ids().end());
  if (ids_.size() > static_cast<size_t>(lanes)) ids_.resize(lanes);
  step.episode_ids = ids_;
  RLMESH_RETURN_IF_ERROR(ledger_.CheckStep(step.lanes));
  RLMESH_RETURN_IF_ERROR(Called("step", timeout, step.lanes, /*failed=*/{},
                                EnsureEnvironment(start + timeout)));
  decode_ = Since(start);
  step.timeout = timeout - decode_;

  Transition transition;
  const absl::Time called = SteadyNow();
  const absl::Status status = environment_->Step(step, &transition);
  user_ = Since(called);
  const size_t rows = lanes;
  std::vector<uint8_t> failed;
  if (!status.ok()) failed = FailedRows(status);
  if (failed.size() == rows && transition.rewards.size() == rows) {
    ledger_.RecordFailedStep(step, transition, failed);
  } else {
    failed.clear();
  }
  RLMESH_RETURN_IF_ERROR(Called("step", timeout, step.lanes, failed, status));
  if (transition.rewards.size() != rows ||
      transition.terminated.size() != rows ||
      transition.truncated.size() != rows) {
    return absl::InternalError(
        absl::StrCat("step failed: the environment answered for ",
                     transition.rewards.size(), " lanes instead of ", lanes));
  }
  env::v1::StepResponse* reply = response->mutable_step();
  // Field by field: Clear would give the memory of the observation back.
  reply->mutable_observation()->clear_leaves();
  reply->clear_completed_episodes();
  reply->clear_rewards();
  RLMESH_RETURN_IF_ERROR(FillObservation(transition.observation,
                                         reply->mutable_observation(),
                                         reply->mutable_infos()));
  const bool has_infos = transition.observation.has_infos;
  RLMESH_RETURN_IF_ERROR(ledger_.RecordStep(
      step, transition, has_infos ? &reply->infos() : nullptr,
      reply->mutable_completed_episodes()));
  if (!has_infos) reply->clear_infos();
  reply->mutable_rewards()->Add(transition.rewards.begin(),
                                transition.rewards.end());
  reply->mutable_terminated_mask()->assign(transition.terminated.begin(),
                                           transition.terminated.end());
  reply->mutable_truncated_mask()->assign(transition.truncated.begin(),
                                          transition.truncated.end());
  *reply->mutable_env_indices() = request.env_indices();
  return absl::OkStatus();
}

absl::Status EnvSession::Render(const env::v1::RenderRequest& request,
                                JoinResponse* response) {
  if (request.env_indices_size() > 1) {
    return absl::UnimplementedError(
        "render: one lane at a time; name one in env_indices");
  }
  const uint32_t lane =
      request.env_indices().empty() ? 0 : request.env_indices(0);
  if (lane >= static_cast<uint32_t>(contract_.num_envs)) {
    return absl::InvalidArgumentError(
        absl::StrCat("render: lane ", lane, " out of range for ",
                     contract_.num_envs, " lanes"));
  }
  const absl::Duration timeout =
      Budget(request.timeout_ms(), options_.reset_timeout);
  const absl::Time start = SteadyNow();
  RLMESH_RETURN_IF_ERROR(Called("render", timeout, /*lanes=*/{}, /*failed=*/{},
                                EnsureEnvironment(start + timeout)));
  RenderRequest render;
  render.lane = lane;
  render.timeout = timeout - Since(start);
  Frame frame;
  const absl::Time called = SteadyNow();
  const absl::Status status = environment_->Render(render, &frame);
  user_ = Since(called);
  // An environment that cannot draw has nothing to show, which is no error.
  if (!absl::IsUnimplemented(status)) {
    RLMESH_RETURN_IF_ERROR(
        Called("render", timeout, /*lanes=*/{}, /*failed=*/{}, status));
  }
  env::v1::RenderResponse* reply = response->mutable_render();
  reply->Clear();
  if (frame.png.empty()) return absl::OkStatus();
  reply->set_frame(std::move(frame.png));
  reply->set_format(env::v1::RENDER_FORMAT_PNG);
  return absl::OkStatus();
}

}  // namespace rlmesh
