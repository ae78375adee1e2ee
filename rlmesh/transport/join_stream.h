// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The life of one Join stream in a server, whatever it carries.

#ifndef RLMESH_TRANSPORT_JOIN_STREAM_H_
#define RLMESH_TRANSPORT_JOIN_STREAM_H_

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace rlmesh {

class JoinStreams;

// Knows whether a stream waits for its client, calls its session, writes what
// that answered, or has ended, and ends it once: by its client, its session, a
// drained server, or because the client has been silent for too long: it sends
// no request, or does not read its answer. JoinReactor adds the messages.
//
// Thread-safe.
class JoinStream {
 public:
  // `streams` is borrowed and outlives this. `on_over` is called when the
  // client has given up its place, at least once, from any thread.
  JoinStream(JoinStreams* streams, std::function<void()> on_over);
  virtual ~JoinStream() = default;
  JoinStream(const JoinStream&) = delete;
  JoinStream& operator=(const JoinStream&) = delete;

  // Starts to read; once, when `streams` knows this.
  void Start();

  // Ends the stream, after the answer that is being made if there is one.
  void Drain();

  // Ends the stream when its client has been silent for longer than it may, the
  // answer unsent if it does not read. How long to wait before asking again.
  absl::Duration EndIfSilent();

  // Makes a running call of the session give up.
  virtual void Cancel() = 0;

 protected:
  // A request was read: false when the stream has ended.
  bool BeginAnswer();
  // It has been answered. What to do with the answer.
  enum class Send { kNothing, kIt, kItAndFinish };
  Send EndAnswer(bool is_last);
  // The answer was written, or could not be.
  void Written(bool ok);
  // The client has gone away.
  void Cancelled();
  // Ends the stream unless somebody did.
  void End(const grpc::Status& status);

  JoinStreams* streams() { return streams_; }

 private:
  virtual void ReadNext() = 0;
  virtual void FinishWith(const grpc::Status& status) = 0;
  // Makes gRPC give up the write, which ends the call: Written(false) follows.
  virtual void AbortWrite() = 0;
  grpc::Status Draining() const;
  void Conclude(const grpc::Status& status);  // by whoever set ended_
  void Over();

  JoinStreams* const streams_;
  const std::function<void()> on_over_;

  absl::Mutex mu_;
  bool asked_ ABSL_GUARDED_BY(mu_) = false;    // there was a request
  bool calling_ ABSL_GUARDED_BY(mu_) = false;  // from read to answered
  bool writing_ ABSL_GUARDED_BY(mu_) = false;  // from there to written
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;  // finished
  absl::Time silent_since_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_JOIN_STREAM_H_
