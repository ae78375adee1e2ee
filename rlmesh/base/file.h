// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Small files, read and written whole.

#ifndef RLMESH_BASE_FILE_H_
#define RLMESH_BASE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// The bytes of a file. NotFound when there is none, ResourceExhausted when it
// is longer than `max_bytes`: nobody's file can fill our memory. Works for
// files of /proc too. All functions here are thread-safe and block on the disk.
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t max_bytes = 16 << 20);

// Writes a file of mode 0600 so that at any time, also after a crash or a loss
// of power, `path` holds the old bytes or the new ones: written beside it
// (".<name>.<pid>.tmp"), synced, renamed. Two writers at once: one of them
// wins.
//
// Example:
//   RLMESH_RETURN_IF_ERROR(WriteFileAtomically(path, lease.ToJson()));
absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view bytes);

// Makes what `path` names reach the disk: the bytes of a file, the entries of a
// folder.
absl::Status SyncPath(const std::string& path);

// Makes `path` and what is missing above it, for this user alone (mode 0700).
// One that exists keeps its mode.
absl::Status MakeFolders(const std::string& path);

// The folder of this user's RLMesh files, or `name` in it: $RLMESH_CACHE, else
// ~/.cache/rlmesh. The folder is made. FailedPrecondition when neither variable
// is set.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(std::string leases, CacheFolder("leases"));
absl::StatusOr<std::string> CacheFolder(absl::string_view name);

}  // namespace rlmesh

#endif  // RLMESH_BASE_FILE_H_
