// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/utf8.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace rlmesh {

bool ConsumeUtf8(absl::string_view* text, char32_t* code_point) {
  const auto byte = [text](size_t i) {
    return static_cast<unsigned char>((*text)[i]);
  };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    *code_point = first;
    text->remove_prefix(1);
    return true;
  }
  size_t length;
  char32_t result;
  // The second byte alone tells overlong forms, surrogates and too large code
  // points.
  unsigned char low = 0x80, high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
    result = first & 0x1f;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
    result = first & 0x0f;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
    result = first & 0x07;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else {
    return false;
  }
  if (text->size() < length) return false;
  for (size_t i = 1; i < length; ++i) {
    if (byte(i) < low || byte(i) > high) return false;
    result = (result << 6) | (byte(i) & 0x3f);
    low = 0x80;
    high = 0xbf;
  }
  *code_point = result;
  text->remove_prefix(length);
  return true;
}

ptrdiff_t CountUtf8(absl::string_view text) {
  ptrdiff_t count = 0;
  char32_t ignored;
  for (; !text.empty(); ++count) {
    if (!ConsumeUtf8(&text, &ignored)) return -1;
  }
  return count;
}

absl::string_view Utf8Prefix(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  // The byte behind the cut must not be a tail.
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

std::string QuoteText(absl::string_view text, size_t max_bytes) {
  const absl::string_view shown = Utf8Prefix(text, max_bytes);
  return absl::StrCat("\"",
                      CountUtf8(shown) < 0 ? absl::CHexEscape(shown)
                                           : absl::Utf8SafeCEscape(shown),
                      shown.size() < text.size() ? "...\"" : "\"");
}

void AppendUtf8(char32_t code_point, std::string* out) {
  DCHECK_LE(code_point, 0x10ffffu);
  DCHECK(code_point < 0xd800 || code_point > 0xdfff);
  const auto tail = [&](int shift) {
    out->push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3f)));
  };
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xc0 | (code_point >> 6)));
    tail(0);
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | (code_point >> 12)));
    tail(6);
    tail(0);
  } else {
    out->push_back(static_cast<char>(0xf0 | (code_point >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace rlmesh
