// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One Join stream.

#ifndef RLMESH_ENV_JOIN_REACTOR_H_
#define RLMESH_ENV_JOIN_REACTOR_H_

#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/support/server_callback.h"
#include "rlmesh/base/serial_thread.h"
#include "rlmesh/env/session/env_session.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"

namespace rlmesh {

class EnvService;

// Reads a request, lets its session answer, writes, reads the next one: one
// message is outstanding at a time. Owned by gRPC: deletes itself in OnDone.
//
// The response headers go out at once, because published clients wait for them
// before they send anything.
class JoinReactor : public grpc::ServerBidiReactor<env::v1::JoinRequest,
                                                   env::v1::JoinResponse> {
 public:
  // `service` is borrowed and outlives this; `slot` is freed at the end.
  JoinReactor(EnvService* service, uint64_t slot,
              std::unique_ptr<EnvSession> session);

  // Starts to read; once, when the service knows this.
  void Start();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // Ends the stream, after the answer that is being made if there is one.
  void Drain();

  // Makes the environment give up its running call.
  void Cancel();

 private:
  friend class EnvService;

  void Answer();
  // Ends the stream unless somebody did.
  void End(const grpc::Status& status);

  EnvService* const service_;
  const uint64_t slot_;
  std::unique_ptr<EnvSession> session_;
  std::unique_ptr<SerialThread> strand_;  // made when a call may block

  env::v1::JoinRequest request_;
  env::v1::JoinResponse response_;
  absl::Time received_;

  absl::Mutex mu_;
  bool answering_ ABSL_GUARDED_BY(mu_) = false;  // from read to written
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;  // Finish was called
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_JOIN_REACTOR_H_
