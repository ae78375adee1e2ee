// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/remote_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/uuid.h"
#include "rlmesh/model/model_error.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/transport/grpc_status.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using model::v1::JoinResponse;

constexpr int kMaxHorizon = 1024;
constexpr char kCloseReason[] = "remote model session complete";

RemoteModelOptions Complete(RemoteModelOptions options) {
  options.introduction.component = wire::kModelComponent;
  return options;
}

}  // namespace

absl::Status RemoteModelOptions::Validate() const {
  RLMESH_RETURN_IF_ERROR(connect.Validate());
  if (request_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "request_timeout is ", absl::FormatDuration(request_timeout),
        "; it must be more than 0"));
  }
  if (execution_horizon < 1 || execution_horizon > kMaxHorizon) {
    return absl::InvalidArgumentError(
        absl::StrCat("execution_horizon is ", execution_horizon,
                     "; it must be 1 to ", kMaxHorizon));
  }
  return CheckDeclaredEdition("runtime", introduction.edition);
}

RemoteModel::RemoteModel(Address address, RemoteModelOptions options,
                         std::shared_ptr<grpc::Channel> channel)
    : address_(std::move(address)),
      options_(Complete(std::move(options))),
      session_id_(absl::StrCat("remote-model-", NewUuid7(absl::Now()))),
      channel_(std::move(channel)),
      stub_(model::v1::ModelService::NewStub(channel_)),
      watchdog_([this] { context_.TryCancel(); }) {
  options_.connect.security.token.AddTo(&context_);
}

absl::StatusOr<std::unique_ptr<RemoteModel>> RemoteModel::Connect(
    const Address& address, const RemoteModelOptions& options,
    Cancellation* cancellation) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  RLMESH_ASSIGN_OR_RETURN(
      std::shared_ptr<grpc::Channel> channel,
      ConnectChannel(address, options.connect, cancellation));
  std::unique_ptr<RemoteModel> model(
      new RemoteModel(address, options, std::move(channel)));
  RLMESH_ASSIGN_OR_RETURN(const core::v1::HandshakeResponse answer,
                          model->Handshake(cancellation));
  {
    const Cancellation::Callback cancel(
        cancellation, [&model] { model->context_.TryCancel(); });
    RLMESH_RETURN_IF_ERROR(model->Join());
  }
  if (cancellation != nullptr && cancellation->cancelled()) {
    return absl::CancelledError(
        absl::StrCat("connecting to ", address.ToString(), " was cancelled"));
  }
  model->offer_ = OfferOf(answer, "model");
  model->takes_rows_ = HasCapability(answer, wire::kPredictRows);
  RLMESH_RETURN_IF_ERROR(model->Agree(options.others));
  return model;
}

absl::StatusOr<core::v1::HandshakeResponse> RemoteModel::Greet(
    const Address& address, const RemoteModelOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> channel,
                          ConnectChannel(address, options.connect));
  RemoteModel model(address, options, std::move(channel));
  return model.Handshake(/*cancellation=*/nullptr);
}

RemoteModel::~RemoteModel() {
  context_.TryCancel();
  absl::MutexLock lock(&mu_);
  if (stream_ != nullptr && broken_.ok()) stream_->Finish();
}

absl::StatusOr<core::v1::HandshakeResponse> RemoteModel::Handshake(
    Cancellation* cancellation) {
  model::v1::HandshakeRequest request;
  *request.mutable_base() = MakeHandshakeRequest(options_.introduction);
  model::v1::HandshakeResponse response;
  grpc::ClientContext context;
  const Token& token = options_.connect.security.token;
  token.AddTo(&context);
  context.set_deadline(
      absl::ToChronoTime(absl::Now() + std::min(options_.request_timeout,
                                                options_.connect.timeout)));
  const Cancellation::Callback cancel(cancellation,
                                      [&context] { context.TryCancel(); });
  const absl::Status called =
      FromGrpcStatus(stub_->Handshake(&context, request, &response));
  if (absl::IsCancelled(called)) return called;
  if (absl::IsUnauthenticated(called)) {
    return token.ExplainRefusal(called, address_);
  }
  if (!called.ok()) {
    return ExplainHandshakeError(called, address_, wire::kModelService);
  }
  if (!response.has_base()) {
    return absl::FailedPreconditionError(
        absl::StrCat("handshake failed: handshake response missing base (",
                     address_.ToString(), ")"));
  }
  RLMESH_RETURN_IF_ERROR(CheckHandshake(response.base(), address_));
  return std::move(*response.mutable_base());
}

