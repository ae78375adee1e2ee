// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What is written down of a run, as text.

#ifndef RLMESH_DRIVER_JOURNAL_RECORD_H_
#define RLMESH_DRIVER_JOURNAL_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/driver/episode.h"

namespace rlmesh {

// What is played: the first line. Two runs of equal settings and seed have
// equal episodes, as far as they have them both. Value type.
struct JournalHeader {
  int64_t seed = 0;  // of episode 0
  // How many are to be played; more may be played in the end.
  int64_t episodes = 0;
  // Whatever else decides what an episode is, by the name of its option:
  // {"source", "gym://CartPole-v1"}. One that is not here has its default.
  std::map<std::string, std::string> settings;

  // The line, with its newline.
  std::string ToLine() const;
};

// A finished episode, and how long the run had taken by then.
struct JournalEntry {
  EpisodeResult episode;
  absl::Duration elapsed;

  // The line, with its newline.
  std::string ToLine() const;
};

// The line that says that there are to be `episodes`, more than were planned.
std::string ExtensionLine(int64_t episodes);

// All of a journal, read.
struct JournalText {
  JournalHeader header;  // its episodes: with the extensions
  std::vector<JournalEntry> entries;
  // How much of the text is whole lines. What is behind was cut short by a kill
  // or a full disk, and counts for nothing.
  size_t whole_bytes = 0;

  // Takes foreign bytes: at most kMaxBytes, UTF-8, lines of at most
  // kMaxLineBytes. Members it does not know are passed over. InvalidArgument
  // names the line and what is wrong with it: a broken line before the end, an
  // episode twice, one with another seed than its index says, one beyond the
  // plan.
  static absl::StatusOr<JournalText> Parse(absl::string_view text);

  static constexpr size_t kMaxBytes = size_t{256} << 20;
  static constexpr size_t kMaxLineBytes = size_t{1} << 20;
};

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_JOURNAL_RECORD_H_
