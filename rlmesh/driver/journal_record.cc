// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/journal_record.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

constexpr char kFormat[] = "rlmesh_journal";
constexpr int64_t kVersion = 1;
constexpr int64_t kMaxInt = std::numeric_limits<int64_t>::max();
// The most seconds that fit a duration with room to add.
constexpr double kMaxSeconds = 1e9;

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

std::string Quoted(const Json& json) {
  std::string text = PrintJson(json);
  if (text.size() > 80) text = absl::StrCat(text.substr(0, 77), "...");
  return text;
}

// JSON has no NaN and no infinities; rewards may.
Json NumberToJson(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  return value;
}

absl::Status ReadNumber(const Json& line, const char* key, double* value) {
  const Json* member = FindMember(line, key);
  if (member == nullptr) return Bad(absl::StrCat("there is no ", key));
  if (member->is_number()) {
    *value = member->get<double>();
  } else if (*member == "nan") {
    *value = std::numeric_limits<double>::quiet_NaN();
  } else if (*member == "inf" || *member == "-inf") {
    *value = std::numeric_limits<double>::infinity();
    if (*member == "-inf") *value = -*value;
  } else {
    return Bad(absl::StrCat(key, " is ", Quoted(*member), ", no number"));
  }
  return absl::OkStatus();
}

absl::Status ReadSeconds(const Json& line, const char* key,
                         absl::Duration* value) {
  double seconds = 0;
  RLMESH_RETURN_IF_ERROR(ReadNumber(line, key, &seconds));
  if (!(seconds >= 0 && seconds <= kMaxSeconds)) {
    return Bad(absl::StrCat(key, " is ", seconds, ", out of range"));
  }
  *value = absl::Seconds(seconds);
  return absl::OkStatus();
}

absl::Status ReadCount(const Json& line, const char* key, int64_t* value) {
  const Json* member = FindMember(line, key);
  if (member == nullptr) return Bad(absl::StrCat("there is no ", key));
  const bool fits =
      member->is_number_unsigned()
          ? member->get<uint64_t>() <= static_cast<uint64_t>(kMaxInt)
          : member->is_number_integer() && member->get<int64_t>() >= 0;
  if (!fits) {
    return Bad(absl::StrCat(key, " is ", Quoted(*member),
                            "; it must be an integer of 0 or more"));
  }
  *value = member->get<int64_t>();
  return absl::OkStatus();
}

absl::Status ReadBool(const Json& line, const char* key, bool* value) {
  const Json* member = FindMember(line, key);
  if (member == nullptr || !member->is_boolean()) {
    return Bad(absl::StrCat(key, " is not true or false"));
  }
  *value = member->get<bool>();
  return absl::OkStatus();
}

absl::StatusOr<JournalHeader> ReadHeader(const Json& line) {
  const Json* version = FindMember(line, kFormat);
  if (version == nullptr) {
    return Bad(absl::StrCat("it is no journal of a run: \"", kFormat,
                            "\" is missing"));
  }
  if (*version != kVersion) {
    return Bad(absl::StrCat("it is a journal of format ", Quoted(*version),
                            "; this program reads ", kVersion));
  }
  JournalHeader header;
  RLMESH_RETURN_IF_ERROR(ReadCount(line, "seed", &header.seed));
  RLMESH_RETURN_IF_ERROR(ReadCount(line, "episodes", &header.episodes));
  const Json* settings = FindMember(line, "settings");
  if (settings == nullptr || !settings->is_object()) {
    return Bad("there is no object \"settings\"");
  }
  for (const auto& [name, value] : settings->items()) {
    if (!value.is_string()) {
      return Bad(absl::StrCat("the setting ", Quoted(name), " is no text"));
    }
    header.settings[name] = value.get<std::string>();
  }
  return header;
}

absl::StatusOr<JournalEntry> ReadEntry(const Json& line) {
  JournalEntry entry;
  EpisodeResult& episode = entry.episode;
  RLMESH_RETURN_IF_ERROR(ReadCount(line, "index", &episode.index));
  RLMESH_RETURN_IF_ERROR(ReadCount(line, "seed", &episode.seed));
  RLMESH_RETURN_IF_ERROR(ReadCount(line, "steps", &episode.steps));
  RLMESH_RETURN_IF_ERROR(ReadNumber(line, "reward", &episode.reward));
  RLMESH_RETURN_IF_ERROR(ReadBool(line, "terminated", &episode.terminated));
  RLMESH_RETURN_IF_ERROR(ReadBool(line, "truncated", &episode.truncated));
  RLMESH_RETURN_IF_ERROR(ReadSeconds(line, "seconds", &episode.duration));
  RLMESH_RETURN_IF_ERROR(ReadSeconds(line, "elapsed", &entry.elapsed));
  RLMESH_RETURN_IF_ERROR(ReadCount(line, "retries", &episode.retries));
  const Json* end = FindMember(line, "end");
  const absl::optional<EpisodeEnd> named =
      end != nullptr && end->is_string()
          ? EpisodeEndOf(end->get_ref<const std::string&>())
          : absl::nullopt;
  if (!named) return Bad("its end is none that there is");
  episode.end = *named;
  const Json* success = FindMember(line, "success");
  if (success != nullptr && !success->is_null()) {
    if (!success->is_boolean()) return Bad("success is not true or false");
    episode.success = success->get<bool>();
  }
  return entry;
}

