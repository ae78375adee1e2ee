// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A client that speaks gRPC and nothing else we know.

#ifndef RLMESH_TRANSPORT_TESTING_RAW_CLIENT_H_
#define RLMESH_TRANSPORT_TESTING_RAW_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/config.h"

namespace rlmesh {

// Sends whatever bytes it is given to a service and waits for the end, a minute
// at most.
//
// Example:
//   int answers;
//   RawClient(channel, wire::kEnvService).Join("\xff", &answers);
class RawClient {
 public:
  RawClient(std::shared_ptr<grpc::Channel> channel, absl::string_view service);

  // Sends `bytes` as one message of a Join: how the stream ended, and how many
  // answers came before.
  absl::Status Join(
      const std::string& bytes, int* answers,
      grpc_compression_algorithm compression = GRPC_COMPRESS_NONE);

  // Sends several messages before it reads the first answer.
  absl::Status Join(
      absl::Span<const std::string> messages, std::vector<std::string>* answers,
      grpc_compression_algorithm compression = GRPC_COMPRESS_NONE);

  // The answer of a method that takes one message and gives one.
  absl::StatusOr<std::string> Call(absl::string_view method,
                                   const std::string& bytes);
  absl::Status Handshake(const std::string& bytes);

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::string service_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_TESTING_RAW_CLIENT_H_
