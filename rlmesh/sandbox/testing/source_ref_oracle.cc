// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/sandbox/testing/source_ref_oracle.h"

#include <cstddef>
#include <vector>

#include "rlmesh/base/utf8.h"

namespace rlmesh {
namespace {

using Text = std::vector<char32_t>;

bool IsSpace(char32_t c) {
  return (c >= 9 && c <= 13) || c == 32 || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsNameCharacter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

Text Strip(Text text) {
  while (!text.empty() && IsSpace(text.back())) text.pop_back();
  while (!text.empty() && IsSpace(text.front())) text.erase(text.begin());
  return text;
}

bool AnySpace(const Text& text) {
  for (char32_t c : text) {
    if (IsSpace(c)) return true;
  }
  return false;
}

bool StartsWith(const Text& text, absl::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (text[i] != static_cast<unsigned char>(prefix[i])) return false;
  }
  return true;
}

// Index of the last `c`, or -1.
int Last(const Text& text, char32_t c) {
  for (int i = static_cast<int>(text.size()) - 1; i >= 0; --i) {
    if (text[i] == c) return i;
  }
  return -1;
}

Text Part(const Text& text, size_t begin, size_t end) {
  return Text(text.begin() + begin, text.begin() + end);
}

std::string Encode(const Text& text) {
  std::string out;
  for (char32_t c : text) AppendUtf8(c, &out);
  return out;
}

// The fault of a stripped revision, suite or task; empty: none.
std::string PartFault(const std::string& what, const Text& part) {
  if (AnySpace(part)) return what + " must not contain whitespace";
  if (part.front() == '-') return what + " must not start with '-'";
  return "";
}

std::string NameFault(const std::string& what, const Text& name) {
  const Text stripped = Strip(name);
  if (AnySpace(stripped)) return what + " must not contain whitespace";
  if (!stripped.empty() && stripped.front() == '-') {
    return what + " must not start with '-'";
  }
  for (char32_t c : {name.front(), name.back()}) {
    if (c == '-' || c == '.') return what + " must not start or end with";
  }
  for (size_t i = 1; i < name.size(); ++i) {
    if (name[i] == name[i - 1] && (name[i] == '-' || name[i] == '.')) {
      return what + " must not contain '--' or '..'";
    }
  }
  for (char32_t c : name) {
    if (!IsNameCharacter(c)) return what + " may only contain ASCII";
  }
  return "";
}

void ParseHf(Text rest, OracleSource* source) {
  source->hugging_face = true;
  rest = Strip(rest);
  if (rest.empty()) {
    source->fault = "org/repo";
    return;
  }
  int colon = Last(rest, ':');
  if (colon > 0 && colon + 1 < static_cast<int>(rest.size())) {
    std::vector<Text> parts(1);
    for (size_t i = colon + 1; i < rest.size(); ++i) {
      if (rest[i] == '/') {
        parts.emplace_back();
      } else {
        parts.back().push_back(rest[i]);
      }
    }
    for (Text& part : parts) part = Strip(part);
    if (parts.size() > 2 || parts.front().empty() || parts.back().empty()) {
      source->fault = ":suite/task";
      return;
    }
    source->fault = PartFault("suite", parts[0]);
    source->suite = Encode(parts[0]);
    if (parts.size() == 2) {
      if (source->fault.empty()) source->fault = PartFault("task", parts[1]);
      source->task = Encode(parts[1]);
    }
    if (!source->fault.empty()) return;
    rest = Part(rest, 0, colon);
  }
  int at = Last(rest, '@');
  if (at >= 0) {
    Text revision = Strip(Part(rest, at + 1, rest.size()));
    if (at == 0 || revision.empty()) {
      source->fault = "@revision";
      return;
    }
    source->fault = PartFault("revision", revision);
    if (!source->fault.empty()) return;
    source->revision = Encode(revision);
    rest = Part(rest, 0, at);
  }
  int slashes = 0;
  for (char32_t c : rest) slashes += c == '/';
  int slash = Last(rest, '/');
  if (slashes != 1 || slash == 0 ||
      slash + 1 == static_cast<int>(rest.size())) {
    source->fault = "hf://org/repo";
    return;
  }
  source->fault = NameFault("owner", Part(rest, 0, slash));
  if (source->fault.empty()) {
    source->fault = NameFault("repo", Part(rest, slash + 1, rest.size()));
  }
  source->repo = Encode(rest);
}

}  // namespace

OracleSource OracleParse(absl::string_view bytes) {
  OracleSource source;
  Text text;
  while (!bytes.empty()) {
    char32_t c;
    if (!ConsumeUtf8(&bytes, &c)) {
      source.fault = "UTF-8";
      return source;
    }
    text.push_back(c);
  }
  for (char32_t c : text) {
    if (c == 0) source.fault = "NUL";
  }
  if (!source.fault.empty()) return source;
  text = Strip(text);
  if (text.empty()) {
    source.fault = "must not be empty";
  } else if (StartsWith(text, "hf://")) {
    ParseHf(Part(text, 5, text.size()), &source);
  } else if (StartsWith(text, "gym://")) {
    text = Strip(Part(text, 6, text.size()));
    if (text.empty()) source.fault = "environment id";
    source.env_id = Encode(text);
  } else {
    for (size_t i = 0; i < text.size(); ++i) {
      if (StartsWith(Part(text, i, text.size()), "://")) {
        source.fault = "unsupported sandbox source";
      }
    }
    source.env_id = Encode(text);
  }
  return source;
}

}  // namespace rlmesh
