// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Texts of others, on their way through us.

#ifndef RLMESH_BASE_FOREIGN_TEXT_H_
#define RLMESH_BASE_FOREIGN_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace rlmesh {

// `text` with U+FFFD in place of each byte that is not UTF-8: text fields of
// messages must be, what user code raised may be anything.
std::string ToValidUtf8(absl::string_view text);

// `text` for a terminal, which would obey control characters: those of C0 and
// C1 and DEL, but not the end of a line, become "\x1b", and bytes that are not
// UTF-8 too.
//
// Example:
//   std::cerr << ForTerminal(status.message()) << std::endl;
std::string ForTerminal(absl::string_view text);

// The class of the exception at the end of a Python traceback, "ValueError" or
// "package.Error"; empty when `traceback` is something else.
//
// Example:
//   details.exception_type = PythonExceptionType(details.traceback);
std::string PythonExceptionType(absl::string_view traceback);

}  // namespace rlmesh

#endif  // RLMESH_BASE_FOREIGN_TEXT_H_
