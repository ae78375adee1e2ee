// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/python_worker_model.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "glog/logging.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/little_endian.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/model/route_memory.h"
#include "rlmesh/spaces/text_leaf.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {
namespace {

bool IsText(const LeafSpec& leaf) { return leaf.kind == LeafSpec::Kind::kText; }

void AppendU32(uint32_t number, std::string* payload) {
  char bytes[4];
  StoreLittleEndian<uint32_t>(number, bytes);
  payload->append(bytes, sizeof(bytes));
}

absl::Status Recoverable(absl::Status status) {
  ErrorDetails details = GetErrorDetails(status);
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

// That the rows of `observations` are as long as `space` says. Whether they are
// in it was for the caller to check.
absl::Status CheckLengths(const SpaceSpec& space, ValueView observations,
                          size_t rows) {
  if (observations.size() != space.leaves().size()) {
    return Recoverable(absl::InvalidArgumentError(
        absl::StrCat("an observation of ", observations.size(),
                     " leaves for an environment whose observation space has ",
                     space.leaves().size())));
  }
  for (size_t i = 0; i < observations.size(); ++i) {
    const LeafSpec& leaf = space.leaves()[i];
    if (IsText(leaf)) {
      RLMESH_RETURN_IF_ERROR(
          CheckTextLeaf(observations.leaf(i), static_cast<int>(rows)));
    } else if (observations.leaf(i).size() != leaf.lane_bytes * rows) {
      return Recoverable(absl::InvalidArgumentError(absl::StrCat(
          leaf.path, ": length mismatch: got ", observations.leaf(i).size(),
          " bytes, expected ", rows, " lanes * ", leaf.lane_bytes)));
    }
  }
  return absl::OkStatus();
}

}  // namespace

struct PythonWorkerModel::Route {
  uint32_t number = 0;  // what the worker knows it by
  SpaceSpec observation_space;
  SpaceSpec action_space;
  std::string observation_spec;  // serialized
  std::string action_spec;
  uint64_t generation = 0;  // of the worker that has it open; 0: none
  RouteMemory memory;
  // The last prediction.
  std::string bytes;
  std::vector<absl::string_view> leaves;  // frame after frame

  bool HasSpacesOf(const Route& other) const {
    return observation_spec == other.observation_spec &&
           action_spec == other.action_spec;
  }
};

PythonWorkerModel::PythonWorkerModel(PythonModelOptions options,
                                     std::unique_ptr<CancelEvent> cancel,
                                     std::unique_ptr<CancelEvent> cancel_call)
    : options_(std::move(options)),
      cancel_(std::move(cancel)),
      cancel_call_(std::move(cancel_call)),
      turns_(cancel_call_.get()) {}

absl::StatusOr<std::unique_ptr<PythonWorkerModel>> PythonWorkerModel::Create(
    PythonModelOptions options) {
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<CancelEvent> cancel,
                          CancelEvent::Create());
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<CancelEvent> cancel_call,
                          CancelEvent::Create());
  std::unique_ptr<PythonWorkerModel> model(new PythonWorkerModel(
      std::move(options), std::move(cancel), std::move(cancel_call)));
  RLMESH_ASSIGN_OR_RETURN(model->worker_, model->Load());
  model->generation_ = 1;
  model->info_ = model->worker_->info();
  LOG(INFO) << "loaded " << model->info_.name << " with "
            << model->info_.corners << "; observations are "
            << model->info_.values;
  return model;
}

absl::StatusOr<std::unique_ptr<PolicyWorker>> PythonWorkerModel::Load() {
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<PolicyWorker> worker,
      PolicyWorker::Start(options_, options_.load_timeout, cancel_.get()));
  worker->process().set_cancel(cancel_call_.get());
  return worker;
}

PythonWorkerModel::~PythonWorkerModel() {
  if (worker_ == nullptr) return;
  const absl::Status status = worker_->process().Close(options_.close_timeout);
  if (!status.ok()) {
    LOG(WARNING) << "closing the policy: " << status.message();
  }
}

absl::optional<uint32_t> PythonWorkerModel::native_chunk() const {
  return info_.native_chunk;
}

pid_t PythonWorkerModel::pid() {
  CallTurns::Turn turn(&turns_, /*cancellation=*/nullptr);
  if (!turn.Take(options_.predict_timeout).ok() || worker_ == nullptr) {
    return -1;
  }
  return worker_->process().pid();
}

void PythonWorkerModel::Cancel() {
  turns_.Cancel();
  cancel_->Set();
}

