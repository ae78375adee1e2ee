// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/route_table.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/model/route_request.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/transport/editions.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// About what a route costs: what was sent, and its leaves once they are parsed.
size_t CostOf(const core::v1::EnvSpec& spec, const EnvContract& contract) {
  constexpr size_t kLeaf = sizeof(LeafSpec) + 64;
  return spec.ByteSizeLong() +
         kLeaf * (contract.action_space.leaves().size() +
                  contract.observation_space.leaves().size());
}

// `status` under another text; details stay.
absl::Status Worded(const absl::Status& status, absl::StatusCode code,
                    absl::string_view message) {
  absl::Status worded(code, message);
  SetErrorDetails(GetErrorDetails(status), &worded);
  return worded;
}

absl::Status NotResolved() {
  return absl::InternalError("model error: model env adapter was not resolved");
}

// The stream may have ended while the call waited for its route.
absl::Status CheckWanted(const Cancellation* cancellation) {
  if (cancellation == nullptr || !cancellation->cancelled()) {
    return absl::OkStatus();
  }
  return absl::CancelledError("the client of this request has gone away");
}

uint64_t NanosecondsSince(absl::Time start) {
  return static_cast<uint64_t>(
      std::max<int64_t>(0, absl::ToInt64Nanoseconds(SteadyNow() - start)));
}

}  // namespace

struct RouteTable::Route {
  absl::Mutex mu;  // held while the model is called; taken before the table's
  bool open ABSL_GUARDED_BY(mu) = false;
  // Closed for good and out of the table: whoever waited for it looks again.
  bool gone ABSL_GUARDED_BY(mu) = false;
  EnvContract contract ABSL_GUARDED_BY(mu);
  bool has_observation_space ABSL_GUARDED_BY(mu) = false;
  size_t horizon ABSL_GUARDED_BY(mu) = 1;
  // Reused from call to call, unless they are large.
  std::vector<EpisodeRow> rows ABSL_GUARDED_BY(mu);
  std::vector<absl::string_view> ids ABSL_GUARDED_BY(mu);
  std::vector<absl::string_view> leaves ABSL_GUARDED_BY(mu);
  Prediction prediction ABSL_GUARDED_BY(mu);

  // OutOfRange when the actions cannot fit `left` bytes.
  absl::Status CheckFits(size_t left) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The least that they take.
  size_t action_bytes() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return contract.action_space.min_lane_bytes() * rows.size();
  }
  // Routes are many: what a large call needed is given back.
  void Trim() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
};

absl::Status RouteTable::Route::CheckFits(size_t left) const {
  if (action_bytes() <= left) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(
      "internal error: actions of ", rows.size(), " rows take at least ",
      action_bytes(), " bytes and ", left, " are left in the message"));
}

void RouteTable::Route::Trim() {
  constexpr size_t kKept = 1024;
  prediction.frames.clear();
  if (prediction.large.view().size() > 0) prediction.large = ValueBuffer();
  if (leaves.size() > kKept) std::vector<absl::string_view>().swap(leaves);
  if (rows.size() > kKept) {
    std::vector<EpisodeRow>().swap(rows);
    std::vector<absl::string_view>().swap(ids);
  }
}

RouteTable::RouteTable(Model* model) : model_(model) {}

std::shared_ptr<RouteTable::Route> RouteTable::Find(
    absl::string_view env_id) const {
  absl::MutexLock lock(&mu_);
  auto it = routes_.find(env_id);
  return it == routes_.end() ? nullptr : it->second.route;
}

absl::StatusOr<std::shared_ptr<RouteTable::Route>> RouteTable::FindOrAdd(
    uint64_t stream, absl::string_view env_id, size_t bytes) {
  absl::MutexLock lock(&mu_);
  size_t count = 0;
  for (const auto& [other_id, entry] : routes_) {
    if (entry.stream != stream || other_id == env_id) continue;
    ++count;
    bytes += entry.bytes;
  }
  if (count >= kMaxStreamRoutes || bytes > kMaxStreamBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "with this route the stream would hold ", count + 1, " routes of ",
        bytes, " bytes; at most ", kMaxStreamRoutes, " of together ",
        kMaxStreamBytes, " are allowed; release those that are not needed"));
  }
  auto it = routes_.find(env_id);
  if (it != routes_.end()) return it->second.route;
  if (routes_.size() >= kMaxRoutes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("this model server holds ", kMaxRoutes,
                     " routes; release those that are not needed any more"));
  }
  auto route = std::make_shared<Route>();
  routes_[env_id].route = route;
  return route;
}

size_t RouteTable::size() const {
  absl::MutexLock lock(&mu_);
  return routes_.size();
}

