// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/standard_descriptors.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

// Whether each standard descriptor is /dev/null, as one digit of an exit code.
[[noreturn]] void ExitWithWhatIsNull() {
  int result = 0;
  for (int fd = 0; fd < 3; ++fd) {
    char target[64] = {};
    const char* links[] = {"/proc/self/fd/0", "/proc/self/fd/1",
                           "/proc/self/fd/2"};
    if (readlink(links[fd], target, sizeof(target) - 1) > 0 &&
        std::string(target) == "/dev/null") {
      result |= 1 << fd;
    }
  }
  _exit(result);
}

TEST(StandardDescriptorsDeathTest, FillsWhatIsClosed) {
  const auto fill = [] {
    for (int fd = 0; fd < 3; ++fd) close(fd);
    FillStandardDescriptors();
    const int next = open("/dev/zero", O_RDONLY);
    if (next < 3) _exit(100);
    ExitWithWhatIsNull();
  };
  EXPECT_EXIT(fill(), testing::ExitedWithCode(7), "");
}

TEST(StandardDescriptorsDeathTest, LeavesWhatIsOpen) {
  const auto fill = [] {
    for (int fd = 0; fd < 3; ++fd) close(fd);
    for (int fd = 0; fd < 3; ++fd) (void)open("/dev/zero", O_RDWR);
    close(1);
    FillStandardDescriptors();
    ExitWithWhatIsNull();
  };
  EXPECT_EXIT(fill(), testing::ExitedWithCode(2), "");
}

}  // namespace
}  // namespace rlmesh
