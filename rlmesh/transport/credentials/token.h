// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The shared secret of a server and its clients.

#ifndef RLMESH_TRANSPORT_CREDENTIALS_TOKEN_H_
#define RLMESH_TRANSPORT_CREDENTIALS_TOKEN_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/client_context.h"
#include "grpcpp/server_context.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

// A token, or none. It travels as the metadata entry "authorization" of
// Handshake, Join and Shutdown, byte for byte. No method gives its text away,
// and none puts it into an error or a log. Value type; safe to share between
// threads.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(Token token, Token::FromFile(path));
//   token.AddTo(&context);  // a client
//   RLMESH_RETURN_IF_ERROR(token.Check(*context, "env"));  // a server
class Token {
 public:
  // Longest token; metadata as a whole are limited to 8 KB.
  static constexpr size_t kMaxBytes = 4096;

  // None: a client sends nothing, a server takes everybody.
  Token() = default;

  // `text` is 1 to 4096 printable ASCII characters, with no space at its ends.
  static absl::StatusOr<Token> Parse(absl::string_view text);
  // What the file holds, without one line end after it. InvalidArgument names
  // the file; one that every user can read is refused.
  static absl::StatusOr<Token> FromFile(const std::string& path);

  bool empty() const { return text_.empty(); }

  // Whether `presented` is the token. Takes equally long however much of it is
  // right, and whatever the token's length.
  bool Matches(absl::string_view presented) const;

  // Puts it into the metadata of a call that has not begun.
  void AddTo(grpc::ClientContext* context) const;

  // Whether a call may go on: it came with this token, or there is none.
  // Otherwise Unauthenticated "invalid SERVICE token", which says no more.
  absl::Status Check(const grpc::ServerContextBase& context,
                     absl::string_view service) const;

  // For people: what a client that sent this token, or none, can do when the
  // server at `address` said Unauthenticated.
  absl::Status ExplainRefusal(const absl::Status& refusal,
                              const Address& address) const;

 private:
  explicit Token(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_CREDENTIALS_TOKEN_H_