absl::Status RouteTable::Resolve(
    uint64_t stream, const model::v1::ResolveAdapterRequest& request,
    model::v1::ResolveAdapterResponse* response) {
  if (!request.has_context()) {
    return absl::InvalidArgumentError(
        "resolve_adapter missing adapter context");
  }
  const std::string& env_id = request.context().env_id();
  if (env_id.empty()) {
    return absl::InvalidArgumentError("resolve_adapter env_id is empty");
  }
  RLMESH_RETURN_IF_ERROR(CheckRouteIds(request.context()));
  if (!request.has_env_spec()) {
    return absl::InvalidArgumentError("resolve_adapter missing env_spec");
  }
  const std::string& pin = request.selected_workflow_edition();
  if (!ImplementsEdition(pin)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "runtime pinned this route to workflow edition ", QuotedId(pin),
        ", which this model build does not implement "
        "(implements [\"",
        wire::kEdition, "\"])"));
  }
  const uint32_t horizon = request.execution_horizon();
  if (horizon > kMaxHorizon) {
    return absl::InternalError(
        absl::StrCat("runtime pinned execution_horizon=", horizon,
                     ", over the ", kMaxHorizon, " bound"));
  }
  const absl::optional<uint32_t> native_chunk = model_->native_chunk();
  if (native_chunk.has_value() && horizon > *native_chunk) {
    return absl::InternalError(absl::StrCat(
        "runtime pinned execution_horizon=", horizon,
        " but the model declares native_chunk=", *native_chunk,
        ": it cannot produce that many actions per predict. Lower the horizon "
        "to at most ",
        *native_chunk));
  }
  RLMESH_ASSIGN_OR_RETURN(EnvContract contract,
                          ReadRouteSpec(request.env_spec()));

  const size_t bytes = CostOf(request.env_spec(), contract);
  response->Clear();
  while (true) {
    RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Route> route,
                            FindOrAdd(stream, env_id, bytes));
    absl::MutexLock lock(&route->mu);
    if (route->gone) continue;  // closed in this moment
    const absl::Status opened = model_->Open(env_id, contract);
    if (!opened.ok()) {
      Forget(env_id, route.get());
      return opened;
    }
    route->open = true;
    route->contract = std::move(contract);
    route->has_observation_space = request.env_spec().has_observation_space();
    route->horizon = std::max<uint32_t>(1, horizon);
    absl::MutexLock table_lock(&mu_);
    Entry& entry = routes_[env_id];
    entry.stream = stream;
    entry.bytes = bytes;
    if (native_chunk.has_value()) response->set_native_chunk(*native_chunk);
    return absl::OkStatus();
  }
}

absl::StatusOr<std::shared_ptr<RouteTable::Route>> RouteTable::FindFor(
    const model::v1::PredictRequest& request) const {
  if (!request.has_context()) {
    return InternalRouteError("model request missing adapter context");
  }
  if (request.context().request_id().empty()) {
    return InternalRouteError("model request_id is empty");
  }
  RLMESH_RETURN_IF_ERROR(CheckRouteIds(request.context()));
  std::shared_ptr<Route> route = Find(request.context().env_id());
  if (route == nullptr) return NotResolved();
  return route;
}

absl::Status RouteTable::Begin(const model::v1::PredictRequest& request,
                               Cancellation* cancellation, Route* route,
                               rlmesh::PredictRequest* predict) {
  RLMESH_RETURN_IF_ERROR(CheckWanted(cancellation));
  if (!route->open) return NotResolved();
  RLMESH_RETURN_IF_ERROR(ReadEpisodeRows(request, &route->rows, &route->ids));
  const int lanes = static_cast<int>(route->rows.size());
  const EnvContract& contract = route->contract;
  if (contract.action_space.min_lane_bytes() >
      static_cast<size_t>(wire::kMaxMessageBytes) / lanes) {
    return InternalRouteError(absl::StrCat(
        "actions of ", lanes, " rows are larger than a message may be"));
  }
  route->leaves.assign(request.observation().leaves().begin(),
                       request.observation().leaves().end());
  const ValueView observations(route->leaves);
  if (route->has_observation_space) {
    const absl::Status checked =
        CheckValue(contract.observation_space, observations, lanes,
                   ValidationPolicy::kOff, /*deviations=*/nullptr);
    if (!checked.ok()) return InternalRouteError(checked.message());
  }
  predict->route = request.context().env_id();
  predict->observations = observations;
  predict->episodes = route->rows;
  if (request.has_step()) predict->step = request.step();
  predict->horizon = static_cast<int>(route->horizon);
  predict->cancellation = cancellation;
  route->prediction.frames.clear();
  return absl::OkStatus();
}

