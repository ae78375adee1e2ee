// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Where an environment comes from.

#ifndef RLMESH_SANDBOX_SOURCE_REF_H_
#define RLMESH_SANDBOX_SOURCE_REF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace rlmesh {

// Names where an environment comes from. A SourceRef is parsed, checked and
// normalised: code that holds one never validates it again.
//
//   gym://CartPole-v1                      (also written CartPole-v1)
//   hf://owner/repo[@revision][:suite[/task]]
//
// An environment id is any UTF-8 text without NUL, trimmed and not empty. The
// last ':' of an hf reference ends it and begins the selector, the last '@'
// before that begins the revision; owner and repo are ASCII letters, digits,
// '-', '_' and '.'. White space is Unicode's, and is trimmed around every part
// but owner and repo.
//
// Value type: copyable, immutable, safe to share between threads. No I/O.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(SourceRef ref, SourceRef::Parse("CartPole-v1"));
//   ref.ToString();  // "gym://CartPole-v1"
class SourceRef {
 public:
  enum class Kind { kGym, kHuggingFace };

  // Returns a SandboxError of kind kInvalidSource (InvalidArgument) quoting
  // `text` and naming the part that is wrong.
  static absl::StatusOr<SourceRef> Parse(absl::string_view text);

  Kind kind() const { return kind_; }

  // gym: the environment id. hf: empty.
  const std::string& env_id() const { return env_id_; }

  // hf: "owner/name". gym: empty.
  const std::string& repo() const { return repo_; }
  const absl::optional<std::string>& revision() const { return revision_; }
  const absl::optional<std::string>& suite() const { return suite_; }
  const absl::optional<std::string>& task() const { return task_; }

  // The normal form: Parse(ref.ToString()) equals ref.
  std::string ToString() const;

  // For names of images and folders: 1 or more of a-z, 0-9 and '-', never '-'
  // at an end, "env" when nothing is left. Different sources may share one.
  std::string Slug() const;

  friend bool operator==(const SourceRef& a, const SourceRef& b) {
    return a.ToString() == b.ToString();
  }

 private:
  SourceRef() = default;
  static absl::StatusOr<SourceRef> ParseHuggingFace(absl::string_view text,
                                                    absl::string_view rest);

  Kind kind_ = Kind::kGym;
  std::string env_id_;
  std::string repo_;
  absl::optional<std::string> revision_;
  absl::optional<std::string> suite_;
  absl::optional<std::string> task_;
};

}  // namespace rlmesh

#endif  // RLMESH_SANDBOX_SOURCE_REF_H_
