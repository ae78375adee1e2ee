// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Where the time of a run goes.

#ifndef RLMESH_DRIVER_TELEMETRY_H_
#define RLMESH_DRIVER_TELEMETRY_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rlmesh/driver/histogram.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {

// One thing that was measured. Milliseconds are of this process's calls: for a
// remote side, the way there and back is in them.
struct TelemetryRow {
  std::string op;         // "env.step"
  std::string component;  // "rpc", "request", "response"
  std::string metric;     // "total", "bytes"
  std::string unit;       // "ms", "bytes"
  uint64_t count = 0;
  double avg = 0, p50 = 0, p95 = 0, p99 = 0;
};

// What one session measures. Recording allocates nothing. Not thread-safe: each
// session has its own, merged in the end.
//
//   env.reset, env.step, model.predict   rpc.total, request.bytes,
//                                        response.bytes (of the values)
//   runner.round                         rpc.total: from step to step
//
// Example:
//   telemetry.AddCall(Telemetry::kStep, elapsed, action, observation);
//   FormatTelemetry(telemetry.Rows());
class Telemetry {
 public:
  enum Op { kReset, kStep, kPredict, kRound, kOps };

  void AddCall(Op op, absl::Duration elapsed, ValueView request,
               ValueView response);
  void AddTime(Op op, absl::Duration elapsed);
  void Merge(const Telemetry& other);

  // Of what was measured at all.
  std::vector<TelemetryRow> Rows() const;

 private:
  struct Series {
    Histogram nanos, request, response;
  };
  std::array<Series, kOps> series_;
};

// A table with one line a row, or one line that says that there is none.
std::string FormatTelemetry(const std::vector<TelemetryRow>& rows);

}  // namespace rlmesh

#endif  // RLMESH_DRIVER_TELEMETRY_H_
