// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/testing/scripted_env_service.h"

#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/env/testing/scripted_environment.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {

using env::v1::JoinRequest;
using env::v1::JoinResponse;

ScriptedEnvService::ScriptedEnvService() : dir_(*TempDir::Create("test")) {
  core::v1::HandshakeResponse* const base = handshake.mutable_base();
  base->set_compatible(true);
  base->add_supported_workflow_editions(wire::kEdition);
  *handshake.mutable_env_contract() = SimpleContract().ToProto();
  absl::StatusOr<std::unique_ptr<GrpcServer>> server = GrpcServer::Start(
      {*Address::ForBind(absl::StrCat("unix://", dir_.path(), "/s"))},
      {{wire::kEnvService, this}});
  CHECK(server.ok()) << server.status();
  server_ = *std::move(server);
}

ScriptedEnvService::~ScriptedEnvService() {
  server_->Shutdown(absl::ZeroDuration());
}

grpc::Status ScriptedEnvService::Handshake(
    grpc::ServerContext* /*context*/,
    const env::v1::HandshakeRequest* /*request*/,
    env::v1::HandshakeResponse* response) {
  *response = handshake;
  return handshake_status;
}

grpc::Status ScriptedEnvService::Join(
    grpc::ServerContext* /*context*/,
    grpc::ServerReaderWriter<JoinResponse, JoinRequest>* stream) {
  ++joins;
  if (sends_headers) stream->SendInitialMetadata();
  JoinRequest request;
  while (stream->Read(&request)) {
    JoinResponse response;
    response.set_request_id(request.request_id());
    bool go_on = true;
    switch (request.kind_case()) {
      case JoinRequest::kConfigure:
        pins.push_back(request.configure().selected_workflow_edition());
        response.mutable_configure();
        if (configure) go_on = configure(request, &response);
        break;
      case JoinRequest::kReset:
        response.mutable_reset();
        break;
      case JoinRequest::kStep:
        response.mutable_step();
        break;
      case JoinRequest::kRender:
        response.mutable_render();
        break;
      case JoinRequest::kClose:
        response.mutable_close();
        break;
      case JoinRequest::KIND_NOT_SET:
        break;
    }
    if (answer && !request.has_configure()) go_on = answer(request, &response);
    if (!go_on) return join_status;
    stream->Write(response);
  }
  return grpc::Status::OK;
}

}  // namespace rlmesh
