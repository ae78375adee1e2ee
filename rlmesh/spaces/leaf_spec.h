// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// One leaf of a space.

#ifndef RLMESH_SPACES_LEAF_SPEC_H_
#define RLMESH_SPACES_LEAF_SPEC_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rlmesh/spaces/dtype.h"

namespace rlmesh {

// One leaf of a space: a run of equal elements, or a text. Plain data; a
// SpaceSpec owns it and vouches for it.
struct LeafSpec {
  enum class Kind { kBox, kDiscrete, kMultiBinary, kMultiDiscrete, kText };

  // Where it stands: "$", "$.camera", "$.arm[1].joint".
  std::string path;
  Kind kind = Kind::kBox;
  DType dtype = DType::kUint8;
  std::vector<int64_t> shape;  // of one lane; empty for Discrete and Text
  size_t elements = 1;         // product of shape
  // Bytes of one lane: elements times the size of an element; 0 for Text, whose
  // length varies.
  size_t lane_bytes = 0;

  // Box: bounds as little-endian elements; both empty when unbounded, one
  // element each when they are the same everywhere, `elements` elements each
  // otherwise.
  std::string low;
  std::string high;

  // Discrete: the values start, ..., start + n - 1.
  int64_t n = 0;
  int64_t start = 0;

  // MultiDiscrete: element i takes the values 0, ..., nvec[i] - 1.
  std::vector<int64_t> nvec;

  // Text: lengths in characters; an empty charset allows any character.
  int64_t min_length = 0;
  int64_t max_length = 0;
  std::string charset;
  std::u32string charset_sorted;  // its characters, each once, for look-ups

  // "leaf $.camera (uint8[84,84,3])", for messages.
  std::string Describe() const;
};

}  // namespace rlmesh

#endif  // RLMESH_SPACES_LEAF_SPEC_H_
