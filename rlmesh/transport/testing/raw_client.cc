// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/testing/raw_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "rlmesh/transport/grpc_status.h"

namespace rlmesh {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(1);

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string TextOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice whole;
  if (!buffer.DumpToSingleSlice(&whole).ok()) return "";
  return std::string(whole.begin(), whole.end());
}

// Whether what was started last has succeeded.
bool Wait(grpc::CompletionQueue* queue) {
  void* tag;
  bool ok = false;
  queue->Next(&tag, &ok);
  return ok;
}

}  // namespace

RawClient::RawClient(std::shared_ptr<grpc::Channel> channel,
                     absl::string_view service)
    : channel_(std::move(channel)), service_(service) {}

absl::Status RawClient::Join(const std::string& bytes, int* answers,
                             grpc_compression_algorithm compression) {
  std::vector<std::string> read;
  const absl::Status status =
      Join(absl::MakeConstSpan(&bytes, 1), &read, compression);
  *answers = static_cast<int>(read.size());
  return status;
}

absl::Status RawClient::Join(absl::Span<const std::string> messages,
                             std::vector<std::string>* answers,
                             grpc_compression_algorithm compression) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  context.set_compression_algorithm(compression);
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareCall(&context, absl::StrCat("/", service_, "/Join"), &queue);
  call->StartCall(nullptr);
  Wait(&queue);
  for (const std::string& bytes : messages) {
    call->Write(BufferOf(bytes), nullptr);
    if (!Wait(&queue)) break;  // the stream has ended
  }
  call->WritesDone(nullptr);
  Wait(&queue);
  answers->clear();
  grpc::ByteBuffer answer;
  while (true) {
    call->Read(&answer, nullptr);
    if (!Wait(&queue)) break;
    answers->push_back(TextOf(answer));
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Wait(&queue);
  return FromGrpcStatus(status);
}

absl::StatusOr<std::string> RawClient::Call(absl::string_view method,
                                            const std::string& bytes) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareUnaryCall(&context, absl::StrCat("/", service_, "/", method),
                            BufferOf(bytes), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  Wait(&queue);
  if (!status.ok()) return FromGrpcStatus(status);
  return TextOf(answer);
}

absl::Status RawClient::Handshake(const std::string& bytes) {
  return Call("Handshake", bytes).status();
}

}  // namespace rlmesh
