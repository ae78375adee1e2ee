// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/sandbox/front_source.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "rlmesh/sandbox/sandbox_error.h"

namespace rlmesh {
namespace {

bool Matches(absl::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

absl::Status Invalid(absl::string_view text, absl::string_view reason) {
  return SandboxError(
      SandboxErrorKind::kInvalidSource, absl::StatusCode::kInvalidArgument,
      absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\": ", reason));
}

}  // namespace

absl::StatusOr<FrontSource> ClassifySource(absl::string_view text) {
  static const RE2* const kVersioned = new RE2("-v[0-9]+$");
  static const RE2* const kImage = new RE2("@sha256:|:[^/]*$");

  FrontSource source;
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  source.text = std::string(rest);
  if (rest.empty()) {
    return Invalid(text,
                   "must not be empty; write an environment id such as "
                   "CartPole-v1");
  }
  if (absl::StartsWith(rest, "gym://") || absl::StartsWith(rest, "hf://")) {
    source.why = "explicit scheme";
    source.is_explicit = true;
    return source;
  }
  if (absl::ConsumePrefix(&rest, "image://") ||
      absl::ConsumePrefix(&rest, "docker://")) {
    rest = absl::StripAsciiWhitespace(rest);
    if (rest.empty()) {
      return Invalid(text, "must include an image tag; write image://name:tag");
    }
    source.kind = FrontSource::Kind::kPrebuilt;
    source.text = std::string(rest);
    source.why = "explicit image";
    return source;
  }
  if (absl::StrContains(rest, "://")) {
    return Invalid(text,
                   "unsupported sandbox source scheme; the schemes are gym://, "
                   "hf://, image:// and docker://");
  }
  if (Matches(rest, *kVersioned)) {
    source.why = "ends like an environment id";
  } else if (Matches(rest, *kImage)) {
    source.kind = FrontSource::Kind::kImageShaped;
    source.why = "looks like an image";
  } else {
    source.kind = FrontSource::Kind::kTagless;
    source.why = "has no version, so it is no environment id, and no tag";
  }
  return source;
}

}  // namespace rlmesh
