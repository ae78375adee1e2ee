// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/space_parser.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/spaces/element.h"

namespace rlmesh {
namespace {

using Proto = spaces::v1::SpaceSpec;
using Kind = LeafSpec::Kind;

// ".camera", or "[\"odd \\n key\"]" for a key that would garble a message.
std::string PathStep(absl::string_view key) {
  const bool plain = std::none_of(key.begin(), key.end(), [](unsigned char c) {
    return c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '[';
  });
  return plain ? absl::StrCat(".", key)
               : absl::StrCat("[\"", absl::Utf8SafeCEscape(key), "\"]");
}

// The largest value of an integer dtype that an int64 can hold.
int64_t MaxOf(DType dtype) {
  return VisitDType(dtype, [](auto zero) -> int64_t {
    using T = decltype(zero);
    if constexpr (std::is_integral<T>::value && sizeof(T) < 8) {
      return std::numeric_limits<T>::max();
    } else {
      return std::numeric_limits<int64_t>::max();
    }
  });
}
int64_t MinOf(DType dtype) {
  return VisitDType(dtype, [](auto zero) -> int64_t {
    using T = decltype(zero);
    if constexpr (std::is_integral<T>::value && std::is_signed<T>::value) {
      return std::numeric_limits<T>::min();
    } else {
      return 0;
    }
  });
}

class Parser {
 public:
  absl::Status Visit(Proto* node, int depth);
  std::vector<LeafSpec> TakeLeaves() { return std::move(leaves_); }

 private:
  absl::Status VisitLeaf(Proto* node);
  absl::Status VisitBox(Proto* node, LeafSpec* leaf);
  absl::Status VisitBounds(const spaces::v1::BoxSpec& box, LeafSpec* leaf);
  absl::Status VisitDiscrete(const Proto& node, LeafSpec* leaf);
  absl::Status VisitMultiBinary(const Proto& node, LeafSpec* leaf);
  absl::Status VisitMultiDiscrete(const Proto& node, LeafSpec* leaf);
  absl::Status VisitText(const Proto& node, LeafSpec* leaf);
  absl::Status VisitDict(Proto* node, int depth);
  absl::Status VisitTuple(Proto* node, int depth);
  absl::Status VisitChild(std::string step, Proto* child, int depth);
  absl::Status CheckNoShape(const Proto& node, absl::string_view type);
  absl::Status CheckNoDtype(const Proto& node, absl::string_view type);
  absl::Status VisitShape(const Proto& node, absl::string_view type,
                          LeafSpec* leaf);
  absl::Status Account(size_t bytes);

  template <typename... Args>
  absl::Status Error(const Args&... args) const {
    return absl::InvalidArgumentError(absl::StrCat(path_, ": ", args...));
  }

