// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/session/session_slots.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rlmesh {
namespace {

constexpr size_t kNamed = 8;  // holders in a message

// A client by its address, of which gRPC knows no more than "unix:" for those
// on a Unix socket, and by its time.
std::string Describe(absl::string_view holder) {
  const bool is_unix = holder.empty() || holder == "unix:";
  return absl::StrCat(
      is_unix ? "a client on the Unix socket" : holder, " (since ",
      absl::FormatTime("%H:%M:%S UTC", absl::Now(), absl::UTCTimeZone()), ")");
}

}  // namespace

absl::StatusOr<uint64_t> SessionSlots::Take(absl::string_view holder) {
  absl::MutexLock lock(&mu_);
  if (holders_.size() < static_cast<size_t>(limit_)) {
    holders_.emplace(next_, Describe(holder));
    return next_++;
  }
  if (limit_ == 1) {
    return absl::FailedPreconditionError(absl::StrCat(
        served_,
        " already has an active Join session; only one client may be connected "
        "at a time, and that is ",
        holders_.begin()->second));
  }
  std::vector<std::string> names;
  for (const auto& [slot, name] : holders_) {
    if (names.size() < kNamed) names.push_back(name);
  }
  if (holders_.size() > kNamed) {
    names.push_back(absl::StrCat(holders_.size() - kNamed, " more"));
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      "all ", limit_, " sessions of this ", served_, " are taken, by ",
      absl::StrJoin(names, ", "),
      "; close one, or start the server with a larger --max_sessions"));
}

void SessionSlots::Free(uint64_t slot) {
  absl::MutexLock lock(&mu_);
  holders_.erase(slot);
}

}  // namespace rlmesh
