// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A client that costs as little as one can.

#ifndef RLMESH_BENCH_LOAD_CLIENT_H_
#define RLMESH_BENCH_LOAD_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"

namespace rlmesh {

// Plays episodes on an env_server with the actions 0, 1, 0, 1, ... over one
// Join stream of a connection of its own. Everything happens in gRPC's
// callbacks, so that a thousand of them need no threads. Answers are looked at
// only for errors and for the end of episodes.
//
// Example:
//   LoadClient client(channel, /*episodes=*/500, /*seed=*/0, [&] { ... });
//   client.Start();
//   ... when `on_done` has been called ...
//   RLMESH_RETURN_IF_ERROR(client.status());
class LoadClient : public grpc::ClientBidiReactor<env::v1::JoinRequest,
                                                  env::v1::JoinResponse> {
 public:
  // Episode i is seeded with `seed` + i. `on_done` is called once, at the end,
  // from a thread of gRPC; the client may be destroyed after it has returned.
  LoadClient(std::shared_ptr<grpc::Channel> channel, int episodes, int64_t seed,
             std::function<void()> on_done);

  void Start();
  // Ends it soon. From any thread.
  void Cancel() { context_.TryCancel(); }

  // While it plays, from any thread.
  int64_t steps() const { return steps_.load(std::memory_order_relaxed); }
  int episodes() const { return played_.load(std::memory_order_relaxed); }

  // Once it is done: how it went.
  const absl::Status& status() const { return status_; }

  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void Ask();
  void AskForReset();
  void AskForStep();
  void Fail(absl::Status status);

  const int episodes_;
  const int64_t seed_;
  const std::function<void()> on_done_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<env::v1::EnvService::Stub> stub_;
  grpc::ClientContext context_;
  env::v1::JoinRequest request_;
  env::v1::JoinResponse response_;
  std::atomic<int64_t> steps_{0};
  std::atomic<int> played_{0};
  int64_t action_ = 0;
  bool closing_ = false;
  absl::Status status_;
};

}  // namespace rlmesh

#endif  // RLMESH_BENCH_LOAD_CLIENT_H_