  std::string path_ = "$";
  std::vector<LeafSpec> leaves_;
  int nodes_ = 0;
  size_t bytes_ = 0;  // the least that one lane needs
};

absl::Status Parser::Visit(Proto* node, int depth) {
  if (depth > kMaxSpaceDepth) {
    return Error("spaces are nested more than ", kMaxSpaceDepth,
                 " deep; flatten the space");
  }
  if (++nodes_ > kMaxSpaceNodes) {
    return Error("space has more than ", kMaxSpaceNodes,
                 " parts; merge leaves of one kind into one Box");
  }
  if (path_.size() > kMaxPathBytes) {
    path_ = absl::StrCat(Utf8Prefix(path_, 64), "...");
    return Error("path is longer than ", kMaxPathBytes,
                 " bytes; use shorter keys");
  }
  switch (node->spec_case()) {
    case Proto::kDict:
      return VisitDict(node, depth);
    case Proto::kTuple:
      return VisitTuple(node, depth);
    case Proto::SPEC_NOT_SET:
      return Error(
          "spec must be set to one of box, discrete, multi_binary, "
          "multi_discrete, text, dict, tuple");
    default:
      return VisitLeaf(node);
  }
}

absl::Status Parser::VisitLeaf(Proto* node) {
  LeafSpec leaf;
  absl::StatusOr<DType> dtype = DTypeFromNumber(node->dtype());
  if (!dtype.ok()) return Error(dtype.status().message());
  leaf.path = path_;
  leaf.dtype = *dtype;
  switch (node->spec_case()) {
    case Proto::kBox:
      RLMESH_RETURN_IF_ERROR(VisitBox(node, &leaf));
      break;
    case Proto::kDiscrete:
      RLMESH_RETURN_IF_ERROR(VisitDiscrete(*node, &leaf));
      break;
    case Proto::kMultiBinary:
      RLMESH_RETURN_IF_ERROR(VisitMultiBinary(*node, &leaf));
      break;
    case Proto::kMultiDiscrete:
      RLMESH_RETURN_IF_ERROR(VisitMultiDiscrete(*node, &leaf));
      break;
    default:
      RLMESH_RETURN_IF_ERROR(VisitText(*node, &leaf));
      break;
  }
  leaves_.push_back(std::move(leaf));
  return absl::OkStatus();
}

absl::Status Parser::VisitBox(Proto* node, LeafSpec* leaf) {
  leaf->kind = Kind::kBox;
  if (node->shape().empty()) node->add_shape(1);
  RLMESH_RETURN_IF_ERROR(VisitShape(*node, "[Box]", leaf));
  return VisitBounds(node->box(), leaf);
}

absl::Status Parser::VisitBounds(const spaces::v1::BoxSpec& box,
                                 LeafSpec* leaf) {
  const size_t size = SizeOf(leaf->dtype);
  size_t want = 0;
  absl::string_view arm;
  switch (box.bounds_case()) {
    case spaces::v1::BoxSpec::BOUNDS_NOT_SET:
      return Error("[Box] bounds must be set");
    case spaces::v1::BoxSpec::kUnbounded:
      return absl::OkStatus();
    case spaces::v1::BoxSpec::kUniform:
      leaf->low = box.uniform().low();
      leaf->high = box.uniform().high();
      want = size;
      arm = "uniform";
      break;
    case spaces::v1::BoxSpec::kElementwise:
      leaf->low = box.elementwise().low();
      leaf->high = box.elementwise().high();
      want = leaf->lane_bytes;
      arm = "elementwise";
      break;
  }
  if (leaf->low.size() != want || leaf->high.size() != want) {
    return Error("[Box] ", arm, " bounds have ", leaf->low.size(),
                 " bytes (low) and ", leaf->high.size(),
                 " bytes (high), expected ", want, " of ", NameOf(leaf->dtype));
  }
  for (size_t i = 0; i < want; i += size) {
    const char* low = leaf->low.data() + i;
    const char* high = leaf->high.data() + i;
    const bool is_number = VisitDType(leaf->dtype, [&](auto zero) {
      using T = decltype(zero);
      return !IsNan(LoadElement<T>(low)) && !IsNan(LoadElement<T>(high));
    });
    if (!is_number) {
      return Error("[Box] bounds at element ", i / size, " are NaN");
    }
    const bool in_order = VisitDType(leaf->dtype, [&](auto zero) {
      using T = decltype(zero);
      return OrderOf(LoadElement<T>(low)) <= OrderOf(LoadElement<T>(high));
    });
    if (!in_order) {
      return Error("[Box] low ", FormatElement(leaf->dtype, low),
                   " is above high ", FormatElement(leaf->dtype, high),
                   " at element ", i / size);
    }
    if (leaf->dtype == DType::kBool && (*low | *high) & ~1) {
      return Error("[Box] bounds of bool at element ", i, " are not 0 or 1");
    }
  }
  // The same everywhere: one element says it, and makes checks faster.
  const auto repeats = [size](const std::string& bytes) {
    return std::equal(bytes.begin() + size, bytes.end(), bytes.begin());
  };
  if (repeats(leaf->low) && repeats(leaf->high)) {
    leaf->low.resize(size);
    leaf->high.resize(size);
  }
  return absl::OkStatus();
}

absl::Status Parser::VisitDiscrete(const Proto& node, LeafSpec* leaf) {
  leaf->kind = Kind::kDiscrete;
  leaf->n = node.discrete().n();
  leaf->start = node.discrete().start();
  RLMESH_RETURN_IF_ERROR(CheckNoShape(node, "[Discrete]"));
  if (leaf->dtype != DType::kInt64 && leaf->dtype != DType::kInt32 &&
      leaf->dtype != DType::kUint8) {
    return Error("[Discrete] dtype is ", NameOf(leaf->dtype),
                 "; it must be int64, int32 or uint8");
  }
  if (leaf->n <= 0) {
    return Error("[Discrete] n is ", leaf->n, "; it must be 1 or more");
  }
  const int64_t max = MaxOf(leaf->dtype);
  if (leaf->start < MinOf(leaf->dtype) || leaf->start > max ||
      // start + n - 1 > max, where the sum may overflow.
      static_cast<uint64_t>(max) - static_cast<uint64_t>(leaf->start) <
          static_cast<uint64_t>(leaf->n - 1)) {
    return Error("[Discrete] ", leaf->n, " values from ", leaf->start,
                 " do not fit ", NameOf(leaf->dtype));
  }
  leaf->lane_bytes = SizeOf(leaf->dtype);
  return Account(leaf->lane_bytes);
}

absl::Status Parser::VisitMultiBinary(const Proto& node, LeafSpec* leaf) {
  leaf->kind = Kind::kMultiBinary;
  if (SizeOf(leaf->dtype) != 1) {
    return Error("[MultiBinary] dtype is ", NameOf(leaf->dtype),
                 "; it must be uint8, int8 or bool");
  }
  return VisitShape(node, "[MultiBinary]", leaf);
}

absl::Status Parser::VisitMultiDiscrete(const Proto& node, LeafSpec* leaf) {
  leaf->kind = Kind::kMultiDiscrete;
  if (IsFloat(leaf->dtype) || leaf->dtype == DType::kBool) {
    return Error("[MultiDiscrete] dtype is ", NameOf(leaf->dtype),
                 "; it must be an integer type");
  }
  RLMESH_RETURN_IF_ERROR(VisitShape(node, "[MultiDiscrete]", leaf));
  const auto& nvec = node.multi_discrete().nvec();
  if (static_cast<size_t>(nvec.size()) != leaf->elements) {
    return Error("[MultiDiscrete] nvec has ", nvec.size(),
                 " entries, the shape [", absl::StrJoin(leaf->shape, ", "),
                 "] needs ", leaf->elements);
  }
  leaf->nvec.assign(nvec.begin(), nvec.end());
  const int64_t max = MaxOf(leaf->dtype);
  for (size_t i = 0; i < leaf->nvec.size(); ++i) {
    if (leaf->nvec[i] <= 0) {
      return Error("[MultiDiscrete] nvec at element ", i, " is ", leaf->nvec[i],
                   "; it must be 1 or more");
    }
    if (leaf->nvec[i] - 1 > max) {
      return Error("[MultiDiscrete] nvec at element ", i, " is ", leaf->nvec[i],
                   ", which does not fit ", NameOf(leaf->dtype));
    }
  }
  return absl::OkStatus();
}

absl::Status Parser::VisitText(const Proto& node, LeafSpec* leaf) {
  leaf->kind = Kind::kText;
  leaf->min_length = node.text().min_length();
  leaf->max_length = node.text().max_length();
  leaf->charset = node.text().charset();
  RLMESH_RETURN_IF_ERROR(CheckNoShape(node, "[Text]"));
  if (leaf->dtype != DType::kUint8) {
    return Error("[Text] dtype is ", NameOf(leaf->dtype), "; it must be uint8");
  }
  if (leaf->min_length < 1 || leaf->max_length < leaf->min_length) {
    return Error("[Text] lengths are ", leaf->min_length, " to ",
                 leaf->max_length,
                 "; they must be 1 <= min_length <= max_length");
  }
  absl::string_view rest = leaf->charset;
  char32_t character;
  while (!rest.empty()) {
    if (!ConsumeUtf8(&rest, &character)) {
      return Error("[Text] charset is not UTF-8");
    }
    leaf->charset_sorted.push_back(character);
  }
  std::sort(leaf->charset_sorted.begin(), leaf->charset_sorted.end());
  leaf->charset_sorted.erase(
      std::unique(leaf->charset_sorted.begin(), leaf->charset_sorted.end()),
      leaf->charset_sorted.end());
  return Account(leaf->min_length);
}

absl::Status Parser::VisitDict(Proto* node, int depth) {
  RLMESH_RETURN_IF_ERROR(CheckNoShape(*node, "[Dict]"));
  RLMESH_RETURN_IF_ERROR(CheckNoDtype(*node, "[Dict]"));
  spaces::v1::DictSpec* dict = node->mutable_dict();
  if (dict->keys_size() != dict->spaces_size()) {
    return Error("[Dict] has ", dict->keys_size(), " keys and ",
                 dict->spaces_size(), " spaces");
  }
  if (dict->keys_size() > kMaxSpaceNodes) {
    return Error("[Dict] has ", dict->keys_size(), " keys; at most ",
                 kMaxSpaceNodes, " are allowed");
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < dict->keys_size(); ++i) {
    const std::string& key = dict->keys(i);
    if (key.empty()) return Error("[Dict] key ", i, " is empty");
    if (!seen.insert(key).second) {
      return Error("[Dict] key ", QuoteText(key, kMaxPathBytes),
                   " is there twice");
    }
    RLMESH_RETURN_IF_ERROR(
        VisitChild(PathStep(key), dict->mutable_spaces(i), depth));
  }
  return absl::OkStatus();
}

absl::Status Parser::VisitTuple(Proto* node, int depth) {
  RLMESH_RETURN_IF_ERROR(CheckNoShape(*node, "[Tuple]"));
  RLMESH_RETURN_IF_ERROR(CheckNoDtype(*node, "[Tuple]"));
  spaces::v1::TupleSpec* tuple = node->mutable_tuple();
  for (int i = 0; i < tuple->spaces_size(); ++i) {
    RLMESH_RETURN_IF_ERROR(
        VisitChild(absl::StrCat("[", i, "]"), tuple->mutable_spaces(i), depth));
  }
  return absl::OkStatus();
}

absl::Status Parser::VisitChild(std::string step, Proto* child, int depth) {
  const size_t length = path_.size();
  path_ += step;
  RLMESH_RETURN_IF_ERROR(Visit(child, depth + 1));
  path_.resize(length);
  return absl::OkStatus();
}

absl::Status Parser::CheckNoShape(const Proto& node, absl::string_view type) {
  if (node.shape().empty()) return absl::OkStatus();
  return Error(type, " shape has ", node.shape_size(),
               " dimensions; it must be empty");
}

absl::Status Parser::CheckNoDtype(const Proto& node, absl::string_view type) {
  if (node.dtype() == spaces::v1::DATA_TYPE_UNSPECIFIED) {
    return absl::OkStatus();
  }
  return Error(type, " dtype is ", static_cast<int>(node.dtype()),
               "; it must not be set");
}

absl::Status Parser::VisitShape(const Proto& node, absl::string_view type,
                                LeafSpec* leaf) {
  if (node.shape().empty()) {
    return Error(type, " shape must be set (rank >= 1)");
  }
  if (node.shape_size() > kMaxRank) {
    return Error(type, " shape has ", node.shape_size(),
                 " dimensions; at most ", kMaxRank, " are allowed");
  }
  leaf->shape.assign(node.shape().begin(), node.shape().end());
  leaf->elements = 1;
  const size_t limit = kMaxLaneBytes / SizeOf(leaf->dtype);
  bool fits = true;
  for (const int64_t dim : leaf->shape) {
    if (dim <= 0) {
      return Error(type, " shape [", absl::StrJoin(leaf->shape, ", "),
                   "] has the dimension ", dim, "; all must be 1 or more");
    }
    fits = fits && static_cast<uint64_t>(dim) <= limit / leaf->elements;
    if (fits) leaf->elements *= dim;
  }
  if (!fits) {
    return Error(type, " shape [", absl::StrJoin(leaf->shape, ", "), "] of ",
                 NameOf(leaf->dtype), " needs more than ", kMaxLaneBytes,
                 " bytes, the most that a message of the wire can carry");
  }
  leaf->lane_bytes = leaf->elements * SizeOf(leaf->dtype);
  return Account(leaf->lane_bytes);
}

absl::Status Parser::Account(size_t bytes) {
  if (bytes > kMaxLaneBytes - bytes_) {
    return Error("the leaves up to this one need more than ", kMaxLaneBytes,
                 " bytes, the most that a message of the wire can carry");
  }
  bytes_ += bytes;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<LeafSpec>> ParseSpaceLeaves(Proto* space) {
  Parser parser;
  RLMESH_RETURN_IF_ERROR(parser.Visit(space, /*depth=*/1));
  return parser.TakeLeaves();
}

}  // namespace rlmesh
