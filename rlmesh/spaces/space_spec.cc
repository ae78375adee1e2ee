// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/space_spec.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/element.h"
#include "rlmesh/spaces/space_parser.h"

namespace rlmesh {
namespace {

using Kind = LeafSpec::Kind;

// Children or elements that ToString shows before "...".
constexpr int kShown = 4;
constexpr int kShownChildren = 64;

std::string FormatShape(absl::Span<const int64_t> shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ","), "]");
}

std::string FormatBound(const LeafSpec& leaf, const std::string& bound,
                        absl::string_view when_unbounded) {
  if (bound.empty()) return std::string(when_unbounded);
  const size_t size = SizeOf(leaf.dtype);
  if (bound.size() == size) return FormatElement(leaf.dtype, bound.data());
  std::vector<std::string> parts;
  for (size_t i = 0; i < std::min<size_t>(bound.size() / size, kShown); ++i) {
    parts.push_back(FormatElement(leaf.dtype, bound.data() + i * size));
  }
  if (bound.size() / size > kShown) parts.push_back("...");
  return absl::StrCat("[", absl::StrJoin(parts, ","), "]");
}

std::string FormatNvec(const std::vector<int64_t>& nvec) {
  const size_t shown = std::min<size_t>(nvec.size(), kShownChildren);
  return absl::StrCat("[",
                      absl::StrJoin(nvec.begin(), nvec.begin() + shown, ","),
                      shown < nvec.size() ? ",..." : "", "]");
}

std::string LeafToString(const LeafSpec& leaf) {
  switch (leaf.kind) {
    case Kind::kBox:
      return absl::StrCat("Box(", FormatBound(leaf, leaf.low, "-inf"), ", ",
                          FormatBound(leaf, leaf.high, "inf"), ", ",
                          FormatShape(leaf.shape), ", ", NameOf(leaf.dtype),
                          ")");
    case Kind::kDiscrete:
      return absl::StrCat(
          "Discrete(", leaf.n,
          leaf.start == 0 ? "" : absl::StrCat(", start=", leaf.start),
          leaf.dtype == DType::kInt64 ? ""
                                      : absl::StrCat(", ", NameOf(leaf.dtype)),
          ")");
    case Kind::kMultiBinary:
      return absl::StrCat("MultiBinary(", FormatShape(leaf.shape), ")");
    case Kind::kMultiDiscrete:
      return absl::StrCat("MultiDiscrete(", FormatNvec(leaf.nvec),
                          leaf.shape.size() == 1
                              ? ""
                              : absl::StrCat(", ", FormatShape(leaf.shape)),
                          ")");
    case Kind::kText:
      break;
  }
  return absl::StrCat("Text(", leaf.min_length, ", ", leaf.max_length,
                      leaf.charset.empty() ? "" : ", charset", ")");
}

// Prints `node`, whose leaves begin at `*leaf`.
void Print(const spaces::v1::SpaceSpec& node, const LeafSpec** leaf,
           bool visible, std::string* out) {
  const google::protobuf::RepeatedPtrField<spaces::v1::SpaceSpec>* children;
  const bool is_dict = node.has_dict();
  if (is_dict) {
    children = &node.dict().spaces();
  } else if (node.has_tuple()) {
    children = &node.tuple().spaces();
  } else {
    if (visible) absl::StrAppend(out, LeafToString(**leaf));
    ++*leaf;
    return;
  }
  if (visible) absl::StrAppend(out, is_dict ? "Dict(" : "Tuple(");
  for (int i = 0; i < children->size(); ++i) {
    const bool child_visible = visible && i < kShownChildren;
    if (child_visible && i > 0) absl::StrAppend(out, ", ");
    if (child_visible && is_dict) {
      absl::StrAppend(out, node.dict().keys(i), ": ");
    }
    Print(children->Get(i), leaf, child_visible, out);
  }
  if (visible && children->size() > kShownChildren) {
    absl::StrAppend(out, ", ... ", children->size() - kShownChildren, " more");
  }
  if (visible) absl::StrAppend(out, ")");
}

