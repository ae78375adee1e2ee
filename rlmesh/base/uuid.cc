// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/uuid.h"

#include <sys/random.h>

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace rlmesh {

std::string NewUuid7(absl::Time now) {
  unsigned char bytes[16];
  PCHECK(getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes));
  const uint64_t millis = static_cast<uint64_t>(absl::ToUnixMillis(now));
  for (int i = 0; i < 6; ++i) bytes[i] = millis >> (40 - 8 * i);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);  // version 7
  bytes[8] = 0x80 | (bytes[8] & 0x3f);  // RFC 9562's variant
  const std::string hex = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<char*>(bytes), sizeof(bytes)));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-",
                      hex.substr(12, 4), "-", hex.substr(16, 4), "-",
                      hex.substr(20));
}

}  // namespace rlmesh
