// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/model_session.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/model/model_error.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/transport/message_limit.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using model::v1::JoinRequest;
using model::v1::JoinResponse;

// Groups of one request; even their errors take memory.
constexpr int kMaxGroups = 16384;
// Of them, so many are asked for together at most.
constexpr size_t kMaxTogether = 256;

// The most that is done on a thread of gRPC: a millisecond or so.
constexpr size_t kInlineBytes = size_t{512} << 10;

// Whether an action of the space, or the space itself, is. Not for more than
// kInlineBytes of space; what is wrong with it is said later.
bool IsLarge(const model::v1::ResolveAdapterRequest& request) {
  if (request.ByteSizeLong() > kInlineBytes) return true;
  const absl::StatusOr<SpaceSpec> space =
      SpaceSpec::FromProto(request.env_spec().action_space());
  return space.ok() && space->min_lane_bytes() > kInlineBytes;
}

uint64_t Nanoseconds(absl::Duration duration) {
  return static_cast<uint64_t>(
      std::max<int64_t>(0, absl::ToInt64Nanoseconds(duration)));
}

}  // namespace

ModelSession::ModelSession(RouteTable* table, uint64_t stream)
    : table_(table), stream_(stream) {}

ModelSession::~ModelSession() { table_->CloseStream(stream_); }

bool ModelSession::MayBlock(const JoinRequest& request) const {
  if (!table_->model().is_inline()) return true;
  switch (request.kind_case()) {
    case JoinRequest::kResolveAdapter:
      return table_->IsInUse(request.resolve_adapter().context().env_id()) ||
             IsLarge(request.resolve_adapter());
    case JoinRequest::kPredict:
      return table_->WorkOf(request.predict()) > kInlineBytes;
    case JoinRequest::kGroupedPredict: {
      size_t left = kInlineBytes;
      for (const auto& group : request.grouped_predict().groups()) {
        const size_t work = table_->WorkOf(group);
        if (work > left) return true;
        left -= work;
      }
      return false;
    }
    case JoinRequest::kResetAdapter:
      return table_->IsInUse(request.reset_adapter().context().env_id());
    case JoinRequest::kReleaseAdapter:
      return table_->IsInUse(request.release_adapter().context().env_id());
    default:
      return false;
  }
}

ModelSession::Next ModelSession::Handle(const JoinRequest& request,
                                        absl::Duration queued,
                                        JoinResponse* response) {
  const absl::Time start = SteadyNow();
  Next next = Next::kGoOn;
  absl::Status status;
  uint64_t user_ns = 0;
  response->Clear();
  response->set_request_id(request.request_id());
  switch (request.kind_case()) {
    case JoinRequest::kResolveAdapter:
      status = table_->Resolve(stream_, request.resolve_adapter(),
                               response->mutable_resolve_adapter());
      break;
    case JoinRequest::kPredict:
      status = table_->Predict(request.predict(), &cancellation_,
                               response->mutable_predict(), &user_ns);
      break;
    case JoinRequest::kGroupedPredict:
      if (request.grouped_predict().groups_size() > kMaxGroups) {
        status = absl::InvalidArgumentError(absl::StrCat(
            "grouped_predict has ", request.grouped_predict().groups_size(),
            " groups, over the ", kMaxGroups, " bound"));
        break;
      }
      GroupedPredict(request.grouped_predict(),
                     response->mutable_grouped_predict(), &user_ns);
      break;
    case JoinRequest::kResetAdapter:
      response->mutable_reset_adapter();
      status = table_->Reset(request.reset_adapter(), &cancellation_);
      break;
    case JoinRequest::kReleaseAdapter:
      response->mutable_release_adapter();
      status = table_->Release(request.release_adapter());
      break;
    case JoinRequest::kClose:
      response->mutable_close();
      table_->CloseStream(stream_);
      next = Next::kEnd;
      break;
    case JoinRequest::KIND_NOT_SET:
      status = absl::UnimplementedError(
          "empty or unrecognized Join request; this server knows "
          "resolve_adapter, predict, grouped_predict, reset_adapter, "
          "release_adapter and close");
      break;
  }
  if (status.ok() && !FitsMessage(*response)) {
    status = absl::InternalError(
        "internal error: the answer is larger than a message may be");
  }
  if (!status.ok()) *response->mutable_error() = ToModelError(status);
  // The id is the client's and as long as it likes.
  if (!FitsMessage(*response)) response->clear_request_id();
  response->set_endpoint_total_ns(Nanoseconds(SteadyNow() - start));
  if (user_ns > 0) response->set_user_ns(user_ns);
  if (queued > absl::ZeroDuration()) {
    response->set_queue_ns(Nanoseconds(queued));
  }
  return next;
}

// One bad group does not sink the rest. Groups of different routes are asked
// together, those of the same route one after the other.
void ModelSession::GroupedPredict(
    const model::v1::GroupedPredictRequest& request,
    model::v1::GroupedPredictResponse* response, uint64_t* user_ns) {
  // A small request may ask for actions that no message could hold.
  size_t left = wire::kMaxMessageBytes;
  std::vector<const model::v1::PredictRequest*> groups;
  std::vector<model::v1::PredictResponse*> responses;
  absl::flat_hash_set<absl::string_view> routes;
  const auto answer = [&] {
    std::vector<absl::Status> statuses(
        groups.size(), absl::ResourceExhaustedError(
                           "internal error: the answers to the groups before "
                           "this one fill the message; send fewer groups"));
    size_t actions = left;
    if (left > 0) {
      table_->PredictAll(groups, &cancellation_, responses,
                         absl::MakeSpan(statuses), &actions, user_ns);
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      auto* const result = response->mutable_results(
          static_cast<int>(response->results_size() - groups.size() + i));
      const size_t bytes = result->ByteSizeLong();
      if (absl::IsOutOfRange(statuses[i]) ||
          (statuses[i].ok() && bytes > left)) {
        statuses[i] = absl::ResourceExhaustedError(
            "internal error: the answers to all groups are larger than a "
            "message may be; send fewer groups");
        left = 0;
      }
      if (statuses[i].ok()) {
        left -= bytes;
      } else {
        *result->mutable_error() = ToModelError(statuses[i]);
      }
    }
    groups.clear();
    responses.clear();
    routes.clear();
  };
  for (const model::v1::PredictRequest& group : request.groups()) {
    const std::string& env_id = group.context().env_id();
    if (groups.size() >= kMaxTogether || routes.contains(env_id)) answer();
    routes.insert(env_id);
    groups.push_back(&group);
    responses.push_back(response->add_results()->mutable_response());
  }
  if (!groups.empty()) answer();
}

}  // namespace rlmesh
