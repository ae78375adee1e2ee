// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/channel.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/optional.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "re2/re2.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/grpc_runtime.h"
#include "rlmesh/transport/probe/peer_probe.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// How long a peer that accepted our connection may take to say something.
constexpr absl::Duration kProbe = absl::Seconds(1);
// How often a cancellation is looked at: gRPC cannot be woken from this wait.
constexpr absl::Duration kLook = absl::Milliseconds(50);

// The address that gRPC tried, from the text of its error: it resolves names
// itself and tells nobody else. InvalidArgument when there is none.
absl::StatusOr<Address> TriedAddress(absl::string_view message) {
  std::string tried;
  RE2::PartialMatch(re2::StringPiece(message.data(), message.size()),
                    R"(ipv[46]:((?:[0-9.]+|\[[0-9A-Fa-f:.]+\]):[0-9]+))",
                    &tried);
  return Address::ForConnect(tried);
}

// Why there is no connection to a host that is a name: gRPC, which resolved it,
// says so to a call. OK when it does not.
absl::Status AskChannel(const Address& address, const ClientSecurity& security,
                        const std::shared_ptr<grpc::Channel>& channel,
                        absl::Duration timeout) {
  if (address.kind() == Address::Kind::kUnix ||
      !absl::StartsWith(address.ConnectTarget(), "dns:")) {
    return absl::OkStatus();
  }
  grpc::ClientContext context;
  context.set_wait_for_ready(false);
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  const grpc::ByteBuffer request;
  grpc::ByteBuffer answer;
  grpc::Status status;
  grpc::CompletionQueue queue;
  const auto call = grpc::GenericStub(channel).PrepareUnaryCall(
      &context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  absl::string_view why;
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
    return absl::OkStatus();
  }
  if (absl::StrContains(status.error_message(), "Connection refused")) {
    why = "the connection is refused; is the server running?";
  } else if (absl::StrContains(status.error_message(), "DNS resolution")) {
    why = "the name of the host cannot be resolved; is it spelled right?";
  } else {
    const absl::StatusOr<Address> tried = TriedAddress(status.error_message());
    if (!tried.ok()) return absl::OkStatus();
    absl::optional<ClientTls> tls = security.tls;
    if (tls.has_value() && tls->server_name.empty()) {
      tls->server_name = address.host();
    }
    return Annotate(ProbePeer(*tried, tls, timeout), address.ToString());
  }
  return absl::UnavailableError(
      absl::StrCat("could not connect to ", address.ToString(), ": ", why));
}

}  // namespace

absl::Status ConnectOptions::Validate() const {
  if (timeout > absl::ZeroDuration()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("connect timeout is ",
                                                 absl::FormatDuration(timeout),
                                                 "; it must be more than 0"));
}

grpc::ChannelArguments MakeChannelArguments(const Address& address) {
  grpc::ChannelArguments args;
  args.SetMaxReceiveMessageSize(wire::kMaxMessageBytes);
  args.SetMaxSendMessageSize(wire::kMaxMessageBytes);
  args.SetCompressionAlgorithm(GRPC_COMPRESS_NONE);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  args.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  args.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  args.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);  // as on servers
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  if (address.kind() == Address::Kind::kUnix) {
    args.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  }
  return args;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectChannel(
    const Address& address, const ConnectOptions& options,
    Cancellation* cancellation) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  PrepareGrpc();
  // The probe that finds the reason of a failure fits in the time given.
  const absl::Duration reserve = std::min(kProbe, options.timeout / 4);
  const absl::Time deadline =
      SteadyNow() + std::min(options.timeout, absl::Hours(24)) - reserve;
  const ClientSecurity& security = options.security;
  grpc::ChannelArguments args = MakeChannelArguments(address);
  if (security.tls.has_value() && !security.tls->server_name.empty()) {
    args.SetSslTargetNameOverride(security.tls->server_name);
  }
  std::shared_ptr<grpc::Channel> channel = grpc::CreateCustomChannel(
      address.ConnectTarget(), MakeChannelCredentials(security.tls), args);
  // Why it does not become ready; OK when that cannot be told.
  const auto find_reason = [&] {
    absl::Status status = ProbePeer(address, security.tls, reserve);
    if (!status.ok()) return status;
    return AskChannel(address, security, channel, reserve);
  };
  while (true) {
    if (cancellation != nullptr && cancellation->cancelled()) {
      return absl::CancelledError(
          absl::StrCat("connecting to ", address.ToString(), " was cancelled"));
    }
    const grpc_connectivity_state state =
        channel->GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return channel;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE) {
      const absl::Status status = find_reason();
      const bool retry = absl::IsUnavailable(status) && options.wait_for_server;
      if (!status.ok() && !retry) return status;
    }
    const absl::Duration left = deadline - SteadyNow();
    const absl::Duration wait =
        cancellation == nullptr ? left : std::min(left, kLook);
    if (!channel->WaitForStateChange(state,
                                     absl::ToChronoTime(absl::Now() + wait)) &&
        wait == left) {
      break;
    }
  }
  const absl::Status status = find_reason();
  if (!status.ok()) return status;
  return absl::DeadlineExceededError(absl::StrCat(
      "connect timed out after ", absl::FormatDuration(options.timeout), ": ",
      address.ToString(), " did not become ready"));
}

}  // namespace rlmesh
