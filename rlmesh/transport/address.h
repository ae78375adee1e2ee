// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Where a server listens, and where a client finds it.

#ifndef RLMESH_TRANSPORT_ADDRESS_H_
#define RLMESH_TRANSPORT_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rlmesh {

// A checked address: code that holds one never looks at its text again.
//
//   text                      to connect             to bind
//   tcp://HOST:PORT           yes                    yes
//   HOST:PORT                 yes                    yes
//   :PORT, localhost:PORT     :PORT needs a host     host becomes 127.0.0.1
//   PORT                      refused                host becomes 127.0.0.1
//   unix:///PATH, unix://REL  yes                    yes
//   http://HOST:PORT          yes                    refused
//   https://..., other://...  refused                refused
//
// HOST is a name, an IPv4 address or an IPv6 address in brackets; to bind it is
// an IP address or localhost. Port 0 (the system picks one) is for binding. A
// relative path is resolved against the working directory at once.
//
// Value type: copyable, immutable, safe to share between threads.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(Address a, Address::ForBind("50051"));
//   a.ToString();  // "tcp://127.0.0.1:50051"
class Address {
 public:
  enum class Kind { kTcp, kUnix };

  // InvalidArgument quotes `text`, names the part that is wrong and shows a
  // form that would work.
  static absl::StatusOr<Address> ForConnect(absl::string_view text);
  static absl::StatusOr<Address> ForBind(absl::string_view text);

  Kind kind() const { return kind_; }
  // Of kTcp; an IPv6 address comes without its brackets.
  const std::string& host() const { return host_; }
  int port() const { return port_; }
  // Of kUnix: absolute, at most 107 bytes.
  const std::string& path() const { return path_; }

  // The same place on another port; for kTcp.
  Address WithPort(int port) const;

  // What people are shown: "tcp://127.0.0.1:50051", "tcp://[::1]:50051",
  // "http://host:80", "unix:///tmp/s". Parses to an equal address.
  std::string ToString() const;

  // What gRPC connects to: literal addresses go past the resolver.
  std::string ConnectTarget() const;
  // What gRPC listens on.
  std::string ListenTarget() const;

  friend bool operator==(const Address& a, const Address& b) {
    return a.ToString() == b.ToString();
  }

 private:
  static absl::StatusOr<Address> ParseTcp(absl::string_view text,
                                          absl::string_view rest, bool bind);
  static absl::StatusOr<Address> ParseUnix(absl::string_view text,
                                           absl::string_view path);

  Kind kind_ = Kind::kTcp;
  bool http_ = false;  // written as http://
  std::string host_;
  int port_ = 0;
  std::string path_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_ADDRESS_H_
