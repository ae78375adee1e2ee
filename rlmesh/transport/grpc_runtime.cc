// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/grpc_runtime.h"

#include <string>

#include "absl/strings/match.h"
#include "glog/logging.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/grpc.h"
#include "grpc/support/log.h"

namespace rlmesh {
namespace {

// What comes before an abort is said. All else, errors too, a peer can cause as
// often as it likes.
void LogOfGrpc(gpr_log_func_args* args) {
  if (args->severity == GPR_LOG_SEVERITY_ERROR &&
      absl::StartsWith(args->message, "assertion failed")) {
    LOG(ERROR) << "gRPC (" << args->file << ":" << args->line << ") "
               << args->message;
    return;
  }
  VLOG(1) << "gRPC (" << args->file << ":" << args->line << ") "
          << args->message;
}

void LogOfProtobuf(google::protobuf::LogLevel level, const char* file, int line,
                   const std::string& message) {
  if (level == google::protobuf::LOGLEVEL_FATAL) {
    LOG(ERROR) << "protobuf (" << file << ":" << line << ") " << message;
    return;
  }
  VLOG(1) << "protobuf (" << file << ":" << line << ") " << message;
}

}  // namespace

void PrepareGrpc() {
  static const bool prepared = [] {
    grpc_init();  // for good
    gpr_set_log_function(LogOfGrpc);
    google::protobuf::SetLogHandler(LogOfProtobuf);
    return true;
  }();
  (void)prepared;
}

}  // namespace rlmesh
