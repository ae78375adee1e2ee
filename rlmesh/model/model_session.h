// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One client's stream to a model, without its transport.

#ifndef RLMESH_MODEL_MODEL_SESSION_H_
#define RLMESH_MODEL_MODEL_SESSION_H_

#include <cstdint>

#include "absl/time/time.h"
#include "rlmesh/base/cancellation.h"
#include "rlmesh/model/route_table.h"
#include "rlmesh/proto/model/v1/interaction.pb.h"
#include "rlmesh/transport/join_session.h"

namespace rlmesh {

// Answers the requests of one Join stream in order. Every error is in-band
// (ModelError) and the stream goes on; only `close` ends it, and releases the
// routes of this stream, not those of others.
//
// Handle is called by one thread at a time and blocks as long as the model
// does.
//
// Example:
//   ModelSession session(&table, /*stream=*/1);
//   if (session.Handle(request, queued, &response) == ModelSession::Next::kEnd)
//   ...
class ModelSession
    : public JoinSession<model::v1::JoinRequest, model::v1::JoinResponse> {
 public:
  // `table` is not owned; `stream` is a number above 0 that no other session
  // has.
  ModelSession(RouteTable* table, uint64_t stream);
  // Releases the routes of this stream; blocks while the model is called.
  ~ModelSession() override;

  bool MayBlock(const model::v1::JoinRequest& request) const override;
  Next Handle(const model::v1::JoinRequest& request, absl::Duration queued,
              model::v1::JoinResponse* response) override;
  // Ends the call that the model runs for this stream, and those that wait;
  // calls of other streams go on, also for the same routes.
  void Cancel() override { cancellation_.Cancel(); }

 private:
  void GroupedPredict(const model::v1::GroupedPredictRequest& request,
                      model::v1::GroupedPredictResponse* response,
                      uint64_t* user_ns);

  RouteTable* const table_;
  const uint64_t stream_;
  Cancellation cancellation_;
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_MODEL_SESSION_H_