absl::Status RouteTable::Finish(const absl::Status& status,
                                const model::v1::PredictRequest& request,
                                Route* route, size_t* left,
                                model::v1::PredictResponse* response) {
  if (absl::IsNotFound(status)) return NotResolved();
  if (!status.ok()) {
    // Of whatever kind: the request was in order.
    return Worded(status,
                  absl::IsInvalidArgument(status) ? absl::StatusCode::kInternal
                                                  : status.code(),
                  absl::StrCat("internal error: ", status.message()));
  }
  Prediction& prediction = route->prediction;
  if (prediction.frames.empty()) {
    return InternalRouteError("the model predicted no action");
  }
  if (prediction.frames.size() > route->horizon) {
    prediction.frames.resize(route->horizon);
  }
  const int lanes = static_cast<int>(route->rows.size());
  for (const ValueView& frame : prediction.frames) {
    const absl::Status checked =
        CheckValue(route->contract.action_space, frame, lanes,
                   ValidationPolicy::kOff, /*deviations=*/nullptr);
    if (!checked.ok()) {
      response->clear_actions();
      return InternalRouteError(
          absl::StrCat("ValueError: ", checked.message()));
    }
    spaces::v1::SpaceValue* action = response->add_actions();
    for (absl::string_view leaf : frame.leaves()) {
      if (leaf.size() > *left) {
        response->clear_actions();
        *left = 0;
        return absl::OutOfRangeError(absl::StrCat(
            "internal error: the actions that the model predicted for ", lanes,
            " rows are larger than a message may be"));
      }
      *left -= leaf.size();
      action->add_leaves(leaf.data(), leaf.size());
    }
  }
  *response->mutable_context() = request.context();
  return absl::OkStatus();
}

absl::Status RouteTable::Predict(const model::v1::PredictRequest& request,
                                 Cancellation* cancellation,
                                 model::v1::PredictResponse* response,
                                 uint64_t* user_ns) {
  response->Clear();
  size_t left = wire::kMaxMessageBytes;
  return PredictWithin(request, cancellation, &left, response, user_ns);
}

absl::Status RouteTable::PredictWithin(const model::v1::PredictRequest& request,
                                       Cancellation* cancellation, size_t* left,
                                       model::v1::PredictResponse* response,
                                       uint64_t* user_ns) {
  RLMESH_ASSIGN_OR_RETURN(std::shared_ptr<Route> route, FindFor(request));
  absl::MutexLock lock(&route->mu);
  const absl::Cleanup trim = [&route] { route->Trim(); };
  rlmesh::PredictRequest predict;
  RLMESH_RETURN_IF_ERROR(Begin(request, cancellation, route.get(), &predict));
  RLMESH_RETURN_IF_ERROR(route->CheckFits(*left));
  const absl::Time called = SteadyNow();
  const absl::Status status = model_->Predict(predict, &route->prediction);
  *user_ns += NanosecondsSince(called);
  return Finish(status, request, route.get(), left, response);
}

void RouteTable::PredictAll(
    absl::Span<const model::v1::PredictRequest* const> requests,
    Cancellation* cancellation,
    absl::Span<model::v1::PredictResponse* const> responses,
    absl::Span<absl::Status> statuses, size_t* left, uint64_t* user_ns) {
  if (model_->is_inline()) {
    // Together would be no faster, and one by one only one route at a time
    // holds actions. The first that do not fit end it.
    for (size_t i = 0; i < requests.size(); ++i) {
      statuses[i] = i > 0 && absl::IsOutOfRange(statuses[i - 1])
                        ? statuses[i - 1]
                        : PredictWithin(*requests[i], cancellation, left,
                                        responses[i], user_ns);
    }
    return;
  }
  std::vector<std::shared_ptr<Route>> routes(requests.size());
  std::vector<Route*> in_order;
  for (size_t i = 0; i < requests.size(); ++i) {
    absl::StatusOr<std::shared_ptr<Route>> route = FindFor(*requests[i]);
    statuses[i] = route.status();
    if (!route.ok()) continue;
    routes[i] = *std::move(route);
    in_order.push_back(routes[i].get());
  }
  // Everybody who locks several does it in this order.
  std::sort(in_order.begin(), in_order.end(), std::less<Route*>());
  std::vector<std::unique_ptr<absl::MutexLock>> locks;
  for (Route* route : in_order) {
    locks.push_back(std::make_unique<absl::MutexLock>(&route->mu));
  }
  std::vector<size_t> asked;
  size_t unclaimed = *left;  // the actions of all are there at once
  absl::Status full;
  std::vector<rlmesh::PredictRequest> predicts;
  std::vector<Prediction*> predictions;
  for (size_t i = 0; i < requests.size(); ++i) {
    if (!statuses[i].ok()) continue;
    rlmesh::PredictRequest predict;
    statuses[i] = Begin(*requests[i], cancellation, routes[i].get(), &predict);
    if (statuses[i].ok() && full.ok()) full = routes[i]->CheckFits(unclaimed);
    if (statuses[i].ok()) statuses[i] = full;
    if (!statuses[i].ok()) continue;
    unclaimed -= routes[i]->action_bytes();
    asked.push_back(i);
    predicts.push_back(predict);
    predictions.push_back(&routes[i]->prediction);
  }
  std::vector<absl::Status> answers(asked.size());
  const absl::Time called = SteadyNow();
  model_->PredictAll(predicts, predictions, absl::MakeSpan(answers));
  *user_ns += NanosecondsSince(called);
  for (size_t k = 0; k < asked.size(); ++k) {
    const size_t i = asked[k];
    statuses[i] =
        Finish(answers[k], *requests[i], routes[i].get(), left, responses[i]);
  }
  for (Route* route : in_order) route->Trim();
}

