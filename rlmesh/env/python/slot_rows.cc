// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/slot_rows.h"

#include <cstdint>
#include <cstring>

#include "rlmesh/base/little_endian.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/text_leaf.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {
namespace {

// See the class comment.
bool IsCopied(const LeafSpec& leaf) {
  return leaf.kind == LeafSpec::Kind::kDiscrete ||
         leaf.kind == LeafSpec::Kind::kMultiDiscrete;
}

// Cuts a valid Text leaf into its lanes, `rows[i]` of `lanes` being the i-th;
// without `rows`, the i-th.
void SplitText(absl::string_view leaf, absl::Span<const uint32_t> rows,
               std::vector<absl::string_view>* lanes) {
  size_t offset = TextHeaderSize(static_cast<int>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t length = TextLength(leaf, static_cast<int>(i));
    (*lanes)[rows[i]] = leaf.substr(offset, length);
    offset += length;
  }
}

void AppendWord(uint64_t word, std::string* out) {
  char bytes[8];
  StoreLittleEndian<uint64_t>(word, bytes);
  out->append(bytes, sizeof(bytes));
}

// The Text leaf of texts[rows[0]], texts[rows[1]], ...
template <typename RowOf>
void JoinText(absl::Span<const absl::string_view> texts, size_t rows,
              const RowOf& row_of, std::string* leaf) {
  leaf->clear();
  AppendWord(rows, leaf);
  for (size_t i = 0; i < rows; ++i) AppendWord(texts[row_of(i)].size(), leaf);
  for (size_t i = 0; i < rows; ++i) {
    leaf->append(texts[row_of(i)].data(), texts[row_of(i)].size());
  }
}

}  // namespace

SlotRows::SlotRows(const EnvContract& contract, const SlotLayout& layout,
                   char* slots)
    : contract_(contract), layout_(layout), slots_(slots) {
  const auto leaves = contract_.observation_space.leaves();
  views_.resize(leaves.size());
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].kind != LeafSpec::Kind::kText) continue;
    Text text;
    text.leaf = i;
    text.lanes.resize(contract_.num_envs);
    texts_.push_back(std::move(text));
  }
  frames_.resize(texts_.size());
  text_lanes_.resize(contract_.num_envs);
  copies_.resize(leaves.size());
}

void SlotRows::PutActions(const LaneSelection& selection, ValueView actions) {
  for (size_t i = 0; i < layout_.action.size(); ++i) {
    const SlotLayout::Leaf& place = layout_.action[i];
    if (place.bytes == SlotLayout::kVariable || place.bytes == 0) continue;
    char* const to = slots_ + place.offset;
    const char* from = actions.leaf(i).data();
    if (selection.is_run()) {
      std::memcpy(to + selection.lane(0) * place.bytes, from,
                  selection.size() * place.bytes);
      continue;
    }
    for (const uint32_t lane : selection.lanes()) {
      std::memcpy(to + lane * place.bytes, from, place.bytes);
      from += place.bytes;
    }
  }
}

void SlotRows::AppendTexts(const LaneSelection& selection, size_t group,
                           ValueView actions, std::string* payload) {
  const absl::Span<const uint32_t> rows = selection.rows(group);
  for (size_t i = 0; i < layout_.action.size(); ++i) {
    if (layout_.action[i].bytes != SlotLayout::kVariable) continue;
    const absl::string_view leaf = actions.leaf(i);
    if (rows.size() == selection.size()) {
      AppendVariableLeaf(leaf, payload);
      continue;
    }
    size_t offset = TextHeaderSize(static_cast<int>(selection.size()));
    for (size_t row = 0; row < selection.size(); ++row) {
      const size_t length = TextLength(leaf, static_cast<int>(row));
      text_lanes_[row] = leaf.substr(offset, length);
      offset += length;
    }
    JoinText(
        text_lanes_, rows.size(), [&](size_t r) { return rows[r]; }, &leaf_);
    AppendVariableLeaf(leaf_, payload);
  }
}

absl::Status SlotRows::TakeTexts(const LaneSelection& selection, size_t group,
                                 absl::string_view* answer) {
  RLMESH_RETURN_IF_ERROR(CutVariableLeaves(absl::MakeSpan(frames_), answer));
  const absl::Span<const uint32_t> rows = selection.rows(group);
  for (size_t i = 0; i < texts_.size(); ++i) {
    RLMESH_RETURN_IF_ERROR(
        CheckTextLeaf(frames_[i], static_cast<int>(rows.size())));
    texts_[i].whole = absl::string_view();
    if (rows.size() == selection.size()) {
      texts_[i].whole = frames_[i];
    } else {
      SplitText(frames_[i], rows, &texts_[i].lanes);
    }
  }
  return absl::OkStatus();
}

ValueView SlotRows::Observation(const LaneSelection& selection) {
  const auto leaves = contract_.observation_space.leaves();
  size_t text = 0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    const SlotLayout::Leaf& place = layout_.observation[i];
    if (place.bytes == SlotLayout::kVariable) {
      Text& of = texts_[text++];
      if (of.whole.empty()) {
        JoinText(
            of.lanes, selection.size(), [](size_t row) { return row; },
            &of.joined);
      }
      views_[i] = of.whole.empty() ? absl::string_view(of.joined) : of.whole;
      continue;
    }
    const char* const from = slots_ + place.offset;
    const size_t size = selection.size() * place.bytes;
    if (selection.is_run() && !IsCopied(leaves[i])) {
      views_[i] =
          absl::string_view(from + selection.lane(0) * place.bytes, size);
      continue;
    }
    copies_[i].resize(size);
    char* to = &copies_[i][0];
    views_[i] = copies_[i];
    for (const uint32_t lane : selection.lanes()) {
      std::memcpy(to, from + lane * place.bytes, place.bytes);
      to += place.bytes;
    }
  }
  return ValueView(views_);
}

}  // namespace rlmesh
