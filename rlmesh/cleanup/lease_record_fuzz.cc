// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Parses any bytes as a lease; what is one prints a text that reads the same.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "rlmesh/cleanup/lease_record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::StatusOr<rlmesh::LeaseRecord> record = rlmesh::LeaseRecord::Parse(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!record.ok()) return 0;
  const std::string json = record->ToJson();
  CHECK_EQ(rlmesh::LeaseRecord::Parse(json)->ToJson(), json);
  return 0;
}
