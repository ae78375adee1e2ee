// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/session_contestant.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/bench/nanoseconds.h"
#include "rlmesh/driver/session.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/launch/testing/server_process.h"
#include "rlmesh/model/remote_model.h"

namespace rlmesh {
namespace {

class Played : public Contestant {
 public:
  // Servers outlive their clients, and both the session.
  static absl::StatusOr<std::unique_ptr<Contestant>> Make(
      BenchServer environment, BenchServer model) {
    auto played = std::make_unique<Played>();
    RLMESH_ASSIGN_OR_RETURN(played->environment_server_,
                            Start(std::move(environment)));
    RLMESH_ASSIGN_OR_RETURN(played->model_server_, Start(std::move(model)));
    RLMESH_ASSIGN_OR_RETURN(auto factory,
                            RemoteEnvironmentFactory::Connect(
                                played->environment_server_->address(), {}));
    RLMESH_ASSIGN_OR_RETURN(played->environment_, factory->Create());
    RLMESH_ASSIGN_OR_RETURN(
        played->model_,
        RemoteModel::Connect(played->model_server_->address(), {}));
    RLMESH_ASSIGN_OR_RETURN(
        played->session_,
        Session::Create(played->environment_.get(), played->model_.get(), {}));
    return absl::StatusOr<std::unique_ptr<Contestant>>(std::move(played));
  }

  absl::Status Play(int steps, Times* times) override {
    const int64_t begun = Nanoseconds();
    for (int i = 0; i < steps; ++i) {
      if (!began_ || session_->done()) {
        RLMESH_RETURN_IF_ERROR(session_->Reset(/*seed=*/7));
        began_ = true;
      }
      const int64_t start = Nanoseconds();
      RLMESH_RETURN_IF_ERROR(session_->Advance());
      times->steps.push_back(Nanoseconds() - start);
    }
    times->wall += Nanoseconds() - begun;
    return absl::OkStatus();
  }

 private:
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      BenchServer server) {
    ServerProcessOptions options;
    options.argv = std::move(server.argv);
    options.argv.push_back(absl::StrCat("--address=", server.address));
    options.env = std::move(server.env);
    return ServerProcess::Start(std::move(options));
  }

  std::unique_ptr<ServerProcess> environment_server_;
  std::unique_ptr<ServerProcess> model_server_;
  std::unique_ptr<Environment> environment_;
  std::unique_ptr<RemoteModel> model_;
  std::unique_ptr<Session> session_;
  bool began_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Contestant>> SessionContestant(
    BenchServer environment, BenchServer model) {
  return Played::Make(std::move(environment), std::move(model));
}

}  // namespace rlmesh
