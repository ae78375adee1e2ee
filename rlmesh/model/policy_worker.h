// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A worker process with a policy in it, ready to be asked.

#ifndef RLMESH_MODEL_POLICY_WORKER_H_
#define RLMESH_MODEL_POLICY_WORKER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "rlmesh/worker/cancel_event.h"
#include "rlmesh/worker/slots.h"
#include "rlmesh/worker/worker_process.h"

namespace rlmesh {

// What to run, and how patiently.
struct PythonModelOptions {
  // "module:attribute": a function, or an object or a class with predict or
  // one of its kin.
  std::string entrypoint;
  // Modules to import first.
  std::vector<std::string> imports;
  // Keyword arguments of load() or of the class, a JSON object. Empty: none.
  std::string kwargs;
  // Interpreter, folder, environment variables, where printed lines go.
  WorkerProcessOptions process;

  absl::Duration load_timeout = absl::Minutes(10);
  // Longest predict; opening a route and ending episodes too.
  absl::Duration predict_timeout = absl::Seconds(300);
  // How long the policy may take over the end of a route, and over its own.
  absl::Duration close_timeout = absl::Seconds(10);
  // Episodes that a policy with a context may hold, over all routes.
  int64_t episode_capacity = 65536;
  // Shared memory of all routes together.
  uint64_t max_shared_bytes = uint64_t{2} << 30;

  // InvalidArgument names the field and the value.
  absl::Status Validate() const;
};

// What a policy says of itself when it is loaded.
struct PolicyInfo {
  std::string name;     // "module.Class"
  std::string corners;  // "predict predict_batch"
  // What observations are made of: "NumPy 1.26.4" or "lists".
  std::string values;
  // Frames of its chunks, where it declares them.
  absl::optional<uint32_t> native_chunk;
  // Whether requests of several routes may become one predict_batch.
  bool fuses = false;
};

// Made by PythonWorkerModel. Not thread-safe, except for what WorkerProcess
// allows.
class PolicyWorker {
 public:
  // Starts a process and loads the policy. Blocks until then, for `timeout` or
  // the options' load_timeout; errors say what the user can do. `cancel` ends
  // the wait.
  static absl::StatusOr<std::unique_ptr<PolicyWorker>> Start(
      const PythonModelOptions& options, absl::Duration timeout,
      CancelEvent* cancel);

  WorkerProcess& process() { return *process_; }
  const PolicyInfo& info() const { return info_; }

 private:
  PolicyWorker() = default;

  PolicyInfo info_;
  SharedSlots interrupted_;                 // a word
  std::unique_ptr<WorkerProcess> process_;  // last: it uses interrupted_
};

}  // namespace rlmesh

#endif  // RLMESH_MODEL_POLICY_WORKER_H_
