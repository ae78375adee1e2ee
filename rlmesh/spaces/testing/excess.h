// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Messages of more depth or width than anybody has a use for.

#ifndef RLMESH_SPACES_TESTING_EXCESS_H_
#define RLMESH_SPACES_TESTING_EXCESS_H_

#include "absl/strings/str_cat.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"
#include "rlmesh/proto/spaces/v1/spaces.pb.h"

namespace rlmesh {

// A Discrete(2) in Tuples, one in the other: `depth` spaces in all. A parser of
// protobuf gives up at less than 200.
inline spaces::v1::SpaceSpec DeepSpace(int depth) {
  spaces::v1::SpaceSpec root;
  spaces::v1::SpaceSpec* space = &root;
  for (; depth > 1; --depth) space = space->mutable_tuple()->add_spaces();
  space->set_dtype(spaces::v1::DATA_TYPE_INT64);
  space->mutable_discrete()->set_n(2);
  return root;
}

// A Dict of so many Discrete(2).
inline spaces::v1::SpaceSpec WideSpace(int keys) {
  spaces::v1::SpaceSpec root;
  for (int i = 0; i < keys; ++i) {
    root.mutable_dict()->add_keys(absl::StrCat("k", i));
    *root.mutable_dict()->add_spaces() = DeepSpace(1);
  }
  return root;
}

// Maps in maps, `depth` of them.
inline spaces::v1::MetaMap DeepMeta(int depth) {
  spaces::v1::MetaMap root;
  spaces::v1::MetaMap* map = &root;
  for (; depth > 1; --depth) map = (*map->mutable_entries())["k"].mutable_map();
  (*map->mutable_entries())["k"].set_integer(1);
  return root;
}

// A map of so many numbers.
inline spaces::v1::MetaMap WideMeta(int keys) {
  spaces::v1::MetaMap root;
  for (int i = 0; i < keys; ++i) {
    (*root.mutable_entries())[absl::StrCat("k", i)].set_integer(i);
  }
  return root;
}

}  // namespace rlmesh

#endif  // RLMESH_SPACES_TESTING_EXCESS_H_
