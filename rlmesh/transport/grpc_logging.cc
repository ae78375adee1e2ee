// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/grpc_logging.h"

#include <string>

#include "glog/logging.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"

namespace rlmesh {

void RouteGrpcLogs() {
  static const bool routed = [] {
    gpr_set_log_function([](gpr_log_func_args* args) {
      VLOG(1) << "gRPC (" << args->file << ":" << args->line << ") "
              << args->message;
    });
    google::protobuf::SetLogHandler([](google::protobuf::LogLevel,
                                       const char* file, int line,
                                       const std::string& message) {
      VLOG(1) << "protobuf (" << file << ":" << line << ") " << message;
    });
    return true;
  }();
  (void)routed;
}

}  // namespace rlmesh
