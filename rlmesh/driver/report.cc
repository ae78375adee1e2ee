// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/report.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rlmesh/driver/telemetry.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

struct Column {
  std::string title;
  bool right = true;  // numbers
  std::vector<std::string> cells;
};

std::string FormatColumns(const std::vector<Column>& columns, size_t rows) {
  std::vector<size_t> widths;
  for (const Column& column : columns) {
    size_t width = column.title.size();
    for (const std::string& cell : column.cells) {
      width = std::max(width, cell.size());
    }
    widths.push_back(width);
  }
  std::string out;
  for (size_t row = 0; row <= rows; ++row) {
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string& cell =
          row == 0 ? columns[i].title : columns[i].cells[row - 1];
      const std::string padding(widths[i] - cell.size(), ' ');
      absl::StrAppend(&line, i == 0 ? "" : "  ",
                      columns[i].right ? padding + cell : cell + padding);
    }
    absl::StrAppend(&out, line.substr(0, line.find_last_not_of(' ') + 1), "\n");
  }
  return out;
}

std::string SuccessText(const absl::optional<bool>& success) {
  return success ? (*success ? "yes" : "no") : "-";
}

std::string Counted(int64_t n, absl::string_view noun) {
  return absl::StrCat(n, " ", noun, n == 1 ? "" : "s");
}

}  // namespace

std::string FormatTable(const RunResult& result) {
  const size_t kSuccess = 5;
  std::vector<Column> columns(7);
  columns[0].title = "episode";
  columns[1].title = "seed";
  columns[2].title = "steps";
  columns[3].title = "reward";
  columns[4] = {"end", /*right=*/false, {}};
  columns[kSuccess] = {"success", /*right=*/false, {}};
  columns[6].title = "seconds";
  bool any_success = false;
  int64_t successes = 0;
  for (const EpisodeResult& e : result.episodes) {
    columns[0].cells.push_back(absl::StrCat(e.index));
    columns[1].cells.push_back(absl::StrCat(e.seed));
    columns[2].cells.push_back(absl::StrCat(e.steps));
    columns[3].cells.push_back(absl::StrFormat("%g", e.reward));
    columns[4].cells.push_back(std::string(NameOf(e.end)));
    columns[kSuccess].cells.push_back(SuccessText(e.success));
    columns[6].cells.push_back(
        absl::StrFormat("%.3f", absl::ToDoubleSeconds(e.duration)));
    any_success |= e.success.has_value();
    successes += e.success.value_or(false);
  }
  if (!any_success) columns.erase(columns.begin() + kSuccess);

  const double seconds = absl::ToDoubleSeconds(result.duration);
  std::string out;
  if (!result.episodes.empty()) {
    out = FormatColumns(columns, result.episodes.size());
  }
  absl::StrAppend(&out, Counted(result.episodes.size(), "episode"), ", ",
                  Counted(result.total_steps(), "step"),
                  absl::StrFormat(", mean reward %g, %.3f s",
                                  result.mean_reward(), seconds));
  if (seconds > 0) {
    absl::StrAppend(&out, absl::StrFormat(", %.0f steps/s",
                                          result.total_steps() / seconds));
  }
  if (any_success) {
    absl::StrAppend(&out, ", ", successes, " of ", result.episodes.size(),
                    " succeeded");
  }
  absl::StrAppend(&out, "\n");
  return out;
}

std::string FormatJson(const RunResult& result) {
  Json episodes = Json::array();
  for (const EpisodeResult& e : result.episodes) {
    Json success;  // null
    if (e.success) success = *e.success;
    episodes.push_back({{"index", e.index},
                        {"seed", e.seed},
                        {"steps", e.steps},
                        {"reward", e.reward},
                        {"terminated", e.terminated},
                        {"truncated", e.truncated},
                        {"success", success},
                        {"seconds", absl::ToDoubleSeconds(e.duration)}});
  }
  Json totals = {{"episodes", result.episodes.size()},
                 {"steps", result.total_steps()},
                 {"reward", result.total_reward()},
                 {"mean_reward", result.mean_reward()},
                 {"terminated", result.terminated()},
                 {"truncated", result.truncated()},
                 {"seconds", absl::ToDoubleSeconds(result.duration)}};
  Json report = {{"episodes", episodes}, {"totals", totals}};
  for (const TelemetryRow& row : result.telemetry) {
    report["telemetry"].push_back({{"op", row.op},
                                   {"component", row.component},
                                   {"metric", row.metric},
                                   {"unit", row.unit},
                                   {"count", row.count},
                                   {"avg", row.avg},
                                   {"p50", row.p50},
                                   {"p95", row.p95},
                                   {"p99", row.p99}});
  }
  return PrintJson(report);
}

}  // namespace rlmesh
