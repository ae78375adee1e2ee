// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Parses any bytes; what is a source prints a form that parses to itself.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "rlmesh/sandbox/source_ref.h"
#include "rlmesh/sandbox/testing/source_ref_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view text(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<rlmesh::SourceRef> ref = rlmesh::SourceRef::Parse(text);
  CHECK_EQ(ref.ok(), rlmesh::OracleParse(text).fault.empty());
  if (ref.ok()) CHECK(*rlmesh::SourceRef::Parse(ref->ToString()) == *ref);
  return 0;
}
