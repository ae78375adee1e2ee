// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/sandbox/source_ref.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/sandbox/sandbox_error.h"

namespace rlmesh {
namespace {

// Unicode's White_Space, for use inside [].
#define RLMESH_SPACE "\\s\\v\\x{85}\\pZ"

re2::StringPiece ToPiece(absl::string_view text) {
  return re2::StringPiece(text.data(), text.size());
}

absl::Status Invalid(absl::string_view text, absl::string_view reason) {
  return SandboxError(
      SandboxErrorKind::kInvalidSource, absl::StatusCode::kInvalidArgument,
      absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\": ", reason));
}

absl::string_view Trim(absl::string_view text) {
  static const RE2* const kLeading = new RE2("[" RLMESH_SPACE "]+");
  static const RE2* const kTrailing = new RE2("[" RLMESH_SPACE "]+$");
  re2::StringPiece piece = ToPiece(text);
  RE2::Consume(&piece, *kLeading);
  re2::StringPiece space;
  if (kTrailing->Match(piece, 0, piece.size(), RE2::UNANCHORED, &space, 1)) {
    piece.remove_suffix(space.size());
  }
  return absl::string_view(piece.data(), piece.size());
}

bool HasSpace(absl::string_view text) {
  static const RE2* const kSpace = new RE2("[" RLMESH_SPACE "]");
  return RE2::PartialMatch(ToPiece(text), *kSpace);
}

// Checks an owner or a repo; `what` says which.
absl::Status CheckName(absl::string_view text, absl::string_view what,
                       absl::string_view name) {
  static const RE2* const kName =
      new RE2("[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?");
  static const RE2* const kEnds = new RE2("(?s)(?:[-.].*|.*[-.])");
  const bool doubled =
      absl::StrContains(name, "--") || absl::StrContains(name, "..");
  if (!doubled && RE2::FullMatch(ToPiece(name), *kName)) {
    return absl::OkStatus();
  }
  absl::string_view trimmed = Trim(name);
  if (HasSpace(trimmed)) {
    return Invalid(text, absl::StrCat(what, " must not contain whitespace"));
  }
  if (absl::StartsWith(trimmed, "-")) {
    return Invalid(text, absl::StrCat(what, " must not start with '-'"));
  }
  if (RE2::FullMatch(ToPiece(name), *kEnds)) {
    return Invalid(
        text, absl::StrCat(what, " must not start or end with '-' or '.'"));
  }
  if (doubled) {
    return Invalid(text, absl::StrCat(what, " must not contain '--' or '..'"));
  }
  return Invalid(text,
                 absl::StrCat(what,
                              " may only contain ASCII letters, digits, '-', "
                              "'_' and '.'"));
}

// Trims and checks a revision, suite or task that is not empty.
absl::StatusOr<std::string> CheckPart(absl::string_view text,
                                      absl::string_view what,
                                      absl::string_view part) {
  static const RE2* const kPart =
      new RE2("[^" RLMESH_SPACE "-][^" RLMESH_SPACE "]*");
  part = Trim(part);
  if (RE2::FullMatch(ToPiece(part), *kPart)) return std::string(part);
  if (HasSpace(part)) {
    return Invalid(text, absl::StrCat(what, " must not contain whitespace"));
  }
  return Invalid(text, absl::StrCat(what, " must not start with '-'"));
}

}  // namespace

