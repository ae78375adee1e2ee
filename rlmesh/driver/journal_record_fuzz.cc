// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Parses any bytes as a journal; what is one, written anew, reads the same.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "rlmesh/base/utf8.h"
#include "rlmesh/driver/journal_record.h"

namespace {

std::string Written(const rlmesh::JournalText& journal) {
  std::string text = journal.header.ToLine();
  for (const rlmesh::JournalEntry& entry : journal.entries) {
    text += entry.ToLine();
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<rlmesh::JournalText> journal =
      rlmesh::JournalText::Parse(bytes);
  if (!journal.ok()) {
    CHECK_GE(rlmesh::CountUtf8(journal.status().message()), 0);
    return 0;
  }
  CHECK_LE(journal->whole_bytes, size);
  CHECK_EQ(bytes[journal->whole_bytes - 1], '\n');
  const std::string text = Written(*journal);
  absl::StatusOr<rlmesh::JournalText> again = rlmesh::JournalText::Parse(text);
  CHECK(again.ok()) << text << again.status();
  CHECK_EQ(again->whole_bytes, text.size());
  CHECK_EQ(Written(*again), text);
  return 0;
}
