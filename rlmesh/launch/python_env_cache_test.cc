// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/python_env_cache.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/child_process.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/launch/pip.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// pip installs from the locked wheels and from nowhere else.
class PythonEnvCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    const std::string wheels =
        absl::StrCat(getenv("TEST_SRCDIR"), "/pypi_gymnasium/wheels");
    ASSERT_TRUE(std::filesystem::is_directory(wheels)) << wheels;
    setenv("PIP_NO_INDEX", "1", 1);
    setenv("PIP_FIND_LINKS", wheels.c_str(), 1);
    setenv("PIP_CONFIG_FILE", "/dev/null", 1);
    setenv("PIP_NO_CACHE_DIR", "1", 1);
    setenv("PIP_NO_COMPILE", "1", 1);  // takes most of the time
    setenv("HOME", dir_->path().c_str(), 1);
    absl::StatusOr<Interpreter> python = ProbePython("/usr/bin/python3", -1);
    RLMESH_ASSERT_OK(python);
    options_.interpreter = *python;
    options_.folder = dir_->path() + "/envs";
    options_.packages = {"cloudpickle"};
    options_.timeout = absl::Minutes(5);
  }

  std::string Run(const PythonEnv& env, const std::string& code) {
    ChildProcessOptions options;
    options.argv = {env.python, "-c", code};
    options.standard_output = ChildProcessOptions::Output::kCapture;
    absl::StatusOr<std::unique_ptr<ChildProcess>> child =
        ChildProcess::Start(options);
    if (!child.ok()) return child.status().ToString();
    absl::StatusOr<ExitStatus> exit =
        (*child)->Wait(absl::Now() + absl::Minutes(1));
    if (!exit.ok() || !exit->ok()) return "failed";
    return (*child)->OutputTail();
  }

  // What is in the folder.
  std::vector<std::string> Entries() {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(options_.folder)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("env-test");
  PythonEnvOptions options_;
};

