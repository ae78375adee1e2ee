// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/text_leaf.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "rlmesh/spaces/element.h"

namespace rlmesh {
namespace {

uint64_t HeaderWord(absl::string_view leaf, size_t index) {
  return LoadElement<uint64_t>(leaf.data() + 8 * index);
}

}  // namespace

absl::Status CheckTextLeaf(absl::string_view leaf, int lanes) {
  const size_t header = TextHeaderSize(lanes);
  if (leaf.size() >= 8 && HeaderWord(leaf, 0) != static_cast<uint64_t>(lanes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("length mismatch: Text: count is ", HeaderWord(leaf, 0),
                     ", expected ", lanes, " lanes"));
  }
  if (leaf.size() < header) {
    return absl::InvalidArgumentError(absl::StrCat(
        "length mismatch: Text: got ", leaf.size(),
        " bytes, expected a header of ", header, " for ", lanes, " lanes"));
  }
  uint64_t rest = leaf.size() - header;
  for (int lane = 0; lane < lanes; ++lane) {
    const uint64_t length = HeaderWord(leaf, lane + 1);
    if (length > rest) {
      return absl::InvalidArgumentError(
          absl::StrCat("length mismatch: Text: lane ", lane, " announces ",
                       length, " bytes, ", rest, " are left"));
    }
    rest -= length;
  }
  if (rest != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "length mismatch: Text: ", rest, " bytes behind the last lane"));
  }
  return absl::OkStatus();
}

size_t TextLength(absl::string_view leaf, int lane) {
  return HeaderWord(leaf, static_cast<size_t>(lane) + 1);
}

absl::string_view TextOfLane(absl::string_view leaf, int lane) {
  size_t offset = TextHeaderSize(static_cast<int>(HeaderWord(leaf, 0)));
  for (int i = 0; i < lane; ++i) offset += TextLength(leaf, i);
  return leaf.substr(offset, TextLength(leaf, lane));
}

}  // namespace rlmesh
