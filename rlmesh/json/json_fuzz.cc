// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Parses any bytes; what is JSON has one spelling, which parses to the same
// value.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<rlmesh::Json> json = rlmesh::ParseJson(text);
  if (!json.ok()) {
    CHECK_GE(rlmesh::CountUtf8(json.status().message()), 0);
    return 0;
  }
  CHECK_GE(rlmesh::CountUtf8(text), 0);
  const std::string spelling = rlmesh::PrintJson(*json);
  const absl::StatusOr<rlmesh::Json> again = rlmesh::ParseJson(spelling);
  CHECK(again.ok()) << spelling << again.status();
  CHECK(*again == *json) << spelling;
  CHECK_EQ(rlmesh::PrintJson(*again), spelling);
  return 0;
}