bool SameTree(const spaces::v1::SpaceSpec& a, const spaces::v1::SpaceSpec& b) {
  if (a.has_dict() != b.has_dict() || a.has_tuple() != b.has_tuple()) {
    return false;
  }
  if (a.has_dict()) {
    return std::equal(a.dict().keys().begin(), a.dict().keys().end(),
                      b.dict().keys().begin(), b.dict().keys().end()) &&
           std::equal(a.dict().spaces().begin(), a.dict().spaces().end(),
                      b.dict().spaces().begin(), b.dict().spaces().end(),
                      SameTree);
  }
  return std::equal(a.tuple().spaces().begin(), a.tuple().spaces().end(),
                    b.tuple().spaces().begin(), b.tuple().spaces().end(),
                    SameTree);
}

bool SameLeaf(const LeafSpec& a, const LeafSpec& b) {
  return a.kind == b.kind && a.dtype == b.dtype && a.shape == b.shape &&
         a.low == b.low && a.high == b.high && a.n == b.n &&
         a.start == b.start && a.nvec == b.nvec &&
         a.min_length == b.min_length && a.max_length == b.max_length &&
         a.charset == b.charset;
}

}  // namespace

struct SpaceSpec::Rep {
  spaces::v1::SpaceSpec proto;
  std::vector<LeafSpec> leaves;
  size_t lane_bytes = 0;
  size_t min_lane_bytes = 0;
  bool is_fixed_size = true;
};

std::string LeafSpec::Describe() const {
  switch (kind) {
    case Kind::kBox:
    case Kind::kMultiBinary:
    case Kind::kMultiDiscrete:
      return absl::StrCat("leaf ", path, " (", NameOf(dtype),
                          FormatShape(shape), ")");
    case Kind::kDiscrete:
    case Kind::kText:
      break;
  }
  return absl::StrCat("leaf ", path, " (", LeafToString(*this), ")");
}

SpaceSpec::SpaceSpec() {
  static const std::shared_ptr<const Rep>* const kEmpty = [] {
    auto rep = std::make_shared<Rep>();
    rep->proto.mutable_tuple();
    return new std::shared_ptr<const Rep>(std::move(rep));
  }();
  rep_ = *kEmpty;
}

absl::StatusOr<SpaceSpec> SpaceSpec::FromProto(
    const spaces::v1::SpaceSpec& proto) {
  auto rep = std::make_shared<Rep>();
  rep->proto = proto;
  RLMESH_ASSIGN_OR_RETURN(rep->leaves, ParseSpaceLeaves(&rep->proto));
  for (const LeafSpec& leaf : rep->leaves) {
    rep->lane_bytes += leaf.lane_bytes;
    rep->min_lane_bytes += leaf.lane_bytes + leaf.min_length;
    if (leaf.kind == Kind::kText) rep->is_fixed_size = false;
  }
  return SpaceSpec(std::move(rep));
}

const spaces::v1::SpaceSpec& SpaceSpec::proto() const { return rep_->proto; }
absl::Span<const LeafSpec> SpaceSpec::leaves() const { return rep_->leaves; }
bool SpaceSpec::is_fixed_size() const { return rep_->is_fixed_size; }
size_t SpaceSpec::lane_bytes() const { return rep_->lane_bytes; }
size_t SpaceSpec::min_lane_bytes() const { return rep_->min_lane_bytes; }

bool operator==(const SpaceSpec& a, const SpaceSpec& b) {
  return a.rep_ == b.rep_ ||
         (SameTree(a.proto(), b.proto()) &&
          std::equal(a.leaves().begin(), a.leaves().end(), b.leaves().begin(),
                     b.leaves().end(), SameLeaf));
}

std::string SpaceSpec::ToString() const {
  std::string out;
  const LeafSpec* leaf = leaves().data();
  Print(proto(), &leaf, /*visible=*/true, &out);
  return out;
}

}  // namespace rlmesh
