// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_source.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/sandbox/front_source.h"

namespace rlmesh {
namespace {

// What to write for a text that could be the address of a server.
std::string OrServer(absl::string_view text) {
  if (absl::StartsWith(text, "/")) {
    return absl::StrCat("; for a server write unix://", text);
  }
  return Address::ForConnect(text).ok() && !absl::StrContains(text, "://")
             ? absl::StrCat("; for a server write tcp://", text)
             : "";
}

// An id may name the module that registers it, before a colon.
absl::StatusOr<RunSource> CheckModule(const SourceRef& source) {
  const std::string& id = source.env_id();
  const size_t colon = id.find(':');
  if (colon != 0 && colon + 1 != id.size()) return source;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", source.ToString(), "\" has no ",
                   colon == 0 ? "module before" : "id after",
                   " the colon; write gym://CartPole-v1 or "
                   "gym://package.module:Name-v0"));
}

absl::Status NeedsEngine(absl::string_view text, absl::string_view why) {
  return absl::UnimplementedError(absl::StrCat(
      "\"", text, "\" ", why, ", and images need --runtime=docker, which this ",
      "build does not have; run an environment that pip installs: ",
      "gym://CartPole-v1", OrServer(text)));
}

}  // namespace

absl::StatusOr<RunSource> ParseRunSource(absl::string_view text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
  if (absl::StartsWith(trimmed, "tcp://") ||
      absl::StartsWith(trimmed, "unix://")) {
    RLMESH_ASSIGN_OR_RETURN(Address address, Address::ForConnect(trimmed));
    return address;
  }
  RLMESH_ASSIGN_OR_RETURN(FrontSource front, ClassifySource(text));
  switch (front.kind) {
    case FrontSource::Kind::kBuild: {
      RLMESH_ASSIGN_OR_RETURN(SourceRef source, SourceRef::Parse(front.text));
      if (source.kind() == SourceRef::Kind::kGym) return CheckModule(source);
      return absl::UnimplementedError(absl::StrCat(
          source.ToString(),
          " is a repository, which this build does not run; "
          "run an environment that pip installs: gym://CartPole-v1"));
    }
    case FrontSource::Kind::kPrebuilt:
      return NeedsEngine(text, "is an image");
    case FrontSource::Kind::kImageShaped:
      return NeedsEngine(text, "looks like an image");
    case FrontSource::Kind::kTagless:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", front.text, "\" ", front.why, "; write gym://",
                   front.text, " for an environment, docker://", front.text,
                   " for an image", OrServer(front.text)));
}

std::string ToString(const RunSource& source) {
  return absl::visit([](const auto& s) { return s.ToString(); }, source);
}

}  // namespace rlmesh
