// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/load_client.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/transport/grpc_status.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {

LoadClient::LoadClient(std::shared_ptr<grpc::Channel> channel, int episodes,
                       int64_t seed, std::function<void()> on_done)
    : episodes_(episodes),
      seed_(seed),
      on_done_(std::move(on_done)),
      channel_(std::move(channel)),
      stub_(env::v1::EnvService::NewStub(channel_)) {}

void LoadClient::Start() {
  stub_->async()->Join(&context_, this);
  request_.mutable_configure()->set_selected_workflow_edition(wire::kEdition);
  Ask();
  StartCall();
}

void LoadClient::Ask() {
  request_.set_request_id("load");
  StartWrite(&request_);
}

void LoadClient::AskForReset() {
  env::v1::ResetRequest* const reset = request_.mutable_reset();
  reset->Clear();
  reset->add_seeds(seed_ + played_);
  reset->add_episode_ids(absl::StrCat("episode-", seed_ + played_));
  Ask();
}

void LoadClient::AskForStep() {
  env::v1::StepRequest* const step = request_.mutable_step();
  step->Clear();
  step->mutable_action()->add_leaves(&action_, sizeof(action_));
  action_ = 1 - action_;
  Ask();
}

void LoadClient::OnWriteDone(bool ok) {
  if (ok) StartRead(&response_);
}

void LoadClient::OnReadDone(bool ok) {
  if (!ok) return;  // OnDone says why
  if (response_.has_error()) {
    Fail(absl::InternalError(response_.error().message()));
    return;
  }
  bool is_over = false;  // or none has begun
  switch (response_.kind_case()) {
    case env::v1::JoinResponse::kConfigure:
      is_over = true;
      break;
    case env::v1::JoinResponse::kReset:
      break;
    case env::v1::JoinResponse::kStep:
      steps_.fetch_add(1, std::memory_order_relaxed);
      is_over = response_.step().terminated_mask() != std::string(1, '\0') ||
                response_.step().truncated_mask() != std::string(1, '\0');
      if (is_over) played_.fetch_add(1, std::memory_order_relaxed);
      break;
    case env::v1::JoinResponse::kClose:
      closing_ = true;
      StartWritesDone();
      return;
    default:
      Fail(absl::InternalError(
          absl::StrCat("an answer of kind ", response_.kind_case())));
      return;
  }
  if (!is_over) {
    AskForStep();
  } else if (played_ < episodes_) {
    AskForReset();
  } else {
    request_.mutable_close()->set_reason("enough");
    Ask();
  }
}

void LoadClient::Fail(absl::Status status) {
  status_ = std::move(status);
  context_.TryCancel();
}

void LoadClient::OnDone(const grpc::Status& status) {
  if (status_.ok()) status_ = FromGrpcStatus(status);
  if (status_.ok() && !closing_) {
    status_ = absl::UnavailableError("the server ended the stream");
  }
  on_done_();
}

}  // namespace rlmesh