absl::Status RemoteModel::Agree(absl::Span<const EditionOffer> others) {
  std::vector<EditionOffer> peers(others.begin(), others.end());
  peers.push_back(offer_);
  absl::StatusOr<std::vector<std::string>> pins = SelectEditions(
      peers, OurEditions("runtime", options_.introduction.edition));
  if (!pins.ok()) {
    return absl::Status(
        pins.status().code(),
        absl::StrCat("handshake failed: ", pins.status().message()));
  }
  edition_ = pins->back();
  return absl::OkStatus();
}

absl::Status RemoteModel::Join() {
  absl::MutexLock lock(&mu_);
  watchdog_.Arm(SteadyNow() +
                std::min(options_.request_timeout, options_.connect.timeout));
  stream_ = stub_->Join(&context_);
  stream_->WaitForInitialMetadata();
  if (watchdog_.Disarm()) {
    stream_->Finish();
    broken_ = absl::DeadlineExceededError(absl::StrCat(
        "the model at ", address_.ToString(), " did not open its stream"));
  }
  return broken_;
}

void RemoteModel::StartRequest(absl::string_view route,
                               absl::string_view operation,
                               model::v1::AdapterContext* context) {
  context->set_session_id(session_id_);
  context->set_env_id(route.data(), route.size());
  context->set_request_id(absl::StrCat(route, ":", operation));
}

absl::Status RemoteModel::Broken(absl::string_view operation) {
  const absl::Status finished = FromGrpcStatus(stream_->Finish());
  if (cancelled_) {
    broken_ = absl::CancelledError(absl::StrCat(operation, " was cancelled"));
    return broken_;
  }
  std::string reason = "it ended the stream";
  if (!finished.ok()) {
    absl::StrAppend(
        &reason, ": ",
        absl::Utf8SafeCHexEscape(finished.message().substr(0, 1000)));
  }
  broken_ = absl::UnavailableError(
      absl::StrCat("lost the model at ", address_.ToString(), " during ",
                   operation, ": ", reason, "; connect again"));
  return broken_;
}

absl::Status RemoteModel::Exchange(absl::string_view operation,
                                   absl::Duration timeout,
                                   JoinResponse::KindCase expected,
                                   JoinResponse* response) {
  if (!broken_.ok()) return broken_;
  if (cancelled_) return Broken(operation);
  timeout = std::min(timeout, options_.request_timeout);
  watchdog_.Arm(SteadyNow() + timeout);
  bool ok = stream_->Write(request_);
  while (ok) {
    ok = stream_->Read(response);
    // Answers that nobody waits for are dropped; the watchdog bounds them.
    if (ok && response->request_id() == request_.request_id()) break;
  }
  if (ok && options_.on_answer_for_testing) options_.on_answer_for_testing();
  const bool expired = watchdog_.Disarm();
  if (expired) {
    stream_->Finish();
    broken_ = absl::UnavailableError(
        absl::StrCat("the stream to the model at ", address_.ToString(),
                     " was given up after a timeout; connect again"));
    // An answer that came in the last moment is one; only the stream is lost.
    if (!ok) {
      return absl::DeadlineExceededError(
          absl::StrCat("the model at ", address_.ToString(), " did not answer ",
                       operation, " within ", absl::FormatDuration(timeout)));
    }
  }
  if (!ok) return Broken(operation);
  if (response->has_error()) return FromModelError(response->error());
  if (response->kind_case() != expected) {
    return absl::InternalError(absl::StrCat(
        "the model at ", address_.ToString(), " answered ", operation,
        " with a message of another kind (", response->kind_case(), ")"));
  }
  return absl::OkStatus();
}

absl::Status RemoteModel::Open(absl::string_view route,
                               const EnvContract& contract) {
  absl::MutexLock lock(&mu_);
  request_.Clear();
  model::v1::ResolveAdapterRequest* resolve =
      request_.mutable_resolve_adapter();
  StartRequest(route, "resolve_adapter", resolve->mutable_context());
  request_.set_request_id(resolve->context().request_id());
  *resolve->mutable_env_spec() = contract.ToProto().spec();
  resolve->set_selected_workflow_edition(edition_);
  resolve->set_execution_horizon(options_.execution_horizon);
  JoinResponse response;
  RLMESH_RETURN_IF_ERROR(Exchange("resolve_adapter", options_.request_timeout,
                                  JoinResponse::kResolveAdapter, &response));
  auto opened = std::make_unique<Route>();
  opened->action_space = contract.action_space;
  routes_[route] = std::move(opened);
  return absl::OkStatus();
}