std::shared_ptr<PythonWorkerModel::Route> PythonWorkerModel::Find(
    absl::string_view route) {
  absl::MutexLock lock(&mu_);
  auto it = routes_.find(route);
  return it == routes_.end() ? nullptr : it->second;
}

absl::Status PythonWorkerModel::Open(absl::string_view route,
                                     const EnvContract& contract) {
  RLMESH_RETURN_IF_ERROR(CloseRoute(route));
  auto opened = std::make_shared<Route>();
  opened->observation_space = contract.observation_space;
  opened->action_space = contract.action_space;
  opened->observation_spec =
      contract.observation_space.proto().SerializeAsString();
  opened->action_spec = contract.action_space.proto().SerializeAsString();
  absl::MutexLock lock(&mu_);
  routes_[route] = std::move(opened);
  return absl::OkStatus();
}

absl::StatusOr<Answer> PythonWorkerModel::Call(FrameKind kind,
                                               absl::Duration timeout, int fd) {
  absl::StatusOr<Answer> answer =
      worker_->process().Call(kind, payload_, Limit(timeout), fd);
  if (!absl::IsUnavailable(answer.status())) return answer;
  return Annotate(answer.status(),
                  "the policy is loaded again for the next request, without "
                  "what it kept of its episodes");
}

absl::Status PythonWorkerModel::Revive(absl::Duration timeout) {
  if (worker_ != nullptr) {
    const absl::Status settled = worker_->process().Settle(
        FrameKind::kPredict,
        std::min(timeout, options_.process.interrupt_grace + absl::Seconds(5)));
    if (!absl::IsUnavailable(settled) && !absl::IsInternal(settled)) {
      return settled;
    }
    LOG(WARNING) << "loading the policy again, without what it kept of its "
                    "episodes: "
                 << absl::StripPrefix(settled.message(), "predict failed: ");
    worker_.reset();
  }
  absl::StatusOr<std::unique_ptr<PolicyWorker>> worker = Load();
  if (!worker.ok()) {
    absl::Status status(absl::IsCancelled(worker.status())
                            ? absl::StatusCode::kCancelled
                            : absl::StatusCode::kUnavailable,
                        absl::StrCat("the policy cannot be loaded again: ",
                                     worker.status().message()));
    SetErrorDetails(GetErrorDetails(worker.status()), &status);
    return status;
  }
  worker_ = *std::move(worker);
  ++generation_;
  return absl::OkStatus();
}

absl::Status PythonWorkerModel::OpenInWorker(Route* route, int rows,
                                             int frames) {
  const bool keep = route->generation == generation_;
  RLMESH_ASSIGN_OR_RETURN(
      const uint64_t bytes,
      RouteMemory::SizeOf(route->observation_space, route->action_space, rows,
                          frames));
  const uint64_t others = shared_bytes_ - route->memory.size();
  if (bytes > options_.max_shared_bytes - others) {
    return Recoverable(absl::ResourceExhaustedError(absl::StrCat(
        "this route needs ", bytes, " bytes of shared memory, and others have ",
        others, "; at most ", options_.max_shared_bytes,
        " are allowed together")));
  }
  RLMESH_ASSIGN_OR_RETURN(
      RouteMemory memory,
      RouteMemory::Create(route->observation_space, route->action_space, rows,
                          frames));
  if (!keep) route->number = ++last_route_;
  payload_ = memory.EncodeOpen(route->number, keep, route->observation_spec,
                               route->action_spec);
  RLMESH_RETURN_IF_ERROR(
      Call(FrameKind::kOpenRoute, options_.predict_timeout, memory.fd())
          .status());
  memory.CloseFd();
  shared_bytes_ = others + memory.size();
  route->memory = std::move(memory);
  route->generation = generation_;
  return absl::OkStatus();
}

absl::Status PythonWorkerModel::Prepare(const PredictRequest& request,
                                        Route* route) {
  const int rows = static_cast<int>(request.episodes.size());
  RLMESH_RETURN_IF_ERROR(
      CheckLengths(route->observation_space, request.observations, rows));
  const bool has_chunks = absl::StrContains(info_.corners, "chunk");
  const int frames = has_chunks ? std::max(1, request.horizon) : 1;
  const RouteMemory& memory = route->memory;
  const bool is_open = route->generation == generation_;
  if (!is_open || rows > memory.rows() || frames > memory.frames()) {
    // Doubled, so that a number that creeps up costs little.
    const int room = is_open && rows > memory.rows()
                         ? std::max(rows, std::min(2 * memory.rows(), 1024))
                         : std::max(rows, is_open ? memory.rows() : 1);
    RLMESH_RETURN_IF_ERROR(OpenInWorker(
        route, room, std::max(frames, is_open ? memory.frames() : 1)));
  }
  for (size_t i = 0; i < request.observations.size(); ++i) {
    const absl::string_view leaf = request.observations.leaf(i);
    if (IsText(route->observation_space.leaves()[i])) continue;
    std::memcpy(memory.observation(i), leaf.data(), leaf.size());
  }
  return absl::OkStatus();
}

