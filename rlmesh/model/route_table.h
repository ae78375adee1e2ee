// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Which environments a served model plays, and for whom.

#ifndef RLMESH_MODEL_ROUTE_TABLE_H_
#define RLMESH_MODEL_ROUTE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/model/model.h"
#include "rlmesh/proto/model/v1/interaction.pb.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {

// The routes of one served model, shared by all streams of its server: an
// env_id that one stream resolved can be used by another. A route belongs to
// the stream that resolved it last and goes when that stream ends or closes, so
// that a client that vanishes leaves nothing behind and nobody closes the
// routes of others.
//
// This is the door for everything that concerns one route: requests are checked
// here, and calls of the model for one route come one at a time. Thread-safe;
// calls block as long as the model does. Errors have the texts of the wire's
// reference implementation.
//
// Example:
//   RouteTable table(&model);
//   table.Resolve(/*stream=*/1, request, &response);
//   table.Predict(request, &response);
class RouteTable {
 public:
  static constexpr size_t kMaxRoutes = 16384;
  // Of one stream, and what they may cost together: the bytes of their
  // contracts and, for each leaf, what it takes when parsed.
  static constexpr size_t kMaxStreamRoutes = 1024;
  static constexpr size_t kMaxStreamBytes = size_t{64} << 20;
  static constexpr uint32_t kMaxHorizon = 1024;

  // `model` is not owned and must outlive the table.
  explicit RouteTable(Model* model);

  const Model& model() const { return *model_; }

  // Opens or replaces a route. `stream` is a number above 0, one for each
  // stream.
  absl::Status Resolve(uint64_t stream,
                       const model::v1::ResolveAdapterRequest& request,
                       model::v1::ResolveAdapterResponse* response);
  // Adds the time spent in the model to `*user_ns`. `cancellation` is borrowed
  // for the call and ends it early; null: never. So below.
  absl::Status Predict(const model::v1::PredictRequest& request,
                       Cancellation* cancellation,
                       model::v1::PredictResponse* response, uint64_t* user_ns);
  // As Predict, for requests of different routes at once. Their actions may
  // take `*left` bytes together; OutOfRange for those that do not fit.
  void PredictAll(absl::Span<const model::v1::PredictRequest* const> requests,
                  Cancellation* cancellation,
                  absl::Span<model::v1::PredictResponse* const> responses,
                  absl::Span<absl::Status> statuses, size_t* left,
                  uint64_t* user_ns);
  // Both are fine with unknown routes and episodes.
  absl::Status Reset(const model::v1::ResetAdapterRequest& request,
                     Cancellation* cancellation);
  absl::Status Release(const model::v1::ReleaseAdapterRequest& request);

  // About how many bytes answering touches: the observations, and the actions
  // of a model that predicts one frame. kInUse when another call has the route,
  // however long that takes.
  size_t WorkOf(const model::v1::PredictRequest& request) const;
  bool IsInUse(absl::string_view env_id) const;
  static constexpr size_t kInUse = std::numeric_limits<size_t>::max();

  // Closes the routes of a stream.
  void CloseStream(uint64_t stream);

  size_t size() const;

 private:
  struct Route;
  struct Entry {
    std::shared_ptr<Route> route;
    uint64_t stream = 0;  // its owner; 0: nobody yet
    size_t bytes = 0;     // what it costs its owner
  };

  std::shared_ptr<Route> Find(absl::string_view env_id) const;
  // As Predict; OutOfRange for actions of more than `*left` bytes.
  absl::Status PredictWithin(const model::v1::PredictRequest& request,
                             Cancellation* cancellation, size_t* left,
                             model::v1::PredictResponse* response,
                             uint64_t* user_ns);
  // The halves of a predict, around the model's; the route's lock is held.
  absl::StatusOr<std::shared_ptr<Route>> FindFor(
      const model::v1::PredictRequest& request) const;
  static absl::Status Begin(const model::v1::PredictRequest& request,
                            Cancellation* cancellation, Route* route,
                            rlmesh::PredictRequest* predict);
  static absl::Status Finish(const absl::Status& status,
                             const model::v1::PredictRequest& request,
                             Route* route, size_t* left,
                             model::v1::PredictResponse* response);
  absl::StatusOr<std::shared_ptr<Route>> FindOrAdd(uint64_t stream,
                                                   absl::string_view env_id,
                                                   size_t bytes);
  void Close(absl::string_view env_id);
  // Takes a route out; its lock is held.
  void Forget(absl::string_view env_id, Route* route);

  Model* const model_;
  mutable absl::Mutex mu_;  // never held while the model is called
  absl::flat_hash_map<std::string, Entry> routes_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_ROUTE_TABLE_H_
