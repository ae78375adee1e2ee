// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/credentials/token.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "glog/logging.h"
#include "openssl/mem.h"
#include "openssl/sha.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/transport/credentials/credential_file.h"

namespace rlmesh {
namespace {

constexpr char kMetadataKey[] = "authorization";

void Digest(absl::string_view text, uint8_t* digest) {
  SHA256(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest);
}

}  // namespace

absl::StatusOr<Token> Token::Parse(absl::string_view text) {
  if (text.empty()) {
    return absl::InvalidArgumentError(
        "the token is empty; write a random one: openssl rand -hex 32");
  }
  if (text.size() > kMaxBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the token has ", text.size(), " characters; it may have ", kMaxBytes));
  }
  for (size_t i = 0; i < text.size(); ++i) {
    if (absl::ascii_isprint(static_cast<unsigned char>(text[i]))) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("byte ", i + 1,
                     " of the token is no printable ASCII character; write it "
                     "on one line, like the output of: openssl rand -hex 32"));
  }
  if (text.front() == ' ' || text.back() == ' ') {
    return absl::InvalidArgumentError(
        "the token begins or ends with a space, which does not survive the "
        "way to a server; remove it");
  }
  return Token(std::string(text));
}

absl::StatusOr<Token> Token::FromFile(const std::string& path) {
  RLMESH_ASSIGN_OR_RETURN(const std::string bytes,
                          ReadCredentialFile(path, Privacy::kSecret));
  absl::string_view text = bytes;
  absl::ConsumeSuffix(&text, "\n");
  absl::ConsumeSuffix(&text, "\r");
  absl::StatusOr<Token> token = Parse(text);
  if (token.ok()) return token;
  return absl::Status(token.status().code(),
                      absl::StrCat(path, ": ", token.status().message()));
}

bool Token::Matches(absl::string_view presented) const {
  // Of digests, because the comparison of what differs in length is not of
  // constant time.
  uint8_t ours[SHA256_DIGEST_LENGTH];
  uint8_t theirs[SHA256_DIGEST_LENGTH];
  Digest(text_, ours);
  Digest(presented, theirs);
  return CRYPTO_memcmp(ours, theirs, sizeof(ours)) == 0;
}

void Token::AddTo(grpc::ClientContext* context) const {
  if (!empty()) context->AddMetadata(kMetadataKey, text_);
}

absl::Status Token::Check(const grpc::ServerContextBase& context,
                          absl::string_view service) const {
  if (empty()) return absl::OkStatus();
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(kMetadataKey);
  if (found != metadata.end() &&
      Matches({found->second.data(), found->second.size()})) {
    return absl::OkStatus();
  }
  LOG(INFO) << context.peer() << " came with "
            << (found == metadata.end() ? "no" : "a wrong") << " token";
  return absl::UnauthenticatedError(
      absl::StrCat("invalid ", service, " token"));
}

absl::Status Token::ExplainRefusal(const absl::Status& refusal,
                                   const Address& address) const {
  return absl::UnauthenticatedError(absl::StrCat(
      "handshake failed: ", address.ToString(), " says \"",
      absl::CHexEscape(refusal.message().substr(0, 200)), "\": ",
      empty() ? "it wants a token; give it as --token_file=FILE or "
                "$RLMESH_TOKEN_FILE"
              : "the token that it was given is another one; is the file that "
                "of this server?"));
}

}  // namespace rlmesh
