// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Strict UTF-8: texts of peers and users are checked with these.

#ifndef RLMESH_BASE_UTF8_H_
#define RLMESH_BASE_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace rlmesh {

// Takes the first character off `text`, which must not be empty, and stores its
// code point. False, and `text` stays as it is, when it does not begin with
// well-formed UTF-8: overlong forms, surrogates, code points above U+10FFFF and
// cut sequences are refused (Unicode 15, table 3-7).
bool ConsumeUtf8(absl::string_view* text, char32_t* code_point);

// Number of characters (code points) of `text`, or -1 when it is not UTF-8.
// Never allocates.
//
// Example:
//   CountUtf8("h\xc3\xa9");  // 2
//   CountUtf8("h\xc3");      // -1
ptrdiff_t CountUtf8(absl::string_view text);

// The longest beginning of `text` of at most `max_bytes` that does not cut a
// character, for messages about long texts.
absl::string_view Utf8Prefix(absl::string_view text, size_t max_bytes);

// `text` in quotes, for messages: cut after at most `max_bytes` ("..." says
// so), control characters and quotes escaped, and bytes that are not UTF-8 as
// well.
//
// Example:
//   QuoteText("two\nlines", 60);  // "two\\nlines", quotes included
std::string QuoteText(absl::string_view text, size_t max_bytes);

// Appends the UTF-8 of a code point that is no surrogate and at most U+10FFFF.
void AppendUtf8(char32_t code_point, std::string* out);

}  // namespace rlmesh

#endif  // RLMESH_BASE_UTF8_H_
