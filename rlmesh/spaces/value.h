// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Values as flat lists of leaves.
//
// A value is one run of little-endian bytes for each leaf of its space, in the
// space's order, each holding the rows of all lanes one after the other. There
// is no tree: trees exist only at the edges.

#ifndef RLMESH_SPACES_VALUE_H_
#define RLMESH_SPACES_VALUE_H_

#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rlmesh/spaces/space_spec.h"

namespace rlmesh {

// Leaves that somebody else owns: the reply of a call, a slot of a ring, a
// ValueBuffer. Whoever hands one out says how long it stays valid. A view says
// nothing about its space: CheckValue (check.h) is the door.
//
// Example:
//   float x = LoadElement<float>(view.leaf(0).data());  // need not be aligned
class ValueView {
 public:
  ValueView() = default;
  // `leaves`, and the bytes they point to, must outlive the view.
  explicit ValueView(absl::Span<const absl::string_view> leaves)
      : leaves_(leaves) {}

  size_t size() const { return leaves_.size(); }
  absl::string_view leaf(size_t i) const { return leaves_[i]; }
  absl::Span<const absl::string_view> leaves() const { return leaves_; }

 private:
  absl::Span<const absl::string_view> leaves_;
};

// Owns one arena with the leaves of one value, and is reused from step to step:
// once it has seen its space and number of lanes, nothing is allocated (Text
// may grow the arena when a longer text comes). Not thread-safe; not copyable.
//
// Example:
//   ValueBuffer action(space, /*lanes=*/1);
//   action.Set<int64_t>(/*leaf=*/0, /*index=*/0, 1);
//   env.Step({action.view()}, &transition);
class ValueBuffer {
 public:
  // No leaves.
  ValueBuffer() = default;
  // Zero bytes in every fixed leaf, empty texts in Text leaves.
  ValueBuffer(const SpaceSpec& spec, int lanes) { Reset(spec, lanes); }
  ValueBuffer(ValueBuffer&&) = default;
  ValueBuffer& operator=(ValueBuffer&&) = default;

  // Makes it a value of `spec` over `lanes` lanes, all zero.
  void Reset(const SpaceSpec& spec, int lanes);

  // Makes it a copy of `view`, whatever its space.
  void Assign(ValueView view);

  // The bytes of a leaf, aligned for every dtype, to be written in place. Valid
  // until the next call of Reset, Assign or SetText.
  absl::Span<char> leaf(size_t i);

  // Writes element `index` (over all lanes) of fixed leaf `i`; T has the size
  // of the leaf's dtype.
  template <typename T>
  void Set(size_t i, size_t index, T value);

  // Replaces Text leaf `i` by one UTF-8 text a lane, with the wire's header.
  // The texts must not point into this buffer.
  void SetText(size_t i, absl::Span<const absl::string_view> lanes);

  // Replaces the text of one lane; leaf `i` must be a valid Text leaf with that
  // lane (as after Reset), and `text` must not point into this buffer.
  void SetTextLane(size_t i, int lane, absl::string_view text);

  // Valid until the next call that changes this buffer.
  ValueView view() const { return ValueView(views_); }

 private:
  struct Extent {
    size_t offset;    // in the arena
    size_t size;      // of the leaf
    size_t capacity;  // up to the next leaf
  };
  void Clear(size_t leaves);  // begins a new layout
  void Append(size_t size);   // adds a leaf to it
  void Publish();             // makes views_ those of extents_
  void Resize(size_t i, size_t size);

  std::vector<Extent> extents_;
  std::vector<char> arena_;
  size_t used_ = 0;  // bytes of the arena that belong to a leaf
  std::vector<absl::string_view> views_;  // into arena_
};

template <typename T>
void ValueBuffer::Set(size_t i, size_t index, T value) {
  static_assert(std::is_arithmetic<T>::value, "elements are numbers");
  std::memcpy(leaf(i).data() + index * sizeof(T), &value, sizeof(T));
}

}  // namespace rlmesh

#endif  // RLMESH_SPACES_VALUE_H_
