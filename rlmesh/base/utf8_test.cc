// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(Utf8Test, EveryCodePointSurvivesARoundTrip) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string text;
    AppendUtf8(c, &text);
    absl::string_view rest = text;
    char32_t decoded = 0;
    ASSERT_TRUE(ConsumeUtf8(&rest, &decoded)) << std::hex << c;
    ASSERT_EQ(decoded, c);
    ASSERT_TRUE(rest.empty());
  }
}

TEST(Utf8Test, ShortestFormsAreTheOnlyOnesOfEveryTwoAndThreeBytes) {
  // Among all strings of two bytes, exactly the 1920 code points from U+80 to
  // U+7FF are one character; of three bytes, those of the plane but surrogates.
  int two = 0, three = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const char pair[2] = {static_cast<char>(a), static_cast<char>(b)};
      two += CountUtf8(absl::string_view(pair, 2)) == 1;
      for (int c = 0; c < 256; ++c) {
        const char triple[3] = {pair[0], pair[1], static_cast<char>(c)};
        three += CountUtf8(absl::string_view(triple, 3)) == 1;
      }
    }
  }
  EXPECT_EQ(two, 0x800 - 0x80);
  EXPECT_EQ(three, 0x10000 - 0x800 - 0x800);
}

TEST(Utf8Test, CountsCharactersNotBytes) {
  EXPECT_EQ(CountUtf8(""), 0);
  EXPECT_EQ(CountUtf8("abc"), 3);
  EXPECT_EQ(CountUtf8("h\xc3\xa9!"), 3);
  EXPECT_EQ(CountUtf8("\xf0\x9f\x98\x80"), 1);
}

TEST(Utf8Test, PrefixEndsBetweenCharacters) {
  EXPECT_EQ(Utf8Prefix("abc", 3), "abc");
  EXPECT_EQ(Utf8Prefix("abc", 2), "ab");
  EXPECT_EQ(Utf8Prefix("h\xc3\xa9!", 2), "h");
  EXPECT_EQ(Utf8Prefix("h\xc3\xa9!", 3), "h\xc3\xa9");
  EXPECT_EQ(Utf8Prefix("\xf0\x9f\x98\x80!", 3), "");
}

TEST(QuoteTextTest, IsShortPrintableUtf8WhateverTheText) {
  EXPECT_EQ(QuoteText("h\xc3\xa9", 9), "\"h\xc3\xa9\"");
  EXPECT_EQ(QuoteText("a\n\"b\"", 9), "\"a\\n\\\"b\\\"\"");
  EXPECT_EQ(QuoteText("h\xc3\xa9llo", 2), "\"h...\"");
  EXPECT_EQ(QuoteText("a\xff", 9), "\"a\\xff\"");
}

TEST(Utf8Test, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(CountUtf8("\x80"), -1);              // a tail alone
  EXPECT_EQ(CountUtf8("\xc3"), -1);              // cut
  EXPECT_EQ(CountUtf8("a\xf0\x9f\x98"), -1);     // cut
  EXPECT_EQ(CountUtf8("\xc0\xaf"), -1);          // overlong "/"
  EXPECT_EQ(CountUtf8("\xe0\x80\xaf"), -1);      // overlong "/"
  EXPECT_EQ(CountUtf8("\xf0\x80\x80\xaf"), -1);  // overlong "/"
  EXPECT_EQ(CountUtf8("\xed\xa0\x80"), -1);      // surrogate
  EXPECT_EQ(CountUtf8("\xf4\x90\x80\x80"), -1);  // above U+10FFFF
  EXPECT_EQ(CountUtf8("\xf8\x88\x80\x80\x80"), -1);
  EXPECT_EQ(CountUtf8("\xff"), -1);
}

}  // namespace
}  // namespace rlmesh