void PythonWorkerModel::AppendGroup(const PredictRequest& request,
                                    const Route& route) {
  AppendU32(route.number, &payload_);
  AppendU32(static_cast<uint32_t>(request.episodes.size()), &payload_);
  AppendU32(static_cast<uint32_t>(
                std::min(std::max(1, request.horizon), route.memory.frames())),
            &payload_);
  for (const EpisodeRow& row : request.episodes) {
    char bytes[11];
    bytes[0] = row.seed.has_value();
    StoreLittleEndian<uint64_t>(static_cast<uint64_t>(row.seed.value_or(0)),
                                bytes + 1);
    const size_t length = std::min<size_t>(row.episode_id.size(), 65535);
    StoreLittleEndian<uint16_t>(static_cast<uint16_t>(length), bytes + 9);
    payload_.append(bytes, sizeof(bytes));
    payload_.append(row.episode_id, 0, length);
  }
  for (size_t i = 0; i < request.observations.size(); ++i) {
    if (!IsText(route.observation_space.leaves()[i])) continue;
    AppendVariableLeaf(request.observations.leaf(i), &payload_);
  }
}

absl::Status PythonWorkerModel::ReadGroup(const PredictRequest& request,
                                          absl::string_view* payload,
                                          Route* route,
                                          Prediction* prediction) {
  const auto broken = [this](absl::string_view what) {
    worker_.reset();  // it is not ours any more
    return Recoverable(absl::InternalError(
        absl::StrCat("the policy's worker broke the protocol: ", what)));
  };
  if (payload->size() < 4) return broken("no number of frames");
  const uint32_t frames = LoadLittleEndian<uint32_t>(payload->data());
  payload->remove_prefix(4);
  if (frames < 1 || frames > static_cast<uint32_t>(route->memory.frames())) {
    return broken(absl::StrCat(frames, " frames"));
  }
  const auto specs = route->action_space.leaves();
  const size_t rows = request.episodes.size();
  route->leaves.resize(frames * specs.size());
  size_t total = 0;
  for (size_t i = 0; i < route->leaves.size(); ++i) {
    absl::string_view* const leaf = &route->leaves[i];
    const LeafSpec& spec = specs[i % specs.size()];
    if (IsText(spec)) {
      const absl::Status cut =
          CutVariableLeaves(absl::MakeSpan(leaf, 1), payload);
      if (!cut.ok()) return broken(cut.message());
    } else {
      *leaf = absl::string_view(
          route->memory.action(i % specs.size(),
                               static_cast<int>(i / specs.size())),
          spec.lane_bytes * rows);
    }
    total += leaf->size();
  }
  route->bytes.resize(total);
  char* to = &route->bytes[0];
  for (absl::string_view& leaf : route->leaves) {
    std::memcpy(to, leaf.data(), leaf.size());
    leaf = absl::string_view(to, leaf.size());
    to += leaf.size();
  }
  prediction->frames.clear();
  const absl::Span<const absl::string_view> leaves(route->leaves);
  for (uint32_t i = 0; i < frames; ++i) {
    prediction->frames.push_back(
        ValueView(leaves.subspan(i * specs.size(), specs.size())));
  }
  return absl::OkStatus();
}

absl::Status PythonWorkerModel::PredictWithTurn(const PredictRequest& request,
                                                Route* route,
                                                Prediction* prediction) {
  RLMESH_RETURN_IF_ERROR(Prepare(request, route));
  payload_.clear();
  AppendU32(1, &payload_);
  AppendGroup(request, *route);
  RLMESH_ASSIGN_OR_RETURN(const Answer answer,
                          Call(FrameKind::kPredict, request.timeout));
  absl::string_view payload = answer.payload;
  return ReadGroup(request, &payload, route, prediction);
}

absl::Status PythonWorkerModel::Predict(const PredictRequest& request,
                                        Prediction* prediction) {
  const std::shared_ptr<Route> route = Find(request.route);
  if (route == nullptr) {
    return absl::NotFoundError(absl::StrCat("route \"", request.route,
                                            "\" is not open; call Open first"));
  }
  CallTurns::Turn turn(&turns_, request.cancellation);
  RLMESH_RETURN_IF_ERROR(turn.Take(Limit(request.timeout)));
  RLMESH_RETURN_IF_ERROR(Revive(request.timeout));
  return PredictWithTurn(request, route.get(), prediction);
}

