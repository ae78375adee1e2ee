// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// hold_sessions ADDRESS COUNT [leave]: opens so many sessions, each over a
// connection of its own, resets them and says "HELD". Then it steps each of
// them once for every line of its input and says "HELD" again; it closes them
// at the end of its input, or at once with "leave". Status 1 and the reason
// when anything fails.

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/spaces/value.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {
namespace {

struct Session {
  std::unique_ptr<RemoteEnvironmentFactory> connection;
  std::unique_ptr<Environment> environment;
};

absl::Status Hold(const std::string& where, int count, bool leave) {
  RLMESH_ASSIGN_OR_RETURN(const Address address, Address::ForConnect(where));
  std::vector<Session> sessions;
  for (int i = 0; i < count; ++i) {
    Session session;
    RLMESH_ASSIGN_OR_RETURN(session.connection,
                            RemoteEnvironmentFactory::Connect(address, {}));
    RLMESH_ASSIGN_OR_RETURN(session.environment, session.connection->Create());
    Observation observation;
    RLMESH_RETURN_IF_ERROR(session.environment->Reset({}, &observation));
    sessions.push_back(std::move(session));
  }
  std::cout << "HELD" << std::endl;
  for (std::string line; !leave && std::getline(std::cin, line);) {
    for (Session& session : sessions) {
      const ValueBuffer action(session.environment->contract().action_space, 1);
      StepRequest step;
      step.actions = action.view();
      Transition transition;
      RLMESH_RETURN_IF_ERROR(session.environment->Step(step, &transition));
    }
    std::cout << "HELD" << std::endl;
  }
  for (Session& session : sessions) {
    RLMESH_RETURN_IF_ERROR(session.environment->Close());
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace rlmesh

int main(int argc, char** argv) {
  int count = 0;
  if (argc < 3 || !absl::SimpleAtoi(argv[2], &count)) {
    std::cerr << "hold_sessions ADDRESS COUNT [leave]" << std::endl;
    return 2;
  }
  const absl::Status status = rlmesh::Hold(argv[1], count, argc > 3);
  if (status.ok()) return 0;
  std::cerr << status.message() << std::endl;
  return 1;
}
