// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Reads any bytes as a metadata map. One that parses keeps its meaning when it
// is written and read again, and takes warnings without losing anything else.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "glog/logging.h"
#include "google/protobuf/stubs/logging.h"
#include "rlmesh/proto/spaces/v1/meta.pb.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/meta.h"

namespace rlmesh {
namespace {

void TryWarnings(absl::string_view bytes, const spaces::v1::MetaMap& before) {
  const std::vector<Deviation> deviations(2);
  MetaBytes warned(bytes);
  CHECK(AppendConformanceWarnings("action", deviations, &warned).ok());
  absl::StatusOr<spaces::v1::MetaMap> after = ParseMeta(warned);
  CHECK(after.ok()) << after.status();
  const auto found = after->entries().find(kConformanceKey);
  CHECK(found != after->entries().end());
  CHECK_GE(found->second.list().items_size(), 2);
  // All else is as it was.
  spaces::v1::MetaMap rest = before;
  rest.mutable_entries()->erase(kConformanceKey);
  after->mutable_entries()->erase(kConformanceKey);
  CHECK(SerializeMeta(rest) == SerializeMeta(*after));
}

void Try(absl::string_view bytes) {
  const absl::optional<bool> success = SuccessOf(bytes);
  absl::StatusOr<spaces::v1::MetaMap> map = ParseMeta(bytes);
  if (!map.ok()) {
    CHECK(!success.has_value());
    std::string unchanged(bytes);
    CHECK(!AppendConformanceWarnings("action", {Deviation()}, &unchanged).ok());
    CHECK(unchanged == bytes);
    return;
  }
  const MetaBytes written = SerializeMeta(*map);
  absl::StatusOr<spaces::v1::MetaMap> again = ParseMeta(written);
  CHECK(again.ok()) << again.status();
  CHECK(SerializeMeta(*again) == written);
  CHECK(SuccessOf(written) == success);
  TryWarnings(bytes, *map);
}

}  // namespace
}  // namespace rlmesh

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  google::protobuf::SetLogHandler(nullptr);  // it reports each broken text
  rlmesh::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
