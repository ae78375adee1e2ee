// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/editions.h"

#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// An edition in the order editions have: base, a suffix after none, suffix.
struct Edition {
  explicit Edition(absl::string_view text)
      : base(text.substr(0, text.find('-'))),
        has_suffix(base.size() < text.size()),
        suffix(has_suffix ? text.substr(base.size() + 1) : "") {}

  bool operator<(const Edition& other) const {
    return std::tie(base, has_suffix, suffix) <
           std::tie(other.base, other.has_suffix, other.suffix);
  }

  absl::string_view base;
  bool has_suffix;
  absl::string_view suffix;
};

// Whether somebody who declared `want` runs at `edition`.
bool Admits(absl::string_view want, absl::string_view edition) {
  if (want.empty()) return true;
  const Edition wanted(want), offered(edition);
  if (!wanted.has_suffix) return offered.base <= wanted.base;
  return !(wanted < offered);
}

std::string Quote(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text), "\"");
}

std::string QuoteAll(const std::vector<std::string>& texts) {
  return absl::StrCat(
      "[",
      absl::StrJoin(texts, ", ",
                    [](std::string* out, const std::string& text) {
                      absl::StrAppend(out, Quote(text));
                    }),
      "]");
}

std::string Describe(const EditionOffer& offer) {
  return absl::StrCat(offer.name, " wants ", Quote(offer.want), " and can ",
                      QuoteAll(offer.can));
}

absl::Status NoMutualEdition(absl::Span<const EditionOffer> peers,
                             const EditionOffer& ours) {
  std::vector<std::string> names, offers;
  for (const EditionOffer& peer : peers) {
    names.push_back(peer.name);
    offers.push_back(Describe(peer));
  }
  offers.push_back(Describe(ours));
  const std::string whom =
      names.size() == 1 ? absl::StrCat("with the ", names[0])
                        : absl::StrCat("across ", absl::StrJoin(names, ", "),
                                       " and ", ours.name);
  return absl::FailedPreconditionError(absl::StrCat(
      "no mutual workflow edition ", whom, ": ", absl::StrJoin(offers, "; "),
      "; run releases of RLMesh that share an edition"));
}

}  // namespace

EditionOffer OurEditions(absl::string_view name, absl::string_view declared) {
  return {
      std::string(name),
      {wire::kEdition},
      declared.empty() ? std::string(wire::kEdition) : std::string(declared)};
}

bool ImplementsEdition(absl::string_view pin) {
  pin = absl::StripAsciiWhitespace(pin);
  return pin.empty() || Edition(pin).base == wire::kEdition;
}

absl::Status CheckDeclaredEdition(absl::string_view name,
                                  absl::string_view declared) {
  if (ImplementsEdition(declared)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " cannot drive workflow edition ", Quote(declared),
                   "; this build implements [", Quote(wire::kEdition), "]"));
}

absl::StatusOr<std::vector<std::string>> SelectEditions(
    absl::Span<const EditionOffer> peers, const EditionOffer& ours) {
  // For each base the pins of all peers that can it.
  std::map<std::string, std::map<size_t, std::string>> by_base;
  for (size_t i = 0; i < peers.size(); ++i) {
    for (const std::string& text : peers[i].can) {
      const std::string spelling(absl::StripAsciiWhitespace(text));
      if (spelling.empty() || !ImplementsEdition(spelling)) continue;
      bool admitted = Admits(absl::StripAsciiWhitespace(ours.want), spelling);
      for (const EditionOffer& peer : peers) {
        admitted &= Admits(absl::StripAsciiWhitespace(peer.want), spelling);
      }
      if (!admitted) continue;
      std::string& pin = by_base[std::string(Edition(spelling).base)][i];
      if (pin.empty() || Edition(pin) < Edition(spelling)) pin = spelling;
    }
  }
  for (auto it = by_base.rbegin(); it != by_base.rend(); ++it) {
    if (it->second.size() != peers.size()) continue;
    std::vector<std::string> pins;
    for (auto& [peer, pin] : it->second) pins.push_back(std::move(pin));
    return pins;
  }
  return NoMutualEdition(peers, ours);
}

}  // namespace rlmesh
