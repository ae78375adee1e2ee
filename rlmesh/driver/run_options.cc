// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/run_options.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/random.h"

namespace rlmesh {
namespace {

constexpr int kMaxParallel = 64;

absl::Status Refuse(absl::string_view field, absl::string_view value,
                    absl::string_view rule) {
  return absl::InvalidArgumentError(
      absl::StrCat(field, " is ", value, "; ", rule));
}

// A journal that is of other episodes is a mistake of the caller.
absl::Status CheckJournal(const JournalHeader& header,
                          const RunOptions& options) {
  if (!options.seed || *options.seed != header.seed) {
    return Refuse("seed",
                  options.seed ? absl::StrCat(*options.seed) : "not set",
                  absl::StrCat("the journal's is ", header.seed));
  }
  if (options.episodes != header.episodes) {
    return Refuse("episodes", absl::StrCat(options.episodes),
                  absl::StrCat("the journal is for ", header.episodes));
  }
  return absl::OkStatus();
}

}  // namespace

int64_t ChooseSeed() { return static_cast<int64_t>(RandomSeed() & 0x7fffffff); }

absl::Status RunOptions::Validate() const {
  if (episodes < 0) {
    return Refuse("episodes", absl::StrCat(episodes), "it must be 0 or more");
  }
  if (seed && *seed < 0) {
    return Refuse("seed", absl::StrCat(*seed), "it must be 0 or more");
  }
  if (seed && episodes > 0 &&
      *seed > std::numeric_limits<int64_t>::max() - (episodes - 1)) {
    return Refuse(
        "seed", absl::StrCat(*seed),
        absl::StrCat("with ", episodes, " episodes it must be ",
                     std::numeric_limits<int64_t>::max() - (episodes - 1),
                     " or less"));
  }
  if (max_episode_steps < 1) {
    return Refuse("max_episode_steps", absl::StrCat(max_episode_steps),
                  "it must be 1 or more");
  }
  if (max_episode_time <= absl::ZeroDuration()) {
    return Refuse("max_episode_time", absl::FormatDuration(max_episode_time),
                  "it must be above 0");
  }
  if (max_time <= absl::ZeroDuration()) {
    return Refuse("max_time", absl::FormatDuration(max_time),
                  "it must be above 0");
  }
  if (retry.per_episode < 0 || retry.total < 0) {
    return Refuse("retries",
                  absl::StrCat(std::min(retry.per_episode, retry.total)),
                  "it must be 0 or more");
  }
  if (retry.first_delay <= absl::ZeroDuration() ||
      retry.longest_delay < retry.first_delay) {
    return Refuse("first_delay", absl::FormatDuration(retry.first_delay),
                  "it must be above 0 and at most longest_delay");
  }
  if (parallel < 1 || parallel > kMaxParallel) {
    return Refuse("parallel", absl::StrCat(parallel),
                  absl::StrCat("it must be 1 to ", kMaxParallel));
  }
  if (trial_index_base < 0 ||
      trial_index_base > std::numeric_limits<int64_t>::max() - episodes) {
    return Refuse("trial_index_base", absl::StrCat(trial_index_base),
                  "it must be 0 or more, and fit with the episodes");
  }
  if (journal != nullptr) {
    if (absl::Status s = CheckJournal(journal->header(), *this); !s.ok()) {
      return s;
    }
  }
  return session.Validate();
}

}  // namespace rlmesh
