// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A Join stream as gRPC drives it.

#ifndef RLMESH_TRANSPORT_JOIN_REACTOR_H_
#define RLMESH_TRANSPORT_JOIN_REACTOR_H_

#include <malloc.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "glog/logging.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/foreign_text.h"
#include "rlmesh/base/serial_thread.h"
#include "rlmesh/transport/join_session.h"
#include "rlmesh/transport/join_stream.h"
#include "rlmesh/transport/join_streams.h"

namespace rlmesh {

// Reads a request, lets the session answer, writes, reads the next one: one
// message is outstanding at a time. Owned by gRPC: deletes itself in OnDone.
//
// The response headers go out at once, because published clients wait for them
// before they send anything. Errors that a client is told are logged for who
// asks for that (RLMESH_LOG=info, their tracebacks with debug).
//
// Example:
//   auto* reactor = new JoinReactor<Request, Response>(
//       context, &streams, std::move(session),
//       [this, slot] { slots_.Free(slot); });
//   streams.Add(reactor);
//   return reactor;
template <class Request, class Response>
class JoinReactor final : public grpc::ServerBidiReactor<Request, Response>,
                          public JoinStream {
 public:
  using Session = JoinSession<Request, Response>;

  // `context` is that of the call.
  JoinReactor(grpc::CallbackServerContext* context, JoinStreams* streams,
              std::unique_ptr<Session> session,
              std::function<void()> on_over = nullptr)
      : JoinStream(streams, std::move(on_over)),
        context_(context),
        session_(std::move(session)) {
    this->StartSendInitialMetadata();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      // Half-closed, vanished, or sent what does not parse: all end with OK.
      End(grpc::Status::OK);
      return;
    }
    if (!BeginAnswer()) return;
    received_ = SteadyNow();
    if (!session_->MayBlock(request_)) {
      Answer();
      return;
    }
    if (strand_ == nullptr) strand_ = std::make_unique<SerialThread>();
    strand_->Post([this] { Answer(); });
  }

  void OnWriteDone(bool ok) override {
    Trim(&response_);  // before the next request is read
    Written(ok);
  }
  void OnCancel() override { Cancelled(); }

  void OnDone() override {
    streams()->Forget(this);
    std::shared_ptr<Session> session = std::move(session_);
    streams()->Bury(
        std::move(strand_),
        [session = std::move(session)]() mutable { session.reset(); });
    delete this;
  }

  void Cancel() override { session_->Cancel(); }

 private:
  // What a message may keep allocated until the next one comes; and from what
  // size on its memory is given back to the system, which takes milliseconds.
  static constexpr size_t kKeptBytes = size_t{1} << 20;
  static constexpr size_t kReturnedBytes = size_t{32} << 20;

  void Answer() {
    const bool is_last = session_->Handle(request_, SteadyNow() - received_,
                                          &response_) == Session::Next::kEnd;
    if (response_.has_error()) {
      // The client knows; others only when they ask.
      LOG(INFO) << "a client was told: "
                << ForTerminal(response_.error().message());
      VLOG(1) << ForTerminal(response_.error().debug_info());
    }
    Trim(&request_);
    switch (EndAnswer(is_last)) {
      case Send::kNothing:
        return;
      case Send::kIt:
        this->StartWrite(&response_);
        return;
      case Send::kItAndFinish:
        this->StartWriteAndFinish(&response_, grpc::WriteOptions(),
                                  grpc::Status::OK);
        return;
    }
  }

  template <class Message>
  static void Trim(Message* message) {
    const size_t bytes = message->SpaceUsedLong();
    if (bytes > kKeptBytes) *message = Message();
    if (bytes > kReturnedBytes) malloc_trim(0);
  }

  void ReadNext() override { this->StartRead(&request_); }
  void FinishWith(const grpc::Status& status) override { this->Finish(status); }
  void AbortWrite() override { context_->TryCancel(); }

  grpc::CallbackServerContext* const context_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<SerialThread> strand_;  // made when a call may block
  Request request_;
  Response response_;
  absl::Time received_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_JOIN_REACTOR_H_
