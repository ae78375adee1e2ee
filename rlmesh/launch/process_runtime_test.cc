// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/process_runtime.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/sandbox/source_ref.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Options = ProcessRuntimeOptions;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(ProcessRuntimeOptionsTest, NamesTheOptionItsValueAndWhatWouldDo) {
  RLMESH_EXPECT_OK(Options().Validate());
  const struct {
    std::function<void(Options*)> change;
    const char* value;
    const char* way_out;
  } kCases[] = {
      {[](Options* o) { o->packages = {"a b"}; }, "\"a b\"", "a comma between"},
      {[](Options* o) { o->packages = {"-r"}; }, "\"-r\"", "numpy"},
      {[](Options* o) {
         o->packages = {"a", " "};
       },
       "packages", "empty"},
      {[](Options* o) { o->requirements_file = "/no/file.txt"; },
       "/no/file.txt", "one package a line"},
      {[](Options* o) {
         o->requirements_file = "gone.txt";
         o->working_dir = "/no/folder";
       },
       "/no/folder/gone.txt", "one package a line"},
      {[](Options* o) { o->imports = {"a-b"}; }, "\"a-b\"", "ale_py"},
      {[](Options* o) { o->kwargs = "{a}"; }, "{a}", "{\"name\": value}"},
      {[](Options* o) { o->kwargs = "[1]"; }, "[1]", "{\"name\": value}"},
      {[](Options* o) { o->start_timeout = absl::ZeroDuration(); },
       "start_timeout is 0", "more than 0"},
      {[](Options* o) { o->step_timeout = -absl::Seconds(1); },
       "step_timeout is -1s", "more than 0"},
  };
  for (const auto& c : kCases) {
    Options options;
    c.change(&options);
    EXPECT_THAT(
        options.Validate(),
        StatusIs(kInvalid, AllOf(HasSubstr(c.value), HasSubstr(c.way_out))));
  }
}

TEST(ProcessRuntimeOptionsTest, TakesWhatPipAndPythonTake) {
  Options options;
  options.packages = {"numpy<2", "gymnasium[box2d, mujoco]~=1.0", "./mine.whl",
                      "a @ file:///x.whl"};
  options.imports = {"ale_py", "a.b_c"};
  options.kwargs = "{\"render_mode\": null}";
  RLMESH_EXPECT_OK(options.Validate());
}

// Starts a server that only says what it was told, and why it refuses. pip
// installs from the locked wheels and from nowhere else.
class StartInProcessesTest : public testing::Test {
 protected:
  void SetUp() override {
    RLMESH_ASSERT_OK(dir_);
    setenv("PIP_NO_INDEX", "1", 1);
    setenv(
        "PIP_FIND_LINKS",
        absl::StrCat(getenv("TEST_SRCDIR"), "/pypi_gymnasium/wheels").c_str(),
        1);
    setenv("PIP_CONFIG_FILE", "/dev/null", 1);
    setenv("PIP_NO_CACHE_DIR", "1", 1);
    setenv("PIP_NO_COMPILE", "1", 1);
    setenv("RLMESH_CACHE", (dir_->path() + "/cache").c_str(), 1);
    options_.interpreter = "/usr/bin/python3";
    options_.isolation = Options::Isolation::kNone;
    options_.on_progress = [this](absl::string_view text) {
      said_.emplace_back(text);
    };
    // A small package, in place of all that is known.
    options_.requirements_file = Write("requirements.txt", "cloudpickle\n");
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = absl::StrCat(dir_->path(), "/", name);
    std::ofstream(path) << text;
    return path;
  }

  // A server that refuses with this message.
  void RefuseWith(const std::string& message) {
    options_.env_server =
        Write("env_server",
              absl::StrCat("#!/bin/sh\nprintf '%s\\n' \"$@\" >", dir_->path(),
                           "/told\necho \"env_server: ", message,
                           "\" >&2\nexit 1\n"));
    ASSERT_EQ(chmod(options_.env_server.c_str(), 0700), 0);
  }

  absl::Status Start(const char* source) {
    return StartInProcesses(*SourceRef::Parse(source), options_).status();
  }

  // Its arguments, one a line.
  std::string Told() {
    std::ifstream file(dir_->path() + "/told");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  absl::StatusOr<TempDir> dir_ = TempDir::Create("runtime-test");
  Options options_;
  std::vector<std::string> said_;
};

TEST_F(StartInProcessesTest, RefusesRepositoriesBeforeAnythingIsDone) {
  EXPECT_THAT(Start("hf://org/repo"),
              StatusIs(absl::StatusCode::kUnimplemented,
                       AllOf(HasSubstr("hf://org/repo"), HasSubstr("gym://"))));
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(StartInProcessesTest, MissesTheServerAndPythonBeforePackages) {
  options_.env_server = "/no/env_server";
  EXPECT_THAT(Start("A-v1"), StatusIs(absl::StatusCode::kNotFound,
                                      HasSubstr("/no/env_server")));
  RefuseWith("not asked");
  options_.interpreter = "/no/python";
  EXPECT_THAT(Start("A-v1").message(),
              AllOf(HasSubstr("/no/python"), HasSubstr("--interpreter=")));
  EXPECT_THAT(said_, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(dir_->path() + "/cache/envs"));
}

TEST_F(StartInProcessesTest, TellsTheServerWhatToServeAndExplainsItsRefusal) {
  RefuseWith("no thing called 'A-v1'");
  options_.kwargs = "{\"level\": 3}";
  options_.imports = {"mine", "ale_py"};
  options_.reset_timeout = absl::Seconds(7);
  options_.step_timeout = absl::Seconds(8);
  EXPECT_THAT(Start("gym://ALE/A-v1"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("no thing called 'A-v1'")));
  EXPECT_THAT(
      Told(),
      AllOf(HasSubstr("--gym=ALE/A-v1\n"),
            HasSubstr("--kwargs={\"level\": 3}\n"),
            HasSubstr("--import=ale_py,mine\n"),
            HasSubstr("--reset_timeout=7s\n"), HasSubstr("--step_timeout=8s\n"),
            HasSubstr(
                absl::StrCat("--interpreter=", dir_->path(), "/cache/envs/"))));

  RefuseWith("making the environment failed: ValueError: no such level");
  EXPECT_THAT(Start("A-v1").message(),
              AllOf(HasSubstr("no such level"),
                    HasSubstr("check --kwargs={\"level\": 3}")));

  // What the server says is true inside of the sandbox only.
  RefuseWith(
      "mine:A-v1: no module 'mine' in the current folder or in the Python at "
      "/x");
  EXPECT_THAT(
      Start("mine:A-v1").message(),
      AllOf(HasSubstr("no module 'mine' in the Python at /x"),
            HasSubstr("does not see the current folder"),
            HasSubstr("--package=NAME"), Not(HasSubstr("did you mean"))));
  RefuseWith(
      "gym:A-v1: no module 'gym' in the current folder or in the Python at /x");
  EXPECT_THAT(Start("gym:A-v1").message(),
              HasSubstr("did you mean gym://A-v1?"));
}

}  // namespace
}  // namespace rlmesh
