// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/frame.h"

#include "absl/strings/str_cat.h"
#include "rlmesh/base/little_endian.h"

namespace rlmesh {
namespace {

void AppendText(absl::string_view text, std::string* out) {
  char length[4];
  StoreLittleEndian<uint32_t>(text.size(), length);
  out->append(length, sizeof(length));
  out->append(text.data(), text.size());
}

absl::StatusOr<std::string> CutText(absl::string_view* in) {
  if (in->size() < 4) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a text's length is cut off after ", in->size(), " bytes"));
  }
  const uint32_t length = LoadLittleEndian<uint32_t>(in->data());
  in->remove_prefix(4);
  if (length > in->size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a text of ", length, " bytes in a frame with ", in->size(), " left"));
  }
  std::string text(in->substr(0, length));
  in->remove_prefix(length);
  return text;
}

bool IsAnswer(int kind) {
  if (kind == static_cast<int>(FrameKind::kError)) return true;
  const auto request =
      static_cast<FrameKind>(kind - static_cast<int>(FrameKind::kAnswer));
  return (request >= FrameKind::kSetup && request <= FrameKind::kDiscard) ||
         (request >= FrameKind::kLoad && request <= FrameKind::kCloseRoute);
}

}  // namespace

void FrameHeader::Encode(char out[kSize]) const {
  out[0] = static_cast<char>(kind);
  out[1] = static_cast<char>(flags);
  out[2] = 0;
  out[3] = 0;
  StoreLittleEndian<uint32_t>(id, out + 4);
  StoreLittleEndian<uint64_t>(payload, out + 8);
}

absl::StatusOr<FrameHeader> FrameHeader::Parse(absl::string_view bytes) {
  FrameHeader header;
  const int kind = static_cast<uint8_t>(bytes[0]);
  header.kind = static_cast<FrameKind>(kind);
  header.flags = static_cast<uint8_t>(bytes[1]);
  header.id = LoadLittleEndian<uint32_t>(bytes.data() + 4);
  header.payload = LoadLittleEndian<uint64_t>(bytes.data() + 8);
  if (!IsAnswer(kind) || bytes[2] != 0 || bytes[3] != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frame of kind ", kind, ", which is none"));
  }
  if (header.payload > kMaxPayload) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frame of ", header.payload,
                     " bytes, above the limit of ", kMaxPayload));
  }
  return header;
}

std::string EncodeTexts(const FrameTexts& texts) {
  std::string out;
  for (const auto& text : texts) {
    AppendText(text.first, &out);
    AppendText(text.second, &out);
  }
  return out;
}

absl::StatusOr<FrameTexts> ParseTexts(absl::string_view payload) {
  FrameTexts texts;
  while (!payload.empty()) {
    absl::StatusOr<std::string> name = CutText(&payload);
    if (!name.ok()) return name.status();
    absl::StatusOr<std::string> value = CutText(&payload);
    if (!value.ok()) return value.status();
    texts.emplace_back(*std::move(name), *std::move(value));
  }
  return texts;
}

absl::string_view FindText(const FrameTexts& texts, absl::string_view name) {
  for (const auto& text : texts) {
    if (text.first == name) return text.second;
  }
  return "";
}

void AppendVariableLeaf(absl::string_view leaf, std::string* payload) {
  char length[8];
  StoreLittleEndian<uint64_t>(leaf.size(), length);
  payload->append(length, sizeof(length));
  payload->append(leaf.data(), leaf.size());
}

absl::Status CutVariableLeaves(absl::Span<absl::string_view> leaves,
                               absl::string_view* payload) {
  for (absl::string_view& leaf : leaves) {
    if (payload->size() < 8) {
      return absl::InvalidArgumentError("a leaf's length is cut off");
    }
    const uint64_t length = LoadLittleEndian<uint64_t>(payload->data());
    payload->remove_prefix(8);
    if (length > payload->size()) {
      return absl::InvalidArgumentError(absl::StrCat("a leaf of ", length,
                                                     " bytes in a frame with ",
                                                     payload->size(), " left"));
    }
    leaf = payload->substr(0, length);
    payload->remove_prefix(length);
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
