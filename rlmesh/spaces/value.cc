// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/value.h"

#include <algorithm>

#include "glog/logging.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/text_leaf.h"

namespace rlmesh {
namespace {

// Leaves start where any element type is aligned.
constexpr size_t kAlignment = 16;

size_t Aligned(size_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

void ValueBuffer::Clear(size_t leaves) {
  extents_.clear();
  extents_.reserve(leaves);
  used_ = 0;
}

void ValueBuffer::Append(size_t size) {
  extents_.push_back({used_, size, Aligned(size)});
  used_ += Aligned(size);
}

void ValueBuffer::Publish() {
  views_.resize(extents_.size());
  for (size_t i = 0; i < extents_.size(); ++i) {
    views_[i] =
        absl::string_view(arena_.data() + extents_[i].offset, extents_[i].size);
  }
}

void ValueBuffer::Reset(const SpaceSpec& spec, int lanes) {
  CHECK_GE(lanes, 0);
  Clear(spec.leaves().size());
  for (const LeafSpec& leaf : spec.leaves()) {
    Append(leaf.kind == LeafSpec::Kind::kText ? TextHeaderSize(lanes)
                                              : leaf.lane_bytes * lanes);
  }
  arena_.assign(used_, 0);
  for (size_t i = 0; i < extents_.size(); ++i) {
    if (spec.leaves()[i].kind == LeafSpec::Kind::kText) {
      StoreElement<uint64_t>(lanes, arena_.data() + extents_[i].offset);
    }
  }
  Publish();
}

void ValueBuffer::Assign(ValueView view) {
  if (view.leaves().data() == views_.data()) return;  // a copy of itself
  Clear(view.size());
  for (absl::string_view leaf : view.leaves()) Append(leaf.size());
  if (arena_.size() < used_) arena_.resize(used_);
  for (size_t i = 0; i < view.size(); ++i) {
    std::copy(view.leaf(i).begin(), view.leaf(i).end(),
              arena_.begin() + extents_[i].offset);
  }
  Publish();
}

absl::Span<char> ValueBuffer::leaf(size_t i) {
  const Extent& extent = extents_[i];
  return absl::MakeSpan(arena_.data() + extent.offset, extent.size);
}

void ValueBuffer::Resize(size_t i, size_t size) {
  Extent& extent = extents_[i];
  if (size > extent.capacity) {
    // At least doubled, so that texts that grow a little each step settle.
    const size_t capacity = Aligned(std::max(size, 2 * extent.capacity));
    const size_t more = capacity - extent.capacity;
    const size_t end = extent.offset + extent.capacity;
    arena_.insert(arena_.begin() + end, more, 0);
    used_ += more;
    extent.capacity = capacity;
    for (size_t k = i + 1; k < extents_.size(); ++k) {
      extents_[k].offset += more;
    }
  }
  extent.size = size;
  Publish();
}

void ValueBuffer::SetText(size_t i, absl::Span<const absl::string_view> lanes) {
  size_t size = TextHeaderSize(static_cast<int>(lanes.size()));
  for (absl::string_view text : lanes) size += text.size();
  Resize(i, size);
  char* header = leaf(i).data();
  char* body = header + TextHeaderSize(static_cast<int>(lanes.size()));
  StoreElement<uint64_t>(lanes.size(), header);
  for (size_t k = 0; k < lanes.size(); ++k) {
    StoreElement<uint64_t>(lanes[k].size(), header + 8 * (k + 1));
    body = std::copy(lanes[k].begin(), lanes[k].end(), body);
  }
}

void ValueBuffer::SetTextLane(size_t i, int lane, absl::string_view text) {
  const absl::string_view old = TextOfLane(views_[i], lane);
  const size_t begin = old.data() - views_[i].data();
  const size_t tail = views_[i].size() - begin - old.size();
  const size_t old_end = begin + old.size();
  const size_t end = begin + text.size();
  const size_t size = end + tail;
  if (size > views_[i].size()) Resize(i, size);
  char* data = leaf(i).data();
  std::memmove(data + end, data + old_end, tail);
  std::copy(text.begin(), text.end(), data + begin);
  StoreElement<uint64_t>(text.size(), data + 8 * (lane + 1));
  Resize(i, size);
}

}  // namespace rlmesh
