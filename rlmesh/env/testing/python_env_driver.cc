// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/testing/python_env_driver.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "glog/logging.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/worker/testing/python_for_tests.h"

namespace rlmesh {

PythonEnvironmentOptions PythonEnvDriver::Options(
    const std::string& entrypoint) {
  PythonEnvironmentOptions options;
  options.entrypoint = entrypoint;
  options.process = PlainPython();
  return options;
}

PythonEnvDriver::PythonEnvDriver(const std::string& entrypoint)
    : PythonEnvDriver(Options(entrypoint)) {}

PythonEnvDriver::PythonEnvDriver(PythonEnvironmentOptions options) {
  options.process.on_line = [lines = lines_](absl::string_view line) {
    absl::MutexLock lock(&lines->mu);
    lines->starts.emplace_back(line.substr(0, 32));
  };
  auto factory = PythonWorkerFactory::Create(std::move(options));
  CHECK(factory.ok()) << factory.status();
  factory_ = *std::move(factory);
  NewSession();
}

void PythonEnvDriver::NewSession() {
  env_.reset();
  auto env = factory_->Create();
  CHECK(env.ok()) << env.status();
  env_.reset(static_cast<PythonWorkerEnvironment*>(env->release()));
}

void PythonEnvDriver::End() {
  env_.reset();
  factory_.reset();
}

absl::Status PythonEnvDriver::Reset(const ResetRequest& request) {
  last_ = &reset_observation_;
  return env_->Reset(request, &reset_observation_);
}

absl::Status PythonEnvDriver::ResetWithSeed(int64_t seed,
                                            absl::Duration timeout) {
  ResetRequest request;
  request.seeds = absl::MakeConstSpan(&seed, 1);
  request.timeout = timeout;
  return Reset(request);
}

absl::Status PythonEnvDriver::Step(int64_t action, absl::Duration timeout) {
  last_ = &transition_.observation;
  ValueBuffer buffer(env_->contract().action_space, 1);
  buffer.Set<int64_t>(0, 0, action);
  StepRequest request;
  request.actions = buffer.view();
  request.timeout = timeout;
  return env_->Step(request, &transition_);
}

absl::Status PythonEnvDriver::StepBytes(
    const std::vector<absl::string_view>& leaves) {
  StepRequest request;
  request.actions = ValueView(leaves);
  return env_->Step(request, &transition_);
}

std::vector<float> PythonEnvDriver::Floats() const {
  const absl::string_view leaf = last_->value.leaf(0);
  std::vector<float> floats(leaf.size() / sizeof(float));
  std::memcpy(floats.data(), leaf.data(), leaf.size());
  return floats;
}

void PythonEnvDriver::KillWorker() {
  const UniqueFd pidfd(
      static_cast<int>(syscall(SYS_pidfd_open, env_->pid(), 0)));
  CHECK(pidfd.valid());
  kill(env_->pid(), SIGKILL);
  pollfd poller = {pidfd.get(), POLLIN, 0};
  CHECK_EQ(poll(&poller, 1, 30000), 1);
}

int PythonEnvDriver::Lines::Count(absl::string_view start) const {
  int count = 0;
  for (const std::string& line : starts) {
    count += absl::StartsWith(line, start);
  }
  return count;
}

int PythonEnvDriver::CountLines(absl::string_view start) const {
  absl::MutexLock lock(&lines_->mu);
  return lines_->Count(start);
}

bool PythonEnvDriver::WaitForLines(absl::string_view start, int count) const {
  absl::MutexLock lock(&lines_->mu);
  const auto is_there = [&]() ABSL_SHARED_LOCKS_REQUIRED(lines_->mu) {
    return lines_->Count(start) >= count;
  };
  return lines_->mu.AwaitWithTimeout(absl::Condition(&is_there),
                                     absl::Seconds(30));
}

}  // namespace rlmesh
