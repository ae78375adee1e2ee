// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/grpc_runtime.h"

#include <cstdlib>
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

// A client that is between two calls answers pings only in gRPC's backup polls,
// each of which handles one event of one connection. By default there is one
// every five seconds: two idle connections lose their servers, which ping every
// six seconds and wait ten (grpc_server.cc). So often it is enough for a
// hundred.
constexpr char kBackupPolls[] = "GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS";
constexpr char kBackupPollMilliseconds[] = "50";

}  // namespace

void PrepareGrpc() {
  static const bool prepared = [] {
    setenv(kBackupPolls, kBackupPollMilliseconds, /*overwrite=*/0);
    grpc_init();  // for good
    gpr_set_log_function(LogOfGrpc);
    google::protobuf::SetLogHandler(LogOfProtobuf);
    return true;
  }();
  (void)prepared;
}

}  // namespace rlmesh
