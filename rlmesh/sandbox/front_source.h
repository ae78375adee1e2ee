// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a user's text asks for: something to build, or an image that exists.

#ifndef RLMESH_SANDBOX_FRONT_SOURCE_H_
#define RLMESH_SANDBOX_FRONT_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// The classification in front of SourceRef, which knows nothing of images.
// Pure: no I/O, safe from any thread. What can only be told by asking an engine
// stays kImageShaped or kTagless.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(FrontSource source, ClassifySource("a:1"));
//   source.kind;  // kImageShaped
struct FrontSource {
  enum class Kind {
    kBuild,        // for SourceRef::Parse
    kPrebuilt,     // named as an image: image://x, docker://x
    kImageShaped,  // an image if there is one of that name, here or to pull
    kTagless,      // an image if there is one of that name here
  };
  Kind kind = Kind::kBuild;
  std::string text;  // what is left without image:// or docker://, trimmed
  std::string why;   // half a sentence for the user
  // Whether the user wrote the scheme, so that nobody need be told.
  bool is_explicit = false;
};

// A SandboxError of kind kInvalidSource (InvalidArgument) when `text` is
// nothing of these. First match wins: gym:// or hf://; image:// or docker://;
// any other "://" is refused; "-v" and digits at the end; a '@sha256:' or a ':'
// in the last segment; anything else.
absl::StatusOr<FrontSource> ClassifySource(absl::string_view text);

}  // namespace rlmesh

#endif  // RLMESH_SANDBOX_FRONT_SOURCE_H_
