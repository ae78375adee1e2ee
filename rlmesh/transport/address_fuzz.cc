// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Parses any bytes as an address: what is accepted parses to itself, and what
// is refused says so in text that can be shown.

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/transport/address.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using rlmesh::Address;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto parse : {Address::ForConnect, Address::ForBind}) {
    const absl::StatusOr<Address> address = parse(text);
    if (!address.ok()) {
      CHECK_GE(rlmesh::CountUtf8(address.status().message()), 0);
      continue;
    }
    const absl::StatusOr<Address> again = parse(address->ToString());
    CHECK(again.ok()) << again.status();
    CHECK(*again == *address) << address->ToString();
  }
  return 0;
}
