// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_macros.h"

namespace rlmesh {
namespace {

constexpr size_t kFirstBuffer = 64 << 10;

absl::Status Closed() {
  return absl::UnavailableError("the worker closed its channel");
}

}  // namespace

absl::StatusOr<Channel> Channel::Create(UniqueFd* worker_end) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::ErrnoToStatus(errno, "a socket pair for a worker");
  }
  Channel channel;
  channel.socket_.Reset(ends[0]);
  worker_end->Reset(ends[1]);
  channel.buffer_.resize(kFirstBuffer);
  return channel;
}

absl::Status Channel::WaitFor(short events, absl::Time deadline) {
  pollfd pollers[3] = {{socket_.get(), events, 0},
                       {cancel_ == nullptr ? -1 : cancel_->fd(), POLLIN, 0},
                       {death_fd_, POLLIN, 0}};
  timespec left;
  timespec* timeout = nullptr;
  if (deadline != absl::InfiniteFuture()) {
    left = absl::ToTimespec(
        std::max(deadline - SteadyNow(), absl::ZeroDuration()));
    timeout = &left;
  }
  const int n = ppoll(pollers, 3, timeout, nullptr);
  if (n < 0) {
    return errno == EINTR ? absl::OkStatus()
                          : absl::ErrnoToStatus(errno, "waiting for a worker");
  }
  if (n == 0) return absl::DeadlineExceededError("no answer in time");
  if (pollers[1].revents != 0) {
    cancel_->Clear();
    return absl::CancelledError("cancelled");
  }
  // What it sent before it ended is still read.
  if (pollers[0].revents == 0 && pollers[2].revents != 0) {
    return absl::UnavailableError("the worker has ended");
  }
  return absl::OkStatus();
}

absl::Status Channel::SendBytes(const char* data, size_t size, int fd,
                                int flags, absl::Time deadline) {
  while (size > 0) {
    iovec part = {const_cast<char*>(data), size};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (fd >= 0) {
      message.msg_control = control;
      message.msg_controllen = sizeof(control);
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &fd, sizeof(int));
    }
    const ssize_t n =
        sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT | flags);
    if (n > 0) {
      data += n;
      size -= static_cast<size_t>(n);
      fd = -1;  // has gone with the first byte
    } else if (errno == EAGAIN) {
      RLMESH_RETURN_IF_ERROR(WaitFor(POLLOUT, deadline));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return Closed();
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "sending to a worker");
    }
  }
  return absl::OkStatus();
}

absl::Status Channel::Send(FrameKind kind, uint8_t flags,
                           absl::string_view payload, int fd,
                           absl::Time deadline) {
  if (owed_) {
    absl::StatusOr<Answer> stale = Receive(deadline);
    if (!stale.ok()) return stale.status();
  }
  if (cancel_ != nullptr && cancel_->is_set()) {
    cancel_->Clear();
    return absl::CancelledError("cancelled before it began");
  }
  if (payload.size() > FrameHeader::kMaxPayload) {
    return absl::InvalidArgumentError(
        absl::StrCat("a request of ", payload.size(),
                     " bytes, above the limit of ", FrameHeader::kMaxPayload));
  }
  FrameHeader header;
  header.kind = kind;
  header.flags = flags;
  header.id = ++last_id_;
  header.payload = payload.size();
  last_kind_ = kind;
  char bytes[FrameHeader::kSize];
  header.Encode(bytes);
  absl::Status status = SendBytes(bytes, sizeof(bytes), fd,
                                  payload.empty() ? 0 : MSG_MORE, deadline);
  if (status.ok() && !payload.empty()) {
    status = SendBytes(payload.data(), payload.size(), -1, 0, deadline);
  }
  if (status.ok()) {
    owed_ = true;
  } else {
    // A part of the frame may be on its way: nothing can follow it.
    cut_ = true;
    shutdown(socket_.get(), SHUT_RDWR);
  }
  return status;
}

absl::Status Channel::Fill(size_t size, absl::Time deadline) {
  while (filled_ < size) {
    if (filled_ == buffer_.size()) {
      // Grows as bytes arrive: a length that is only claimed costs nothing.
      buffer_.resize(std::min(size, 2 * buffer_.size()));
    }
    const ssize_t n = recv(socket_.get(), buffer_.data() + filled_,
                           buffer_.size() - filled_, MSG_DONTWAIT);
    if (n > 0) {
      filled_ += static_cast<size_t>(n);
    } else if (n == 0 || errno == ECONNRESET) {
      return Closed();
    } else if (errno == EAGAIN) {
      RLMESH_RETURN_IF_ERROR(WaitFor(POLLIN, deadline));
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "receiving from a worker");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Answer> Channel::Receive(absl::Time deadline) {
  if (filled_ == 0) RLMESH_RETURN_IF_ERROR(WaitFor(POLLIN, deadline));
  RLMESH_RETURN_IF_ERROR(Fill(FrameHeader::kSize, deadline));
  absl::StatusOr<FrameHeader> header =
      FrameHeader::Parse(absl::string_view(buffer_.data(), filled_));
  if (!header.ok()) return absl::DataLossError(header.status().message());
  const auto expected = static_cast<FrameKind>(
      static_cast<int>(FrameKind::kAnswer) + static_cast<int>(last_kind_));
  if (header->id != last_id_ ||
      (header->kind != expected && header->kind != FrameKind::kError)) {
    return absl::DataLossError(
        absl::StrCat("an answer of kind ", static_cast<int>(header->kind),
                     " to request ", header->id, " instead of one of kind ",
                     static_cast<int>(expected), " to request ", last_id_));
  }
  const size_t size = FrameHeader::kSize + header->payload;
  RLMESH_RETURN_IF_ERROR(Fill(size, deadline));
  if (filled_ != size) {
    return absl::DataLossError(
        absl::StrCat(filled_ - size, " bytes after the end of an answer"));
  }
  filled_ = 0;
  owed_ = false;
  Answer answer;
  answer.kind = header->kind;
  answer.flags = header->flags;
  answer.payload =
      absl::string_view(buffer_.data() + FrameHeader::kSize, header->payload);
  return answer;
}

bool Channel::HasInput() const {
  pollfd poller = {socket_.get(), POLLIN, 0};
  return poll(&poller, 1, 0) == 1;
}

}  // namespace rlmesh
