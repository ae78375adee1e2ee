// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The bytes of a Text leaf: u64 count of lanes, a u64 byte length for each,
// then the texts one after the other; little-endian, nothing between or behind.

#ifndef RLMESH_SPACES_TEXT_LEAF_H_
#define RLMESH_SPACES_TEXT_LEAF_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// Bytes before the first text.
inline size_t TextHeaderSize(int lanes) {
  return 8 * (1 + static_cast<size_t>(lanes));
}

// Whether `leaf` is exactly a header for `lanes` lanes and the texts it
// announces. Does not look at the texts. InvalidArgument says which number does
// not fit; foreign leaves are safe to pass.
absl::Status CheckTextLeaf(absl::string_view leaf, int lanes);

// Byte length of the text of `lane`, from the header. `leaf` passed
// CheckTextLeaf.
size_t TextLength(absl::string_view leaf, int lane);

// The text of `lane`, a view into `leaf`, which passed CheckTextLeaf. Adds up
// the lengths of the lanes before: to read all, add them up yourself.
//
// Example:
//   RLMESH_RETURN_IF_ERROR(CheckTextLeaf(view.leaf(0), /*lanes=*/1));
//   absl::string_view answer = TextOfLane(view.leaf(0), /*lane=*/0);
absl::string_view TextOfLane(absl::string_view leaf, int lane);

}  // namespace rlmesh

#endif  // RLMESH_SPACES_TEXT_LEAF_H_
