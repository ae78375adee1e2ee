// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#ifndef RLMESH_ENV_TESTING_PYTHON_ENV_DRIVER_H_
#define RLMESH_ENV_TESTING_PYTHON_ENV_DRIVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rlmesh/env/python/python_worker_environment.h"
#include "rlmesh/env/python/python_worker_factory.h"

namespace rlmesh {

// Steps one of the environments of rlmesh/worker/testcases by hand: actions are
// one integer, observations usually floats. Setting it up must succeed.
//
// Example:
//   PythonEnvDriver env("plain:Env");
//   EXPECT_THAT(env.Reset(), IsOk());
//   EXPECT_THAT(env.Step(7), IsOk());
//   EXPECT_THAT(env.Floats(), ElementsAre(1, 7));
class PythonEnvDriver {
 public:
  explicit PythonEnvDriver(const std::string& entrypoint);
  explicit PythonEnvDriver(PythonEnvironmentOptions options);

  // The machine's Python without any package, in the folder of the test cases.
  static PythonEnvironmentOptions Options(const std::string& entrypoint);

  // Ends the session and begins another one of the same factory.
  void NewSession();
  // Ends the session and the factory.
  void End();

  absl::Status Reset(const ResetRequest& request = {});
  absl::Status ResetWithSeed(int64_t seed,
                             absl::Duration timeout = absl::InfiniteDuration());
  absl::Status Step(int64_t action,
                    absl::Duration timeout = absl::InfiniteDuration());
  absl::Status StepBytes(const std::vector<absl::string_view>& leaves);

  // Of the last call; valid until the next.
  const Observation& observation() const { return *last_; }
  const Transition& transition() const { return transition_; }
  std::vector<float> Floats() const;

  PythonWorkerEnvironment* env() const { return env_.get(); }
  PythonWorkerFactory& factory() const { return *factory_; }

  // Kills the worker and waits for its end.
  void KillWorker();

  // Printed lines that begin with `start` so far. They arrive from another
  // thread: all of them only after End.
  int CountLines(absl::string_view start) const;
  // Waits until there are `count`; false after half a minute.
  bool WaitForLines(absl::string_view start, int count) const;

 private:
  struct Lines {
    absl::Mutex mu;
    std::vector<std::string> starts ABSL_GUARDED_BY(mu);
    int Count(absl::string_view start) const ABSL_SHARED_LOCKS_REQUIRED(mu);
  };

  const std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();
  std::unique_ptr<PythonWorkerFactory> factory_;
  std::unique_ptr<PythonWorkerEnvironment> env_;
  Observation reset_observation_;
  Transition transition_;
  const Observation* last_ = &reset_observation_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_TESTING_PYTHON_ENV_DRIVER_H_
