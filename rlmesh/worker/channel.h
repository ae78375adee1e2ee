// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The server's end of the socket to a worker.

#ifndef RLMESH_WORKER_CHANNEL_H_
#define RLMESH_WORKER_CHANNEL_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/worker/cancel_event.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {

struct Answer {
  FrameKind kind;
  uint8_t flags = 0;
  // Valid until the next Send.
  absl::string_view payload;
};

// Sends requests to a worker and waits for their answers, one at a time. An
// answer that did not come in time is still owed: it is waited for, and thrown
// away, before the next request.
//
// Not thread-safe. The other end is hostile: whatever it sends, or does not,
// ends in one of these codes.
//   DeadlineExceeded  no answer in time; it is owed from then on
//   Cancelled         the cancel event was set; the answer is owed
//   Unavailable       the other end is closed, or the process has ended
//   DataLoss          it sent what no worker sends; the channel is useless then
// In the steady state a round trip is three system calls and no allocation.
//
// Example:
//   UniqueFd worker_end;
//   RLMESH_ASSIGN_OR_RETURN(Channel channel, Channel::Create(&worker_end));
//   ... start the worker with worker_end, then channel.set_death_fd(pidfd) ...
//   RLMESH_RETURN_IF_ERROR(channel.Send(FrameKind::kStep, 0, "", -1,
//   deadline)); RLMESH_ASSIGN_OR_RETURN(Answer answer,
//   channel.Receive(deadline));
class Channel {
 public:
  // `worker_end` becomes the descriptor to give to the worker.
  static absl::StatusOr<Channel> Create(UniqueFd* worker_end);

  // A descriptor that becomes readable when the worker has ended (a pidfd): a
  // child of the worker may hold the socket open. Borrowed.
  void set_death_fd(int fd) { death_fd_ = fd; }

  // Makes Send and Receive return Cancelled when it is set; may be null.
  // Borrowed.
  void set_cancel(CancelEvent* cancel) { cancel_ = cancel; }

  // Sends a request with `flags` of FrameHeader; `fd` goes with it unless it is
  // -1. Waits for an owed answer first.
  absl::Status Send(FrameKind kind, uint8_t flags, absl::string_view payload,
                    int fd, absl::Time deadline);

  // The answer to the last request: its kind plus kAnswer, or kError.
  absl::StatusOr<Answer> Receive(absl::Time deadline);

  // Whether an answer is owed, and to which request.
  bool owes_answer() const { return owed_; }
  uint32_t last_id() const { return last_id_; }
  // Whether a request was given up in mid-send: nothing can follow it.
  bool is_cut() const { return cut_; }
  // Whether something, or the end of the stream, has arrived. From any thread.
  bool HasInput() const;

 private:
  Channel() = default;
  absl::Status WaitFor(short events, absl::Time deadline);
  absl::Status SendBytes(const char* data, size_t size, int fd, int flags,
                         absl::Time deadline);
  // Receives at least until `size` bytes are there.
  absl::Status Fill(size_t size, absl::Time deadline);

  UniqueFd socket_;
  CancelEvent* cancel_ = nullptr;
  int death_fd_ = -1;
  uint32_t last_id_ = 0;
  FrameKind last_kind_ = FrameKind::kError;
  bool owed_ = false;
  bool cut_ = false;
  std::vector<char> buffer_;
  size_t filled_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_WORKER_CHANNEL_H_
