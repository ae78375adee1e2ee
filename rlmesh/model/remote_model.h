// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A model somewhere else.

#ifndef RLMESH_MODEL_REMOTE_MODEL_H_
#define RLMESH_MODEL_REMOTE_MODEL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "rlmesh/model/model.h"
#include "rlmesh/proto/core/v1/handshake.pb.h"
#include "rlmesh/proto/model/v1/service.grpc.pb.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/call_watchdog.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/editions.h"
#include "rlmesh/transport/handshake.h"

namespace rlmesh {

struct RemoteModelOptions {
  ConnectOptions connect;
  // How we introduce ourselves; the component is filled in.
  Introduction introduction;
  // Longest wait for one answer, whatever a request allows; for the handshake
  // and the first sign of the stream too. More than zero.
  absl::Duration request_timeout = absl::Seconds(300);
  // Most actions of one prediction, 1 to 1024. Default: no chunks.
  int execution_horizon = 1;
  // What the other participants of the session offer: the environment's server.
  std::vector<EditionOffer> others;
  // Called between an answer's arrival and the end of its deadline; for tests
  // of what happens when the deadline passes just then.
  std::function<void()> on_answer_for_testing;

  // Names the option and its value.
  absl::Status Validate() const;
};

// A client of a model server, ours or a published one. Every route is an
// environment of the server's (env_id), resolved by Open and released by
// CloseRoute.
//
// Thread-safe; one request is under way at a time, others wait for it. A call
// blocks until the answer, at most for its timeout. Answers are checked against
// the spaces: this is the door for what a model server says. After a broken
// stream, a timeout or Cancel every call is Unavailable, or Cancelled: connect
// again.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(auto model, RemoteModel::Connect(address,
//   options)); RLMESH_RETURN_IF_ERROR(model->Open("env-1", env->contract()));
class RemoteModel : public Model {
 public:
  // Handshake, stream and editions. FailedPrecondition when the two sides do
  // not fit, Unavailable when nobody answers, Cancelled when `cancellation`
  // says so (borrowed for the call; null: never).
  static absl::StatusOr<std::unique_ptr<RemoteModel>> Connect(
      const Address& address, const RemoteModelOptions& options,
      Cancellation* cancellation = nullptr);

  // Only the handshake: what the server at `address` says of itself. Errors as
  // of Connect.
  static absl::StatusOr<core::v1::HandshakeResponse> Greet(
      const Address& address, const RemoteModelOptions& options);

  // Drops the stream; open routes go with it.
  ~RemoteModel() override;

  absl::Status Open(absl::string_view route,
                    const EnvContract& contract) override;
  absl::Status Predict(const PredictRequest& request,
                       Prediction* prediction) override;
  absl::Status Reset(absl::string_view route,
                     absl::Span<const std::string> episode_ids) override;
  absl::Status CloseRoute(absl::string_view route) override;
  // For good: the stream ends.
  void Cancel() override;
  // Whether the server says so: a published one hands all rows to its policy at
  // once, which need not be made for that.
  bool takes_rows() const override { return takes_rows_; }

  // Settles the edition again, with participants (the environment's server)
  // that were not known when this connected; before the first Open.
  // FailedPrecondition names every side.
  absl::Status Agree(absl::Span<const EditionOffer> others);

  // The pin of every route, in the server's spelling.
  const std::string& edition() const { return edition_; }

 private:
  struct Route {
    SpaceSpec action_space;
    uint64_t requests = 0;
    // The last answer to predict, which views_ and the prediction point into.
    model::v1::JoinResponse response;
    std::vector<std::vector<absl::string_view>> frames;
  };

  RemoteModel(Address address, RemoteModelOptions options,
              std::shared_ptr<grpc::Channel> channel);

  absl::StatusOr<core::v1::HandshakeResponse> Handshake(
      Cancellation* cancellation);
  absl::Status Join();

  // "env-1:predict:3", distinct on this stream.
  void StartRequest(absl::string_view route, absl::string_view operation,
                    model::v1::AdapterContext* context);
  // Sends request_ and waits for its answer, which must be `expected` or an
  // error.
  absl::Status Exchange(absl::string_view operation, absl::Duration timeout,
                        model::v1::JoinResponse::KindCase expected,
                        model::v1::JoinResponse* response)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Why the stream ended.
  absl::Status Broken(absl::string_view operation)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status ReadPrediction(const PredictRequest& request, Route* route,
                              Prediction* prediction);

  const Address address_;
  const RemoteModelOptions options_;
  const std::string session_id_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<model::v1::ModelService::Stub> stub_;
  EditionOffer offer_;  // the server's
  std::string edition_;
  bool takes_rows_ = false;

  grpc::ClientContext context_;
  std::atomic<bool> cancelled_{false};

  absl::Mutex mu_;  // held from a request to its answer
  std::unique_ptr<
      grpc::ClientReaderWriter<model::v1::JoinRequest, model::v1::JoinResponse>>
      stream_ ABSL_GUARDED_BY(mu_);
  absl::Status broken_ ABSL_GUARDED_BY(mu_);  // not OK: the stream is over
  model::v1::JoinRequest request_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, std::unique_ptr<Route>> routes_
      ABSL_GUARDED_BY(mu_);
  CallWatchdog watchdog_;
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_REMOTE_MODEL_H_
