// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/env_family.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "re2/re2.h"

namespace rlmesh {
namespace {

struct Family {
  const char* pattern;  // of the whole id
  const char* package;
  const char* import;  // empty: none
};

constexpr Family kFamilies[] = {
    {"ALE/.*", "ale-py", "ale_py"},
    {"MiniGrid-.*|BabyAI-.*", "minigrid", "minigrid"},
    {"(?:LunarLander|LunarLanderContinuous|BipedalWalker|"
     "BipedalWalkerHardcore|CarRacing)-v\\d+",
     "gymnasium[box2d]", ""},
    {"(?:Ant|HalfCheetah|Hopper|Humanoid|HumanoidStandup|InvertedPendulum|"
     "InvertedDoublePendulum|Pusher|Reacher|Swimmer|Walker2d)-v[45]",
     "gymnasium[mujoco]", ""},
};

// The project a requirement names, as package indexes compare them.
std::string ProjectOf(absl::string_view requirement) {
  static const RE2* const kProject =
      new RE2("\\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)");
  re2::StringPiece text(requirement.data(), requirement.size());
  std::string project;
  if (!RE2::Consume(&text, *kProject, &project)) return "";
  return absl::StrReplaceAll(absl::AsciiStrToLower(project),
                             {{"_", "-"}, {".", "-"}});
}

}  // namespace

EnvNeeds NeedsOf(absl::string_view env_id) {
  EnvNeeds needs;
  needs.packages = {"gymnasium", "numpy"};
  const re2::StringPiece id(env_id.data(), env_id.size());
  for (const Family& family : kFamilies) {
    if (!RE2::FullMatch(id, family.pattern)) continue;
    needs.packages = MergeRequirements({family.package}, needs.packages);
    if (family.import[0] != '\0') needs.imports.push_back(family.import);
  }
  return needs;
}

std::vector<std::string> MergeRequirements(
    const std::vector<std::string>& chosen,
    const std::vector<std::string>& needed) {
  std::vector<std::string> merged = chosen;
  for (const std::string& requirement : needed) {
    const std::string project = ProjectOf(requirement);
    if (std::none_of(chosen.begin(), chosen.end(),
                     [&project](const std::string& other) {
                       return ProjectOf(other) == project;
                     })) {
      merged.push_back(requirement);
    }
  }
  return merged;
}

}  // namespace rlmesh
