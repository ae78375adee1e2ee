// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Files with secrets and certificates.

#ifndef RLMESH_TRANSPORT_CREDENTIALS_CREDENTIAL_FILE_H_
#define RLMESH_TRANSPORT_CREDENTIALS_CREDENTIAL_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace rlmesh {

enum class Privacy {
  kPublic,  // certificates
  // Keys and tokens: a file that users beside the owner and the group can read
  // or write is refused.
  kSecret,
};

// The bytes of a regular file, at most 1 MiB of them. InvalidArgument names the
// file and what is wrong with it: it does not exist, is a folder or a pipe, is
// longer, cannot be opened, is open to others (with the chmod that helps). The
// bytes never get into an error. Does not block but on the disk.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(std::string key,
//                           ReadCredentialFile(path, Privacy::kSecret));
absl::StatusOr<std::string> ReadCredentialFile(const std::string& path,
                                               Privacy privacy);

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_CREDENTIALS_CREDENTIAL_FILE_H_
