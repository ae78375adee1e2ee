// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/json/json.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/utf8.h"

namespace rlmesh {
namespace {

// The longest message of the parser that is passed on.
constexpr size_t kMaxMessage = 300;

// Puts the value together as the parser reports its parts, and counts them.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t&) override {
    return Add(value);
  }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // not in JSON texts

  bool start_object(size_t) override { return Begin(Json::object()); }
  bool start_array(size_t) override { return Begin(Json::array()); }
  bool end_object() override { return End(); }
  bool end_array() override { return End(); }

  bool key(string_t& key) override {
    if (open_.back()->contains(key)) {
      status_ = absl::InvalidArgumentError(
          absl::StrCat("JSON: key ", QuoteText(key, kMaxMessage),
                       " stands twice in one object"));
      return false;
    }
    key_ = std::move(key);
    return true;
  }

  bool parse_error(size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    absl::string_view message = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
    const size_t tag = message.find("] ");
    if (absl::StartsWith(message, "[json.") && tag != message.npos) {
      message.remove_prefix(tag + 2);
    }
    message = Utf8Prefix(message, kMaxMessage);
    // The message quotes the text, whatever bytes it has.
    status_ = absl::InvalidArgumentError(absl::StrCat(
        "JSON: ", CountUtf8(message) < 0 ? absl::CHexEscape(message)
                                         : std::string(message)));
    return false;
  }

  const absl::Status& status() const { return status_; }
  Json TakeResult() { return std::move(result_); }

 private:
  Json* Place(Json value) {
    if (++values_ > limits_.max_values) {
      status_ = absl::ResourceExhaustedError(absl::StrCat(
          "JSON: more than ", limits_.max_values, " values in one text"));
      return nullptr;
    }
    if (open_.empty()) {
      result_ = std::move(value);
      return &result_;
    }
    Json* parent = open_.back();
    if (parent->is_array()) {
      parent->push_back(std::move(value));
      return &parent->back();
    }
    Json& member = (*parent)[key_];
    member = std::move(value);
    return &member;
  }

  template <typename T>
  bool Add(T&& value) {
    return Place(Json(std::forward<T>(value))) != nullptr;
  }

  bool Begin(Json container) {
    if (static_cast<int>(open_.size()) >= limits_.max_depth) {
      status_ = absl::ResourceExhaustedError(
          absl::StrCat("JSON: nested more than ", limits_.max_depth, " deep"));
      return false;
    }
    // Stays where it is: only the innermost container grows.
    Json* placed = Place(std::move(container));
    if (placed == nullptr) return false;
    open_.push_back(placed);
    return true;
  }

  bool End() {
    open_.pop_back();
    return true;
  }

  const JsonLimits limits_;
  Json result_;
  std::vector<Json*> open_;  // from the outermost to the innermost container
  std::string key_;
  size_t values_ = 0;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<Json> ParseJson(absl::string_view text,
                               const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("JSON: text of ", text.size(), " bytes; at most ",
                     limits.max_bytes, " are read"));
  }
  // The parser takes this byte for the end of its input.
  if (const size_t nul = text.find('\0'); nul != text.npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON: byte ", nul, " is zero"));
  }
  Builder builder(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    if (!builder.status().ok()) return builder.status();
    return absl::InvalidArgumentError("JSON: not a JSON text");
  }
  return builder.TakeResult();
}

std::string PrintJson(const Json& json) {
  return json.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false,
                   Json::error_handler_t::replace);
}

const Json* FindMember(const Json& json, absl::string_view key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(std::string(key));
  return found == json.end() ? nullptr : &*found;
}

}  // namespace rlmesh
