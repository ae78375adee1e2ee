// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_command_options.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cli/policy_flag.h"

namespace rlmesh {
namespace {

// An option that decides what an episode is, as a journal has it: its text is
// empty for the default.
struct Setting {
  const char* flag;  // its name there; the argument is "source"
  std::string (*get)(const RunCommandOptions&);
  // False for a text that is none.
  bool (*set)(const std::string&, RunCommandOptions*);
};

std::string CountOrDefault(int64_t value, int64_t normal) {
  return value == normal ? "" : absl::StrCat(value);
}

bool SetCount(const std::string& text, int64_t normal, int64_t* value) {
  *value = normal;
  return text.empty() || absl::SimpleAtoi(text, value);
}

const Setting kSettings[] = {
    {"source", [](const RunCommandOptions& o) { return o.source; },
     [](const std::string& text, RunCommandOptions* o) {
       o->source = text;
       return !text.empty();
     }},
    {"policy", [](const RunCommandOptions& o) { return o.policy; },
     [](const std::string& text, RunCommandOptions* o) {
       o->policy = text;
       return true;
     }},
    {"package",
     [](const RunCommandOptions& o) {
       return absl::StrJoin(o.process.packages, ",");
     },
     [](const std::string& text, RunCommandOptions* o) {
       o->process.packages = SplitRequirements(text);
       return true;
     }},
    {"requirements",
     [](const RunCommandOptions& o) { return o.process.requirements_file; },
     [](const std::string& text, RunCommandOptions* o) {
       o->process.requirements_file = text;
       return true;
     }},
    {"import",
     [](const RunCommandOptions& o) {
       return absl::StrJoin(o.process.imports, ",");
     },
     [](const std::string& text, RunCommandOptions* o) {
       o->process.imports = SplitNames(text);
       return true;
     }},
    {"kwargs", [](const RunCommandOptions& o) { return o.process.kwargs; },
     [](const std::string& text, RunCommandOptions* o) {
       o->process.kwargs = text;
       return true;
     }},
    {"max_episode_steps",
     [](const RunCommandOptions& o) {
       return CountOrDefault(o.max_episode_steps, 100000);
     },
     [](const std::string& text, RunCommandOptions* o) {
       return SetCount(text, 100000, &o->max_episode_steps);
     }},
    {"execution_horizon",
     [](const RunCommandOptions& o) {
       return CountOrDefault(o.execution_horizon, 1);
     },
     [](const std::string& text, RunCommandOptions* o) {
       o->execution_horizon = 1;
       return text.empty() || absl::SimpleAtoi(text, &o->execution_horizon);
     }},
    {"prefetch_lead",
     [](const RunCommandOptions& o) {
       return CountOrDefault(o.prefetch_lead, 0);
     },
     [](const std::string& text, RunCommandOptions* o) {
       o->prefetch_lead = 0;
       return text.empty() || absl::SimpleAtoi(text, &o->prefetch_lead);
     }},
    {"trial_index_base",
     [](const RunCommandOptions& o) {
       return CountOrDefault(o.trial_index_base, 0);
     },
     [](const std::string& text, RunCommandOptions* o) {
       return SetCount(text, 0, &o->trial_index_base);
     }},
    {"max_episode_seconds",
     [](const RunCommandOptions& o) {
       return o.max_episode_time == absl::InfiniteDuration()
                  ? ""
                  : absl::FormatDuration(o.max_episode_time);
     },
     [](const std::string& text, RunCommandOptions* o) {
       o->max_episode_time = absl::InfiniteDuration();
       return text.empty() || absl::ParseDuration(text, &o->max_episode_time);
     }},
};

}  // namespace

absl::Status RunCommandOptions::Validate() const {
  if (!journal.empty() && !resume.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--journal begins a journal and --resume=", resume,
        " goes on with one, and writes it too; leave --journal out"));
  }
  if (runtime == "docker") {
    return absl::InvalidArgumentError(
        "--runtime=docker is not in this build; use --runtime=process");
  }
  if (runtime != "auto" && runtime != "process") {
    return absl::InvalidArgumentError(
        absl::StrCat("--runtime=", runtime,
                     " is none of auto, process; write --runtime=process"));
  }
  RLMESH_RETURN_IF_ERROR(ParsePolicyFlag(policy).status());
  RLMESH_RETURN_IF_ERROR(process.Validate());
  return PlayOptions().Validate();
}

RunOptions RunCommandOptions::PlayOptions() const {
  RunOptions run;
  run.episodes = episodes;
  run.seed = seed;
  run.max_episode_steps = max_episode_steps;
  run.max_episode_time = max_episode_time;
  run.max_time = timeout;
  run.session.reset_timeout = process.reset_timeout;
  run.session.step_timeout = process.step_timeout;
  run.session.predict_timeout = predict_timeout;
  run.session.execution_horizon = execution_horizon;
  run.session.prefetch_lead = prefetch_lead;
  run.on_fault = on_fault;
  run.telemetry = telemetry;
  run.retry.per_episode = retries;
  run.retry.total = total_retries;
  run.parallel = parallel;
  run.trial_index_base = trial_index_base;
  return run;
}

JournalHeader RunCommandOptions::Header() const {
  JournalHeader header;
  header.seed = *seed;
  header.episodes = episodes;
  for (const Setting& setting : kSettings) {
    std::string text = setting.get(*this);
    if (!text.empty()) header.settings[setting.flag] = std::move(text);
  }
  return header;
}

absl::Status RunCommandOptions::TakeOver(const JournalHeader& header) {
  if (given.count("seed") == 0) seed = header.seed;
  if (given.count("episodes") == 0) episodes = header.episodes;
  for (const Setting& setting : kSettings) {
    const bool is_source = setting.flag == std::string("source");
    if (is_source ? !source.empty() : given.count(setting.flag) > 0) continue;
    const auto found = header.settings.find(setting.flag);
    const std::string text =
        found == header.settings.end() ? "" : found->second;
    if (!setting.set(text, this)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "its ", setting.flag, " is \"", text, "\", which no run takes"));
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> SplitNames(absl::string_view text) {
  std::vector<std::string> names;
  for (absl::string_view name : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    names.emplace_back(absl::StripAsciiWhitespace(name));
  }
  return names;
}

std::vector<std::string> SplitRequirements(absl::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  std::string part;
  const auto end_part = [&] {
    const std::string trimmed(absl::StripAsciiWhitespace(part));
    part.clear();
    if (trimmed.empty()) return;
    if (!parts.empty() &&
        absl::string_view("<>=!~").find(trimmed[0]) != std::string::npos) {
      absl::StrAppend(&parts.back(), ",", trimmed);
    } else {
      parts.push_back(trimmed);
    }
  };
  for (char c : text) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (c == ',' && depth <= 0) {
      end_part();
    } else {
      part.push_back(c);
    }
  }
  end_part();
  return parts;
}

}  // namespace rlmesh