size_t RouteTable::WorkOf(const model::v1::PredictRequest& request) const {
  constexpr size_t kLeaf = 256;  // a leaf costs at least as much as these bytes
  size_t work = kLeaf;
  for (const std::string& leaf : request.observation().leaves()) {
    work += leaf.size();
  }
  std::shared_ptr<Route> route = Find(request.context().env_id());
  if (route == nullptr) return work;
  if (!route->mu.TryLock()) return kInUse;
  const SpaceSpec& space = route->contract.action_space;
  work += request.episode_info_size() *
          (space.min_lane_bytes() + kLeaf * (1 + space.leaves().size()));
  route->mu.Unlock();
  return work;
}

bool RouteTable::IsInUse(absl::string_view env_id) const {
  std::shared_ptr<Route> route = Find(env_id);
  if (route == nullptr) return false;
  if (!route->mu.TryLock()) return true;
  route->mu.Unlock();
  return false;
}

absl::Status RouteTable::Reset(const model::v1::ResetAdapterRequest& request,
                               Cancellation* cancellation) {
  const std::string& env_id = request.context().env_id();
  if (env_id.empty()) {
    return absl::InvalidArgumentError("reset_adapter missing env_id");
  }
  RLMESH_RETURN_IF_ERROR(CheckRouteIds(request.context()));
  if (request.episode_ids_size() > kMaxRouteRows) {
    return absl::InvalidArgumentError(
        absl::StrCat("reset_adapter names ", request.episode_ids_size(),
                     " episodes, over the ", kMaxRouteRows, " bound"));
  }
  for (const std::string& id : request.episode_ids()) {
    RLMESH_RETURN_IF_ERROR(CheckRouteId("reset_adapter episode_id", id));
  }
  std::shared_ptr<Route> route = Find(env_id);
  if (route == nullptr) return absl::OkStatus();
  absl::MutexLock lock(&route->mu);
  if (!route->open) return absl::OkStatus();
  RLMESH_RETURN_IF_ERROR(CheckWanted(cancellation));
  const std::vector<std::string> ids(request.episode_ids().begin(),
                                     request.episode_ids().end());
  return model_->CancellableReset(env_id, ids, cancellation);
}

void RouteTable::Forget(absl::string_view env_id, Route* route) {
  if (route->open) {
    const absl::Status s = model_->CloseRoute(env_id);
    if (!s.ok()) {
      LOG(WARNING) << "closing route " << QuotedId(env_id) << ": " << s;
    }
  }
  route->open = false;
  route->gone = true;
  absl::MutexLock lock(&mu_);
  routes_.erase(env_id);
}

absl::Status RouteTable::Release(
    const model::v1::ReleaseAdapterRequest& request) {
  const std::string& env_id = request.context().env_id();
  if (env_id.empty()) {
    return absl::InvalidArgumentError("release_adapter missing env_id");
  }
  RLMESH_RETURN_IF_ERROR(CheckRouteIds(request.context()));
  Close(env_id);
  return absl::OkStatus();
}

void RouteTable::Close(absl::string_view env_id) {
  std::shared_ptr<Route> route = Find(env_id);
  if (route == nullptr) return;
  absl::MutexLock lock(&route->mu);
  if (!route->gone) Forget(env_id, route.get());
}

void RouteTable::CloseStream(uint64_t stream) {
  std::vector<std::string> env_ids;
  {
    absl::MutexLock lock(&mu_);
    for (const auto& [env_id, entry] : routes_) {
      if (entry.stream == stream) env_ids.push_back(env_id);
    }
  }
  for (const std::string& env_id : env_ids) Close(env_id);
}

}  // namespace rlmesh