TEST_F(PythonEnvCacheTest, InstallsOnceAndFindsItAgainWithoutPip) {
  options_.packages = {"numpy", "gymnasium"};
  std::vector<std::string> said;
  options_.on_progress = [&](absl::string_view text) {
    said.emplace_back(text);
  };
  absl::StatusOr<PythonEnv> env = PreparePythonEnv(options_);
  RLMESH_ASSERT_OK(env);
  EXPECT_FALSE(env->was_cached);
  EXPECT_THAT(said, Contains(HasSubstr("installing gymnasium, numpy")));
  EXPECT_EQ(Run(*env,
                "import gymnasium, numpy, sys;"
                "print(gymnasium.make('CartPole-v1').spec.id,"
                " sys.prefix, len([p for p in sys.path"
                " if p.endswith('-packages')]))"),
            absl::StrCat("CartPole-v1 ", env->folder, " 1\n"));

  said.clear();
  options_.packages = {" gymnasium ", "numpy", "gymnasium"};
  setenv("PIP_FIND_LINKS", "/nowhere", 1);
  absl::StatusOr<PythonEnv> again = PreparePythonEnv(options_);
  RLMESH_ASSERT_OK(again);
  EXPECT_TRUE(again->was_cached);
  EXPECT_EQ(again->folder, env->folder);
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(PythonEnvCacheTest, ScriptsWorkWhereTheEnvironmentEndsUp) {
  options_.packages = {"numpy"};
  absl::StatusOr<PythonEnv> env = PreparePythonEnv(options_);
  RLMESH_ASSERT_OK(env);
  ChildProcessOptions options;
  options.argv = {env->folder + "/bin/f2py", "-v"};
  absl::StatusOr<std::unique_ptr<ChildProcess>> child =
      ChildProcess::Start(options);
  RLMESH_ASSERT_OK(child);
  absl::StatusOr<ExitStatus> exit =
      (*child)->Wait(absl::Now() + absl::Minutes(1));
  RLMESH_ASSERT_OK(exit);
  EXPECT_TRUE(exit->ok()) << exit->ToString();
}

TEST_F(PythonEnvCacheTest, NamesAPackageThatDoesNotExistAndLeavesNothing) {
  options_.packages = {"cloudpickle", "rlmesh-no-such-package==1"};
  absl::StatusOr<PythonEnv> env = PreparePythonEnv(options_);
  EXPECT_THAT(env, StatusIs(absl::StatusCode::kNotFound,
                            AllOf(HasSubstr("\"rlmesh-no-such-package==1\""),
                                  HasSubstr("spelling"))));
  EXPECT_THAT(GetErrorDetails(env.status()).traceback,
              HasSubstr("No matching distribution"));
  EXPECT_THAT(Entries(), IsEmpty());
}

TEST_F(PythonEnvCacheTest, RefusesWhatIsNoPackageBeforeAnythingRuns) {
  for (const char* bad : {"", " ", "--index-url=http://x", "a\nb"}) {
    options_.packages = {bad};
    EXPECT_THAT(
        PreparePythonEnv(options_),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("package")));
  }
  options_.packages = {dir_->path()};
  EXPECT_THAT(
      PreparePythonEnv(options_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is a folder")));
}

TEST_F(PythonEnvCacheTest, BuildsAnewAfterAKillInTheMiddle) {
  const pid_t pid = fork();
  if (pid == 0) {
    options_.on_progress = [](absl::string_view) { kill(getpid(), SIGKILL); };
    (void)PreparePythonEnv(options_);
    _exit(0);
  }
  int status;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_THAT(Entries(), Contains(HasSubstr(".building.")));

  // Another set clears it too: nobody may ever ask for the first again.
  options_.packages = {"typing_extensions"};
  RLMESH_ASSERT_OK(PreparePythonEnv(options_));
  EXPECT_THAT(Entries(), testing::SizeIs(1));
  options_.packages = {"cloudpickle"};
  absl::StatusOr<PythonEnv> env = PreparePythonEnv(options_);
  RLMESH_ASSERT_OK(env);
  EXPECT_EQ(Run(*env, "import cloudpickle; print(1)"), "1\n");
}

TEST_F(PythonEnvCacheTest, AnEnvironmentWithoutItsMarkerIsBuiltAnew) {
  absl::StatusOr<PythonEnv> env = PreparePythonEnv(options_);
  RLMESH_ASSERT_OK(env);
  std::filesystem::remove(env->folder + "/rlmesh-complete");
  absl::StatusOr<PythonEnv> again = PreparePythonEnv(options_);
  RLMESH_ASSERT_OK(again);
  EXPECT_FALSE(again->was_cached);
}

TEST_F(PythonEnvCacheTest, TwoAtOnceBuildOnceAndTheSecondSaysThatItWaits) {
  absl::Notification second_waits;
  PythonEnvOptions second_options = options_;
  second_options.on_progress = [&](absl::string_view text) {
    if (absl::StrContains(text, "waiting") && !second_waits.HasBeenNotified()) {
      second_waits.Notify();
    }
  };
  std::thread second;
  absl::StatusOr<PythonEnv> second_env = absl::UnknownError("not run");
  options_.on_progress = [&](absl::string_view text) {
    if (!absl::StartsWith(text, "installing ")) return;
    second =
        std::thread([&] { second_env = PreparePythonEnv(second_options); });
    second_waits.WaitForNotificationWithTimeout(absl::Minutes(1));
  };
  absl::StatusOr<PythonEnv> env = PreparePythonEnv(options_);
  ASSERT_TRUE(second.joinable());
  second.join();
  EXPECT_TRUE(second_waits.HasBeenNotified());
  RLMESH_ASSERT_OK(env);
  RLMESH_ASSERT_OK(second_env);
  EXPECT_FALSE(env->was_cached);
  EXPECT_TRUE(second_env->was_cached);
  EXPECT_EQ(env->folder, second_env->folder);
}

TEST_F(PythonEnvCacheTest, StopsAtOnceWhenCancelledAndLeavesNothing) {
  UniqueFd cancel(eventfd(0, EFD_CLOEXEC));
  options_.packages = {"gymnasium", "numpy"};
  options_.cancel_fd = cancel.get();
  absl::Time cancelled_at;
  options_.on_progress = [&](absl::string_view text) {
    if (!absl::StartsWith(text, "installing ")) return;
    cancelled_at = absl::Now();
    ASSERT_EQ(eventfd_write(cancel.get(), 1), 0);
  };
  EXPECT_THAT(PreparePythonEnv(options_),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_LT(absl::Now() - cancelled_at, absl::Seconds(5));
  EXPECT_THAT(Entries(), IsEmpty());
}

TEST_F(PythonEnvCacheTest, ALockFileIsPartOfTheKey) {
  const std::string file = dir_->path() + "/requirements.txt";
  options_.packages = {};
  options_.requirements_file = "requirements.txt";
  options_.working_dir = dir_->path();
  RLMESH_ASSERT_OK(WriteFileAtomically(file, "cloudpickle\n"));
  absl::StatusOr<PythonEnv> first = PreparePythonEnv(options_);
  RLMESH_ASSERT_OK(first);
  EXPECT_EQ(Run(*first, "import cloudpickle; print(1)"), "1\n");
  RLMESH_ASSERT_OK(WriteFileAtomically(file, "typing_extensions\n"));
  absl::StatusOr<PythonEnv> second = PreparePythonEnv(options_);
  RLMESH_ASSERT_OK(second);
  EXPECT_NE(first->folder, second->folder);
}

TEST(PipTest, ExplainsWhyPipFailed) {
  EXPECT_THAT(ExplainPipFailure(
                  "WARNING: Retrying after connection broken by "
                  "'NewConnectionError: Temporary failure in name resolution'\n"
                  "ERROR: No matching distribution found for numpy\n"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("network")));
  EXPECT_THAT(ExplainPipFailure("ERROR: No matching distribution found for "
                                "nunpy (from versions: none)\n"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"nunpy\"")));
  EXPECT_THAT(ExplainPipFailure("x\nERROR: ResolutionImpossible: see here\n"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("ResolutionImpossible")));
  EXPECT_THAT(ExplainPipFailure(""),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace rlmesh
