// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A client's Join stream, one question at a time.

#ifndef RLMESH_ENV_REMOTE_STREAM_H_
#define RLMESH_ENV_REMOTE_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"
#include "rlmesh/base/steady_cond_var.h"
#include "rlmesh/env/remote_connection.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"
#include "rlmesh/transport/call_watchdog.h"

namespace rlmesh {

using EpisodeList =
    google::protobuf::RepeatedPtrField<env::v1::EpisodeMetadata>;

// Open, Ask and Finish come from one thread at a time and block up to the
// deadline they are given; Cancel may come from any thread at any time and
// makes them end. After an error of Open or Ask the stream is closed, unless
// the server itself answered with an error that leaves it open.
//
// Example:
//   RemoteStream stream(connection);
//   RLMESH_RETURN_IF_ERROR(stream.Open(deadline));
//   RLMESH_RETURN_IF_ERROR(stream.Ask(deadline, &request, &response));
class RemoteStream {
 public:
  // `connection` is borrowed. `on_answer` is called when an answer has been
  // read and its deadline still runs: tests let it pass there.
  explicit RemoteStream(const RemoteConnection* connection,
                        std::function<void()> on_answer = nullptr);
  // Drops an open stream: the server sees it cancelled.
  ~RemoteStream();

  bool is_open() const { return stream_ != nullptr; }

  // Opens a Join, waits for its response headers and configures it. A server
  // whose session slots are all taken is asked again until `retry_until`; its
  // last refusal then says for how long it has been busy.
  absl::Status Open(absl::Time deadline, absl::Time retry_until);

  // Sends `request` (its request_id is set here) and waits for the answer to
  // it, of the same kind; answers to nobody's question are dropped. The end of
  // the stream is Unavailable, a passed deadline DeadlineExceeded, Cancel
  // Cancelled: all recoverable, by opening anew. An EnvError comes back as
  // FromEnvError says. An answer that the deadline overtook is given out, but
  // the stream is closed after it.
  absl::Status Ask(absl::Time deadline, env::v1::JoinRequest* request,
                   env::v1::JoinResponse* response);

  // Ends the stream in order and waits for the server to agree.
  void Finish(absl::Time deadline);

  void Cancel();

 private:
  using Stream = grpc::ClientReaderWriterInterface<env::v1::JoinRequest,
                                                   env::v1::JoinResponse>;

  absl::Status OpenOnce(absl::Time deadline);
  // The reason why the stream ended; closes it. `expired`: our deadline did it.
  absl::Status Ended(bool expired);
  void Drop();

  const RemoteConnection* const connection_;
  const std::function<void()> on_answer_;
  uint64_t next_id_ = 1;

  absl::Mutex mu_;
  SteadyCondVar changed_;  // cancelled_ has
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  // Guards who cancels, not what the thread of the calls does.
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<Stream> stream_;
  CallWatchdog watchdog_;  // last: its thread ends first
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_REMOTE_STREAM_H_