absl::StatusOr<SourceRef> SourceRef::Parse(absl::string_view text) {
  if (CountUtf8(text) < 0) return Invalid(text, "must be UTF-8 text");
  if (absl::StrContains(text, absl::string_view("\0", 1))) {
    return Invalid(text, "must not contain NUL");
  }
  absl::string_view rest = Trim(text);
  if (rest.empty()) {
    return Invalid(text,
                   "must not be empty; write an environment id such as "
                   "CartPole-v1");
  }
  if (absl::ConsumePrefix(&rest, "hf://")) return ParseHuggingFace(text, rest);
  if (absl::ConsumePrefix(&rest, "gym://")) {
    rest = Trim(rest);
    if (rest.empty()) {
      return Invalid(text,
                     "there is no environment id after gym://; write "
                     "gym://CartPole-v1");
    }
  } else if (absl::StrContains(rest, "://")) {
    return Invalid(text, absl::StrCat("unsupported sandbox source ", rest,
                                      "; the schemes are gym:// and hf://"));
  }
  SourceRef ref;
  ref.env_id_ = std::string(rest);
  return ref;
}

absl::StatusOr<SourceRef> SourceRef::ParseHuggingFace(absl::string_view text,
                                                      absl::string_view rest) {
  SourceRef ref;
  ref.kind_ = Kind::kHuggingFace;
  rest = Trim(rest);
  const absl::string_view form =
      "write hf://org/repo, optionally with @revision and :suite/task";
  if (rest.empty()) return Invalid(text, absl::StrCat("it is empty; ", form));

  const size_t colon = rest.rfind(':');
  if (colon != absl::string_view::npos && colon > 0 &&
      colon + 1 < rest.size()) {
    const absl::string_view selector = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    const size_t slash = selector.find('/');
    const absl::string_view suite = selector.substr(0, slash);
    if (Trim(suite).empty() ||
        (slash != absl::string_view::npos &&
         (Trim(selector.substr(slash + 1)).empty() ||
          absl::StrContains(selector.substr(slash + 1), "/")))) {
      return Invalid(text,
                     "the selector after ':' must be :suite or :suite/task");
    }
    RLMESH_ASSIGN_OR_RETURN(ref.suite_, CheckPart(text, "suite", suite));
    if (slash != absl::string_view::npos) {
      RLMESH_ASSIGN_OR_RETURN(
          ref.task_, CheckPart(text, "task", selector.substr(slash + 1)));
    }
  }

  const size_t at = rest.rfind('@');
  if (at != absl::string_view::npos) {
    const absl::string_view revision = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (rest.empty() || Trim(revision).empty()) {
      return Invalid(text,
                     "there must be text on both sides of the '@' of an "
                     "@revision");
    }
    RLMESH_ASSIGN_OR_RETURN(ref.revision_,
                            CheckPart(text, "revision", revision));
  }

  const size_t slash = rest.find('/');
  if (slash == absl::string_view::npos || slash == 0 ||
      slash + 1 == rest.size() ||
      absl::StrContains(rest.substr(slash + 1), "/")) {
    return Invalid(text, absl::StrCat("\"", rest,
                                      "\" is not an owner and a repo; ", form));
  }
  RLMESH_RETURN_IF_ERROR(CheckName(text, "owner", rest.substr(0, slash)));
  RLMESH_RETURN_IF_ERROR(CheckName(text, "repo", rest.substr(slash + 1)));
  ref.repo_ = std::string(rest);
  return ref;
}

std::string SourceRef::ToString() const {
  if (kind_ == Kind::kGym) return absl::StrCat("gym://", env_id_);
  std::string text = absl::StrCat("hf://", repo_);
  if (revision_.has_value()) absl::StrAppend(&text, "@", *revision_);
  if (suite_.has_value()) absl::StrAppend(&text, ":", *suite_);
  if (task_.has_value()) absl::StrAppend(&text, "/", *task_);
  return text;
}

std::string SourceRef::Slug() const {
  std::string name = kind_ == Kind::kGym ? env_id_ : repo_;
  if (suite_.has_value()) absl::StrAppend(&name, "-", *suite_);
  if (task_.has_value()) absl::StrAppend(&name, "-", *task_);
  std::string slug;
  for (char c : absl::AsciiStrToLower(name)) {
    if (absl::ascii_isalnum(c)) {
      slug.push_back(c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
  }
  if (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "env" : slug;
}

}  // namespace rlmesh
