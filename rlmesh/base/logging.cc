// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/base/logging.h"

#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "glog/logging.h"

namespace rlmesh {
namespace {

constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E3SZ";

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, c));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

class StderrSink : public google::LogSink {
 public:
  explicit StderrSink(bool json) : json_(json) {}

  void send(google::LogSeverity severity, const char* /*full_filename*/,
            const char* base_filename, int line,
            const google::LogMessageTime& time, const char* message,
            size_t message_len) override {
    const std::string text = logging_internal::FormatLine(
        json_, severity,
        absl::FromTimeT(time.timestamp()) + absl::Microseconds(time.usec()),
        base_filename, line, absl::string_view(message, message_len));
    // One write a line, so that lines of several processes do not mix.
    const char* data = text.data();
    size_t left = text.size();
    while (left > 0) {
      const ssize_t n = write(STDERR_FILENO, data, left);
      if (n <= 0) return;  // nobody can be told
      data += n;
      left -= n;
    }
  }

 private:
  const bool json_;
};

}  // namespace

namespace logging_internal {

std::string FormatLine(bool json, int severity, absl::Time time,
                       absl::string_view file, int line,
                       absl::string_view message) {
  static constexpr const char* kNames[] = {"info", "warning", "error", "fatal"};
  const char* level = kNames[severity < 0 || severity > 3 ? 2 : severity];
  const std::string when =
      absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone());
  const std::string source = absl::StrCat(file, ":", line);
  if (json) {
    return absl::StrCat("{\"time\":\"", when, "\",\"level\":\"", level,
                        "\",\"source\":", JsonString(source),
                        ",\"message\":", JsonString(message), "}\n");
  }
  return absl::StrCat(when, " ", level, " ", source, "] ", message, "\n");
}

}  // namespace logging_internal

absl::StatusOr<LogOptions> LogOptions::Parse(absl::string_view text) {
  LogOptions options;
  if (text.empty()) return options;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ',');
  const absl::string_view level = parts[0];
  if (level == "debug") {
    options.level = Level::kDebug;
  } else if (level == "info") {
    options.level = Level::kInfo;
  } else if (level == "warning") {
    options.level = Level::kWarning;
  } else if (level == "error") {
    options.level = Level::kError;
  } else if (level == "off") {
    options.level = Level::kOff;
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "RLMESH_LOG \"", text, "\": unknown level \"", level,
        "\"; write debug, info, warning, error or off, then \",json\" for "
        "JSON lines"));
  }
  if (parts.size() == 2 && parts[1] == "json") {
    options.json = true;
  } else if (parts.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("RLMESH_LOG \"", text,
                     "\": after the level comes \",json\""
                     " or nothing"));
  }
  return options;
}

absl::Status StartLogging(const char* program) {
  const char* text = std::getenv("RLMESH_LOG");
  absl::StatusOr<LogOptions> options =
      LogOptions::Parse(text == nullptr ? "" : text);
  // Logging works all the same, so that the error can be shown.
  StartLogging(program, options.ok() ? *options : LogOptions());
  return options.status();
}

void StartLogging(const char* program, const LogOptions& options) {
  using Level = LogOptions::Level;
  for (int severity = 0; severity < google::NUM_SEVERITIES; ++severity) {
    google::SetLogDestination(severity, "");  // no files
  }
  FLAGS_stderrthreshold = google::NUM_SEVERITIES;  // the sink writes instead
  FLAGS_v = options.level == Level::kDebug ? 1 : 0;
  switch (options.level) {
    case Level::kDebug:
    case Level::kInfo:
      FLAGS_minloglevel = google::GLOG_INFO;
      break;
    case Level::kWarning:
      FLAGS_minloglevel = google::GLOG_WARNING;
      break;
    case Level::kError:
      FLAGS_minloglevel = google::GLOG_ERROR;
      break;
    case Level::kOff:
      FLAGS_minloglevel = google::GLOG_FATAL;
      break;
  }
  google::InitGoogleLogging(program);
  google::AddLogSink(new StderrSink(options.json));  // never removed
}

}  // namespace rlmesh
