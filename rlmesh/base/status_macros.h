// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Early return on errors, in the shape of later abseil releases.
//
// Example:
//   RLMESH_RETURN_IF_ERROR(fd.Close());
//   RLMESH_ASSIGN_OR_RETURN(SpaceSpec spec, SpaceSpec::FromProto(proto));

#ifndef RLMESH_BASE_STATUS_MACROS_H_
#define RLMESH_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expr`, an absl::Status, is an
// error.
#define RLMESH_RETURN_IF_ERROR(expr)                 \
  do {                                               \
    if (absl::Status rlmesh_status_macro_s = (expr); \
        !rlmesh_status_macro_s.ok()) {               \
      return rlmesh_status_macro_s;                  \
    }                                                \
  } while (false)

// Assigns the value of `expr`, an absl::StatusOr<T>, to `lhs`, or returns its
// error. `lhs` may declare a variable; a type with a comma needs a typedef.
#define RLMESH_ASSIGN_OR_RETURN(lhs, expr) \
  RLMESH_ASSIGN_OR_RETURN_IMPL_(           \
      RLMESH_STATUS_MACROS_CONCAT_(rlmesh_statusor_, __LINE__), lhs, expr)

#define RLMESH_ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr) \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = std::move(statusor).value()

#define RLMESH_STATUS_MACROS_CONCAT_(x, y) \
  RLMESH_STATUS_MACROS_CONCAT_INNER_(x, y)
#define RLMESH_STATUS_MACROS_CONCAT_INNER_(x, y) x##y

#endif  // RLMESH_BASE_STATUS_MACROS_H_
