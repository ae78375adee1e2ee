// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/status_line.h"

#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

TEST(StatusLineTest, DetailsAreLeftOutWhereThereIsNoTerminal) {
  std::ostringstream out;
  {
    StatusLine status("prog", /*terminal=*/false, &out);
    status.Say("one");
    status.Detail("passing");
    status.Say("two");
  }
  EXPECT_EQ(out.str(), "prog: one\nprog: two\n");
}

TEST(StatusLineTest, ADetailIsWipedByWhateverComesNext) {
  std::ostringstream out;
  {
    StatusLine status("prog", /*terminal=*/true, &out);
    status.Detail("a");
    status.Detail("b");
    status.Say("one");
    status.Detail("c");
  }
  EXPECT_EQ(out.str(), "  a\r\x1b[K  b\r\x1b[Kprog: one\n  c\r\x1b[K");
}

TEST(StatusLineTest, ADetailCannotMoveTheCursorOrWrap) {
  std::ostringstream out;
  StatusLine status("prog", /*terminal=*/true, &out);
  status.Detail(std::string("\x1b[2J") + std::string(500, 'x'));
  EXPECT_EQ(out.str().substr(0, 6), "  ?[2J");
  EXPECT_LT(out.str().size(), 80);
}

}  // namespace
}  // namespace rlmesh
