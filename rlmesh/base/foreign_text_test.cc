// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/foreign_text.h"

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(ForeignTextTest, OnlyBrokenBytesAreReplaced) {
  EXPECT_EQ(ToValidUtf8("h\xc3\xa9 plain"), "h\xc3\xa9 plain");
  EXPECT_EQ(ToValidUtf8("a\xff"
                        "b\xc3"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(ToValidUtf8(""), "");
}

TEST(ForeignTextTest, TerminalsGetNoControlCharacters) {
  EXPECT_EQ(ForTerminal("h\xc3\xa9\nplain \xc2\xa0"),
            "h\xc3\xa9\nplain \xc2\xa0");
  EXPECT_EQ(ForTerminal("\x1b[2J\x1b]0;t\x07\r\x7f"),
            "\\x1b[2J\\x1b]0;t\\x07\\x0d\\x7f");
  EXPECT_EQ(ForTerminal("\xc2\x9b"
                        "2J\x9b"),
            "\\x9b2J\\x9b");
  EXPECT_EQ(ForTerminal(absl::string_view("\0", 1)), "\\x00");
}

TEST(ForeignTextTest, ExceptionTypeIsThatOfTheLastException) {
  EXPECT_EQ(PythonExceptionType("Traceback (most recent call last):\n"
                                "  File \"a.py\", line 1, in f\n"
                                "    g()\n"
                                "KeyError: 'x'\n"
                                "\n"
                                "During handling of the above exception, "
                                "another exception occurred:\n"
                                "\n"
                                "Traceback (most recent call last):\n"
                                "  File \"a.py\", line 3, in f\n"
                                "    raise ValueError('a: b')\n"
                                "package.Error: a: b\n"),
            "package.Error");
}

TEST(ForeignTextTest, OtherTextHasNoExceptionType) {
  EXPECT_EQ(PythonExceptionType(""), "");
  EXPECT_EQ(PythonExceptionType("Segmentation fault\n"), "");
  EXPECT_EQ(PythonExceptionType("Traceback (most recent call last):\n"), "");
}

}  // namespace
}  // namespace rlmesh