absl::Status PythonWorkerModel::PredictFused(
    absl::Span<const PredictRequest> requests,
    absl::Span<const std::shared_ptr<Route>> routes,
    absl::Span<Prediction* const> predictions) {
  for (size_t i = 0; i < requests.size(); ++i) {
    RLMESH_RETURN_IF_ERROR(Prepare(requests[i], routes[i].get()));
  }
  payload_.clear();
  AppendU32(static_cast<uint32_t>(requests.size()), &payload_);
  absl::Duration timeout = absl::InfiniteDuration();
  for (size_t i = 0; i < requests.size(); ++i) {
    AppendGroup(requests[i], *routes[i]);
    timeout = std::min(timeout, requests[i].timeout);
  }
  RLMESH_ASSIGN_OR_RETURN(const Answer answer,
                          Call(FrameKind::kPredict, timeout));
  absl::string_view payload = answer.payload;
  for (size_t i = 0; i < requests.size(); ++i) {
    RLMESH_RETURN_IF_ERROR(
        ReadGroup(requests[i], &payload, routes[i].get(), predictions[i]));
  }
  return absl::OkStatus();
}

void PythonWorkerModel::PredictAll(absl::Span<const PredictRequest> requests,
                                   absl::Span<Prediction* const> predictions,
                                   absl::Span<absl::Status> statuses) {
  std::vector<std::shared_ptr<Route>> routes;
  bool fits = info_.fuses && requests.size() > 1;
  for (const PredictRequest& request : requests) {
    routes.push_back(Find(request.route));
    fits = fits && routes.back() != nullptr && request.horizon <= 1 &&
           routes.back()->HasSpacesOf(*routes.front());
  }
  if (fits) {
    CallTurns::Turn turn(&turns_, requests[0].cancellation);
    absl::Status status = turn.Take(Limit(requests[0].timeout));
    if (status.ok()) status = Revive(requests[0].timeout);
    if (status.ok()) status = PredictFused(requests, routes, predictions);
    // What only one of them may have done wrong, or asks for too much, is found
    // out one by one; who has no time left, or no worker, need not try.
    if (status.ok() || absl::IsCancelled(status) ||
        absl::IsDeadlineExceeded(status) || absl::IsUnavailable(status)) {
      std::fill(statuses.begin(), statuses.end(), status);
      return;
    }
  }
  Model::PredictAll(requests, predictions, statuses);
}

absl::Status PythonWorkerModel::Reset(
    absl::string_view route, absl::Span<const std::string> episode_ids) {
  return CancellableReset(route, episode_ids, /*cancellation=*/nullptr);
}

absl::Status PythonWorkerModel::CancellableReset(
    absl::string_view route, absl::Span<const std::string> episode_ids,
    Cancellation* cancellation) {
  const std::shared_ptr<Route> found = Find(route);
  if (found == nullptr) return absl::OkStatus();
  CallTurns::Turn turn(&turns_, cancellation);
  RLMESH_RETURN_IF_ERROR(turn.Take(options_.predict_timeout));
  // A worker that does not know the route knows nothing of its episodes.
  if (worker_ == nullptr || found->generation != generation_) {
    return absl::OkStatus();
  }
  payload_.clear();
  AppendU32(found->number, &payload_);
  AppendU32(static_cast<uint32_t>(episode_ids.size()), &payload_);
  for (const std::string& id : episode_ids) {
    AppendU32(static_cast<uint32_t>(id.size()), &payload_);
    payload_ += id;
  }
  return Call(FrameKind::kEndEpisodes, options_.predict_timeout).status();
}

absl::Status PythonWorkerModel::CloseRoute(absl::string_view route) {
  std::shared_ptr<Route> closed;
  {
    absl::MutexLock lock(&mu_);
    auto it = routes_.find(route);
    if (it == routes_.end()) return absl::OkStatus();
    closed = std::move(it->second);
    routes_.erase(it);
  }
  CallTurns::Turn turn(&turns_, /*cancellation=*/nullptr);
  const absl::Status turned = turn.Take(options_.predict_timeout);
  if (absl::IsCancelled(turned)) return absl::OkStatus();
  RLMESH_RETURN_IF_ERROR(turned);
  shared_bytes_ -= closed->memory.size();
  if (worker_ == nullptr || closed->generation != generation_) {
    return absl::OkStatus();
  }
  payload_.clear();
  AppendU32(closed->number, &payload_);
  return Call(FrameKind::kCloseRoute, options_.close_timeout).status();
}

}  // namespace rlmesh