// Checks an entry against what came before it.
absl::Status CheckEntry(const JournalHeader& header,
                        const EpisodeResult& episode,
                        absl::flat_hash_set<int64_t>* seen) {
  if (episode.index >= header.episodes) {
    return Bad(absl::StrCat("episode ", episode.index, " is beyond the ",
                            header.episodes, " that are planned"));
  }
  if (episode.seed - episode.index != header.seed) {
    return Bad(absl::StrCat("episode ", episode.index, " has the seed ",
                            episode.seed, "; the run's begin at ",
                            header.seed));
  }
  if (!seen->insert(episode.index).second) {
    return Bad(absl::StrCat("episode ", episode.index, " is there twice"));
  }
  return absl::OkStatus();
}

// A line that is not the first.
absl::Status ReadLine(const Json& line, JournalText* journal,
                      absl::flat_hash_set<int64_t>* seen) {
  if (FindMember(line, "index") == nullptr) {
    int64_t episodes = 0;
    RLMESH_RETURN_IF_ERROR(ReadCount(line, "episodes", &episodes));
    if (episodes <= journal->header.episodes) {
      return Bad(absl::StrCat(episodes, " episodes are no more than the ",
                              journal->header.episodes, " that were planned"));
    }
    journal->header.episodes = episodes;
    return absl::OkStatus();
  }
  RLMESH_ASSIGN_OR_RETURN(JournalEntry entry, ReadEntry(line));
  RLMESH_RETURN_IF_ERROR(CheckEntry(journal->header, entry.episode, seen));
  journal->entries.push_back(std::move(entry));
  return absl::OkStatus();
}

}  // namespace

std::string JournalHeader::ToLine() const {
  return absl::StrCat(PrintJson({{kFormat, kVersion},
                                 {"seed", seed},
                                 {"episodes", episodes},
                                 {"settings", settings}}),
                      "\n");
}

std::string JournalEntry::ToLine() const {
  Json success;  // null
  if (episode.success) success = *episode.success;
  return absl::StrCat(
      PrintJson({{"index", episode.index},
                 {"seed", episode.seed},
                 {"steps", episode.steps},
                 {"reward", NumberToJson(episode.reward)},
                 {"end", std::string(NameOf(episode.end))},
                 {"terminated", episode.terminated},
                 {"truncated", episode.truncated},
                 {"success", success},
                 {"seconds", absl::ToDoubleSeconds(episode.duration)},
                 {"retries", episode.retries},
                 {"elapsed", absl::ToDoubleSeconds(elapsed)}}),
      "\n");
}

std::string ExtensionLine(int64_t episodes) {
  return absl::StrCat(PrintJson({{"episodes", episodes}}), "\n");
}

absl::StatusOr<JournalText> JournalText::Parse(absl::string_view text) {
  if (text.size() > kMaxBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "it has ", text.size(), " bytes; at most ", kMaxBytes, " are read"));
  }
  JournalText journal;
  JsonLimits limits;
  limits.max_bytes = kMaxLineBytes;
  limits.max_depth = 8;
  limits.max_values = 10000;
  absl::flat_hash_set<int64_t> seen;
  int64_t number = 0;
  for (size_t end; (end = text.find('\n', journal.whole_bytes)) != text.npos;
       journal.whole_bytes = end + 1) {
    ++number;
    absl::StatusOr<Json> line = ParseJson(
        text.substr(journal.whole_bytes, end - journal.whole_bytes), limits);
    absl::Status read = line.status();
    if (read.ok() && number == 1) {
      absl::StatusOr<JournalHeader> header = ReadHeader(*line);
      read = header.status();
      if (header.ok()) journal.header = *std::move(header);
    } else if (read.ok()) {
      read = ReadLine(*line, &journal, &seen);
    }
    if (!read.ok()) {
      return Bad(absl::StrCat("line ", number, ": ", read.message()));
    }
  }
  if (number == 0) {
    return Bad("it is no journal of a run: not one line is whole");
  }
  return journal;
}

}  // namespace rlmesh
