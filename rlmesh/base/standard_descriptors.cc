// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

namespace rlmesh {

// Before the initializers of C++, some of which open descriptors.
__attribute__((constructor(101))) void FillStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number, which is `fd`; children inherit it as they would
    // the real one. Where there is no /dev/null nothing better can be done.
    (void)open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  }
}

}  // namespace rlmesh
