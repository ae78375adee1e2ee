// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The file of a listening Unix socket.

#ifndef RLMESH_TRANSPORT_SOCKET_FILE_H_
#define RLMESH_TRANSPORT_SOCKET_FILE_H_

#include <sys/stat.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rlmesh {

// gRPC removes the file of its sockets by name when it stops listening, also
// when a successor has bound that name meanwhile. So a server binds under a
// name that nobody else uses, and the socket is moved to where clients look for
// it: what is removed there later is ours or nothing.
//
// Example:
//   const std::string hidden = SocketFile::HiddenName(path);
//   ... bind hidden ...
//   RLMESH_ASSIGN_OR_RETURN(SocketFile file,
//                           SocketFile::Publish(hidden, path, 0600));
//   ... stop listening ...
//   file.Remove();
class SocketFile {
 public:
  SocketFile() = default;

  // An unused name in the folder of `path`; `path` itself where no other one
  // is short enough for a socket.
  static std::string HiddenName(const std::string& path);

  // Moves the socket to `path`, over what is there, with these permissions.
  static absl::StatusOr<SocketFile> Publish(const std::string& from,
                                            const std::string& path, int mode);

  // Removes the file, unless another server's has taken its place. Idempotent.
  void Remove();

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_SOCKET_FILE_H_
