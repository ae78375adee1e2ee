// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rlmesh/worker/frame.h"

// What a worker sends: headers, texts and leaves never reach past their bytes,
// and what parses encodes to what it was.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using rlmesh::FrameHeader;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size >= FrameHeader::kSize) {
    const auto header = FrameHeader::Parse(bytes);
    if (header.ok()) {
      char again[FrameHeader::kSize];
      header->Encode(again);
      if (bytes.substr(0, sizeof(again)) !=
          absl::string_view(again, sizeof(again))) {
        abort();
      }
    }
  }
  const auto texts = rlmesh::ParseTexts(bytes);
  if (texts.ok() && rlmesh::EncodeTexts(*texts) != bytes) abort();
  std::vector<absl::string_view> leaves(3);
  absl::string_view rest = bytes;
  if (rlmesh::CutVariableLeaves(absl::MakeSpan(leaves), &rest).ok()) {
    std::string again;
    for (absl::string_view leaf : leaves) {
      rlmesh::AppendVariableLeaf(leaf, &again);
    }
    again.append(rest.data(), rest.size());
    if (again != bytes) abort();
  }
  return 0;
}
