// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/telemetry.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rlmesh {
namespace {

constexpr const char* kNames[] = {"env.reset", "env.step", "model.predict",
                                  "runner.round"};
constexpr double kNanosPerMilli = 1e6;

uint64_t BytesOf(ValueView value) {
  uint64_t bytes = 0;
  for (absl::string_view leaf : value.leaves()) bytes += leaf.size();
  return bytes;
}

void AddRow(const char* op, const char* component, const char* metric,
            const char* unit, double scale, const Histogram& histogram,
            std::vector<TelemetryRow>* rows) {
  if (histogram.count() == 0) return;
  rows->push_back({op, component, metric, unit, histogram.count(),
                   histogram.Average() / scale, histogram.Quantile(0.5) / scale,
                   histogram.Quantile(0.95) / scale,
                   histogram.Quantile(0.99) / scale});
}

}  // namespace

void Telemetry::AddTime(Op op, absl::Duration elapsed) {
  // The clock may have been set back.
  series_[op].nanos.Add(
      std::max<int64_t>(0, absl::ToInt64Nanoseconds(elapsed)));
}

void Telemetry::AddCall(Op op, absl::Duration elapsed, ValueView request,
                        ValueView response) {
  AddTime(op, elapsed);
  series_[op].request.Add(BytesOf(request));
  series_[op].response.Add(BytesOf(response));
}

void Telemetry::Merge(const Telemetry& other) {
  for (int op = 0; op < kOps; ++op) {
    series_[op].nanos.Merge(other.series_[op].nanos);
    series_[op].request.Merge(other.series_[op].request);
    series_[op].response.Merge(other.series_[op].response);
  }
}

std::vector<TelemetryRow> Telemetry::Rows() const {
  std::vector<TelemetryRow> rows;
  for (int op = 0; op < kOps; ++op) {
    const Series& series = series_[op];
    AddRow(kNames[op], "rpc", "total", "ms", kNanosPerMilli, series.nanos,
           &rows);
    AddRow(kNames[op], "request", "bytes", "bytes", 1, series.request, &rows);
    AddRow(kNames[op], "response", "bytes", "bytes", 1, series.response, &rows);
  }
  return rows;
}

std::string FormatTelemetry(const std::vector<TelemetryRow>& rows) {
  if (rows.empty()) return "no telemetry\n";
  constexpr char kLine[] =
      "%-13s  %-14s  %-5s  %-8s  %-10s  %-10s  %-10s  %s\n";
  std::string text = absl::StrFormat(kLine, "op", "metric", "unit", "count",
                                     "avg", "p50", "p95", "p99");
  const auto number = [](double value) {
    return absl::StrFormat("%.2f", value);
  };
  for (const TelemetryRow& row : rows) {
    absl::StrAppendFormat(&text, kLine, row.op,
                          absl::StrCat(row.component, ".", row.metric),
                          row.unit, absl::StrCat(row.count), number(row.avg),
                          number(row.p50), number(row.p95), number(row.p99));
  }
  return text;
}

}  // namespace rlmesh