absl::Status RemoteModel::Predict(const PredictRequest& request,
                                  Prediction* prediction) {
  absl::MutexLock lock(&mu_);
  prediction->frames.clear();
  auto it = routes_.find(request.route);
  if (it == routes_.end()) {
    return absl::NotFoundError(absl::StrCat("route \"", request.route,
                                            "\" is not open; call Open first"));
  }
  Route* const route = it->second.get();
  // Cleared messages keep their memory for the next request.
  model::v1::PredictRequest* predict = request_.mutable_predict();
  predict->Clear();
  StartRequest(request.route, absl::StrCat("predict:", ++route->requests),
               predict->mutable_context());
  request_.set_request_id(predict->context().request_id());
  for (absl::string_view leaf : request.observations.leaves()) {
    predict->mutable_observation()->add_leaves(leaf.data(), leaf.size());
  }
  if (request.observations.size() == 0) predict->mutable_observation();
  for (const EpisodeRow& row : request.episodes) {
    model::v1::EpisodeInfo* info = predict->add_episode_info();
    info->set_episode_id(row.episode_id);
    if (row.seed) info->set_seed(*row.seed);
  }
  // request.step is for servers that have asked for histories, which we do not
  // offer: without that the field stays empty.
  RLMESH_RETURN_IF_ERROR(Exchange("predict", request.timeout,
                                  JoinResponse::kPredict, &route->response));
  return ReadPrediction(request, route, prediction);
}

absl::Status RemoteModel::ReadPrediction(const PredictRequest& request,
                                         Route* route, Prediction* prediction) {
  const model::v1::PredictResponse& response = route->response.predict();
  // Published clients tolerate a missing echo.
  if (response.has_context() && response.context().env_id() != request.route) {
    return absl::InternalError(absl::StrCat(
        "the model at ", address_.ToString(),
        " answered predict for another environment (\"",
        absl::Utf8SafeCHexEscape(response.context().env_id().substr(0, 100)),
        "\")"));
  }
  const int frames =
      std::min(response.actions_size(), options_.execution_horizon);
  if (frames == 0) {
    return absl::InternalError(
        absl::StrCat("the model at ", address_.ToString(),
                     ": predict returned no actions for a single-env route"));
  }
  route->frames.resize(frames);
  for (int i = 0; i < frames; ++i) {
    const auto& leaves = response.actions(i).leaves();
    route->frames[i].assign(leaves.begin(), leaves.end());
    const ValueView frame(route->frames[i]);
    const absl::Status checked = CheckValue(
        route->action_space, frame, static_cast<int>(request.episodes.size()),
        ValidationPolicy::kOff, /*deviations=*/nullptr);
    if (!checked.ok()) {
      prediction->frames.clear();
      return absl::InternalError(absl::StrCat(
          "the model at ", address_.ToString(),
          " answered with an action outside the space: ", checked.message()));
    }
    prediction->frames.push_back(frame);
  }
  return absl::OkStatus();
}

absl::Status RemoteModel::Reset(absl::string_view route,
                                absl::Span<const std::string> episode_ids) {
  absl::MutexLock lock(&mu_);
  auto it = routes_.find(route);
  if (it == routes_.end()) return absl::OkStatus();
  request_.Clear();
  model::v1::ResetAdapterRequest* reset = request_.mutable_reset_adapter();
  StartRequest(route, absl::StrCat("reset_adapter:", ++it->second->requests),
               reset->mutable_context());
  request_.set_request_id(reset->context().request_id());
  for (const std::string& id : episode_ids) reset->add_episode_ids(id);
  JoinResponse response;
  return Exchange("reset_adapter", options_.request_timeout,
                  JoinResponse::kResetAdapter, &response);
}

absl::Status RemoteModel::CloseRoute(absl::string_view route) {
  absl::MutexLock lock(&mu_);
  if (routes_.erase(route) == 0) return absl::OkStatus();
  request_.Clear();
  model::v1::ReleaseAdapterRequest* release =
      request_.mutable_release_adapter();
  StartRequest(route, "release_adapter", release->mutable_context());
  request_.set_request_id(release->context().request_id());
  release->set_reason(kCloseReason);
  JoinResponse response;
  return Exchange("release_adapter", options_.request_timeout,
                  JoinResponse::kReleaseAdapter, &response);
}

void RemoteModel::Cancel() {
  cancelled_ = true;
  context_.TryCancel();
}

}  // namespace rlmesh
