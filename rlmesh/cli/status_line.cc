// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/status_line.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "rlmesh/base/foreign_text.h"

namespace rlmesh {
namespace {

constexpr size_t kDetailWidth = 72;

}  // namespace

StatusLine::StatusLine(std::string program, bool terminal, std::ostream* out)
    : program_(std::move(program)), terminal_(terminal), out_(out) {}

StatusLine::~StatusLine() {
  absl::MutexLock lock(&mu_);
  Wipe();
  out_->flush();
}

void StatusLine::Say(absl::string_view text) {
  absl::MutexLock lock(&mu_);
  Wipe();
  *out_ << program_ << ": " << ForTerminal(text) << "\n" << std::flush;
}

void StatusLine::Detail(absl::string_view text) {
  if (!terminal_) return;
  std::string line;
  for (char c : text.substr(0, kDetailWidth)) {
    // What a program printed could move the cursor.
    line.push_back(absl::ascii_isprint(c) ? c : '?');
  }
  absl::MutexLock lock(&mu_);
  Wipe();
  *out_ << "  " << line << std::flush;
  shown_ = true;
}

void StatusLine::Wipe() {
  if (shown_) *out_ << "\r\x1b[K";
  shown_ = false;
}

}  // namespace rlmesh
