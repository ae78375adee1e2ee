// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/bench/contestant.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/bench/nanoseconds.h"
#include "rlmesh/env/remote_environment.h"
#include "rlmesh/launch/testing/server_process.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {
namespace {

constexpr absl::Duration kRoundTimeout = absl::Seconds(120);

// Any Environment of ours.
class EnvironmentContestant : public Contestant {
 public:
  // `server` may be null; it outlives the environment.
  EnvironmentContestant(std::unique_ptr<ServerProcess> server,
                        std::unique_ptr<Environment> environment)
      : server_(std::move(server)),
        environment_(std::move(environment)),
        lanes_(environment_->contract().num_envs),
        action_(environment_->contract().action_space, lanes_) {}

  ~EnvironmentContestant() override { environment_->Close().IgnoreError(); }

  absl::Status Play(int steps, Times* times) override {
    const int64_t begun = Nanoseconds();
    for (int i = 0; i < steps; ++i) {
      if (done_) {
        const std::vector<int64_t> seeds(lanes_, 7);
        ResetRequest reset;
        reset.seeds = seeds;
        Observation observation;
        RLMESH_RETURN_IF_ERROR(environment_->Reset(reset, &observation));
      }
      const int64_t start = Nanoseconds();
      for (int lane = 0; lane < lanes_; ++lane) {
        action_.Set<int64_t>(/*leaf=*/0, lane, count_ % 2);
      }
      ++count_;
      StepRequest step;
      step.actions = action_.view();
      Transition transition;
      RLMESH_RETURN_IF_ERROR(environment_->Step(step, &transition));
      times->steps.push_back(Nanoseconds() - start);
      done_ =
          lanes_ == 1 && (transition.terminated[0] || transition.truncated[0]);
    }
    times->wall += Nanoseconds() - begun;
    return absl::OkStatus();
  }

 private:
  const std::unique_ptr<ServerProcess> server_;
  const std::unique_ptr<Environment> environment_;
  const int lanes_;
  ValueBuffer action_;
  int64_t count_ = 0;
  bool done_ = true;
};

class Script : public Contestant {
 public:
  Script(std::unique_ptr<ChildProcess> child, UniqueFd requests,
         UniqueFd answers)
      : child_(std::move(child)),
        requests_(std::move(requests)),
        answers_(std::move(answers)) {}

  // Its input ends, and with it the program and what it started.
  ~Script() override {
    requests_.Reset();
    child_->Wait(absl::Now() + absl::Seconds(5)).IgnoreError();
  }

  absl::Status Play(int steps, Times* times) override {
    const std::string request = absl::StrCat(steps, "\n");
    if (write(requests_.get(), request.data(), request.size()) !=
        static_cast<ssize_t>(request.size())) {
      return Ended("writing");
    }
    std::vector<int64_t> answer(steps + 1);
    RLMESH_RETURN_IF_ERROR(Read(reinterpret_cast<char*>(answer.data()),
                                answer.size() * sizeof(int64_t)));
    times->wall += answer.back();
    answer.pop_back();
    times->steps.insert(times->steps.end(), answer.begin(), answer.end());
    return absl::OkStatus();
  }

 private:
  absl::Status Ended(absl::string_view what) {
    return absl::UnavailableError(
        absl::StrCat(what, ": the Python program has ended; see above"));
  }

  absl::Status Read(char* to, size_t size) {
    const absl::Time deadline = absl::Now() + kRoundTimeout;
    while (size > 0) {
      pollfd ready = {answers_.get(), POLLIN, 0};
      const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
      const int polled =
          left <= 0 ? 0 : poll(&ready, 1, static_cast<int>(left));
      if (polled < 0 && errno == EINTR) continue;
      if (polled <= 0) {
        return absl::DeadlineExceededError(
            absl::StrCat("no answer from a Python program within ",
                         absl::FormatDuration(kRoundTimeout)));
      }
      const ssize_t got = read(answers_.get(), to, size);
      if (got <= 0) return Ended("reading");
      to += got;
      size -= got;
    }
    return absl::OkStatus();
  }

  const std::unique_ptr<ChildProcess> child_;
  UniqueFd requests_;
  UniqueFd answers_;
};

absl::Status MakePipe(UniqueFd* read_end, UniqueFd* write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe2");
  read_end->Reset(ends[0]);
  write_end->Reset(ends[1]);
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<Contestant> InProcessContestant(
    std::unique_ptr<Environment> environment) {
  return std::make_unique<EnvironmentContestant>(nullptr,
                                                 std::move(environment));
}

absl::StatusOr<std::unique_ptr<Contestant>> ServerContestant(
    std::vector<std::string> argv, std::vector<std::string> env,
    const std::string& address) {
  ServerProcessOptions options;
  options.argv = std::move(argv);
  options.argv.push_back(absl::StrCat("--address=", address));
  options.env = std::move(env);
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<ServerProcess> server,
                          ServerProcess::Start(std::move(options)));
  RLMESH_ASSIGN_OR_RETURN(
      auto factory, RemoteEnvironmentFactory::Connect(server->address(), {}));
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<Environment> environment,
                          factory->Create());
  return std::make_unique<EnvironmentContestant>(std::move(server),
                                                 std::move(environment));
}

absl::StatusOr<std::unique_ptr<Contestant>> ScriptContestant(
    std::vector<std::string> argv, std::vector<std::string> env) {
  UniqueFd their_input, requests, answers, their_output;
  RLMESH_RETURN_IF_ERROR(MakePipe(&their_input, &requests));
  RLMESH_RETURN_IF_ERROR(MakePipe(&answers, &their_output));
  ChildProcessOptions options;
  options.argv = std::move(argv);
  options.env = std::move(env);
  options.fds = {{their_input.get(), 0}, {their_output.get(), 1}};
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<ChildProcess> child,
                          ChildProcess::Start(std::move(options)));
  return std::make_unique<Script>(std::move(child), std::move(requests),
                                  std::move(answers));
}

}  // namespace rlmesh
