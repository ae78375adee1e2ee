// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/foreign_text.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rlmesh/base/utf8.h"

namespace rlmesh {

std::string ToValidUtf8(absl::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  char32_t code_point;
  while (!text.empty()) {
    if (ConsumeUtf8(&text, &code_point)) {
      AppendUtf8(code_point, &valid);
    } else {
      AppendUtf8(0xfffd, &valid);
      text.remove_prefix(1);
    }
  }
  return valid;
}

std::string ForTerminal(absl::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  const auto escape = [&shown](uint32_t value) {
    absl::StrAppend(&shown, "\\x", absl::Hex(value, absl::kZeroPad2));
  };
  char32_t code_point;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    if (!ConsumeUtf8(&text, &code_point)) {
      escape(byte);
      text.remove_prefix(1);
    } else if ((code_point < 0x20 && code_point != '\n') ||
               (code_point >= 0x7f && code_point < 0xa0)) {
      escape(code_point);
    } else {
      AppendUtf8(code_point, &shown);
    }
  }
  return shown;
}

// The first line that is not indented after the last frame is "Type: text".
std::string PythonExceptionType(absl::string_view traceback) {
  if (!absl::StartsWith(traceback, "Traceback (most recent call last)")) {
    return "";
  }
  absl::string_view type;
  bool after_frame = false;
  for (const absl::string_view line : absl::StrSplit(traceback, '\n')) {
    if (absl::StartsWith(line, "  ")) {
      after_frame = true;
    } else if (after_frame && !line.empty()) {
      type = line.substr(0, line.find(':'));
      after_frame = false;
    }
  }
  return std::string(type);
}

}  // namespace rlmesh
