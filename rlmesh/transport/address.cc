// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/address.h"

#include <arpa/inet.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rlmesh/base/foreign_text.h"

namespace rlmesh {
namespace {

constexpr char kForms[] = "write tcp://HOST:PORT or unix:///PATH";
constexpr size_t kMaxUnixPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr size_t kMaxHost = 253;
constexpr size_t kMaxShown = 200;

// A part of the text as messages show it: on one line, and not for ever.
std::string Shown(absl::string_view text) {
  return absl::Utf8SafeCHexEscape(ToValidUtf8(text.substr(0, kMaxShown)));
}

absl::Status Invalid(absl::string_view text, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(
      "invalid address: ", reason, " in \"", Shown(text), "\"; ", kForms));
}

bool IsIpv4(const std::string& host) {
  in_addr ignored;
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1;
}

bool IsIpv6(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

bool IsName(absl::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  for (const char c : host) {
    if (!absl::ascii_isalnum(c) && c != '-' && c != '.' && c != '_') {
      return false;
    }
  }
  return true;
}

// The decimal number 0 to 65535, or -1.
int ParsePort(absl::string_view text) {
  if (text.empty() || text.size() > 5) return -1;
  int port = 0;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return -1;
    port = port * 10 + (c - '0');
  }
  return port <= 65535 ? port : -1;
}

}  // namespace

absl::StatusOr<Address> Address::ParseTcp(absl::string_view text,
                                          absl::string_view rest, bool bind) {
  const size_t colon = rest.rfind(':');
  const bool ends_in_bracket = !rest.empty() && rest.back() == ']';
  absl::string_view host, port_text;
  if (colon == absl::string_view::npos || ends_in_bracket) {
    if (!bind || ends_in_bracket) {
      return Invalid(text,
                     absl::StrCat("missing port in tcp session endpoint '",
                                  Shown(rest), "'"));
    }
    port_text = rest;
  } else {
    host = rest.substr(0, colon);
    port_text = rest.substr(colon + 1);
  }
  Address address;
  address.port_ = ParsePort(port_text);
  if (address.port_ < 0) {
    return Invalid(text, absl::StrCat("invalid port '", Shown(port_text),
                                      "' (0 to 65535)"));
  }
  if (!bind && address.port_ == 0) {
    return Invalid(text,
                   "invalid port '0' (only a server may leave the choice "
                   "to the system)");
  }
  if (host.empty() && !bind) return Invalid(text, "missing host");
  if (bind && (host.empty() || host == "localhost")) host = "127.0.0.1";
  const bool brackets =
      host.size() > 2 && host.front() == '[' && host.back() == ']';
  address.host_ =
      std::string(brackets ? host.substr(1, host.size() - 2) : host);
  if (brackets ? !IsIpv6(address.host_) : !IsName(address.host_)) {
    return Invalid(text, absl::StrCat("invalid host '", Shown(host),
                                      "' (a name, an IPv4 address, or an IPv6 "
                                      "address in brackets)"));
  }
  if (bind && !brackets && !IsIpv4(address.host_)) {
    return Invalid(text, absl::StrCat("host '", Shown(host),
                                      "' is not an IP address (to "
                                      "listen on all interfaces: 0.0.0.0)"));
  }
  return address;
}

absl::StatusOr<Address> Address::ParseUnix(absl::string_view text,
                                           absl::string_view path) {
  if (path.empty()) return Invalid(text, "no path after unix://");
  if (path.find('\0') != absl::string_view::npos) {
    return Invalid(text, "zero byte in the path");
  }
  Address address;
  address.kind_ = Kind::kUnix;
  address.path_ = std::string(path);
  if (path.front() != '/') {
    char folder[PATH_MAX];
    if (getcwd(folder, sizeof(folder)) == nullptr) {
      return absl::ErrnoToStatus(
          errno,
          absl::StrCat("working folder, to resolve \"", Shown(text), "\""));
    }
    address.path_ = absl::StrCat(folder, "/", path);
  }
  if (address.path_.size() > kMaxUnixPath) {
    return absl::InvalidArgumentError(absl::StrCat(
        "invalid address: the path of \"", Shown(text), "\" has ",
        address.path_.size(), " bytes, a Unix socket's at most ", kMaxUnixPath,
        "; use a shorter folder, such as one under /tmp"));
  }
  return address;
}

absl::StatusOr<Address> Address::ForConnect(absl::string_view text) {
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("address cannot be empty; ", kForms));
  }
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix://")) return ParseUnix(text, rest);
  if (absl::ConsumePrefix(&rest, "https://")) {
    return Invalid(text,
                   "https:// is reserved for control-plane URLs, not "
                   "session links,");
  }
  const bool http = absl::ConsumePrefix(&rest, "http://");
  if (http) absl::ConsumeSuffix(&rest, "/");
  if (!http && !absl::ConsumePrefix(&rest, "tcp://")) {
    const size_t scheme = rest.find("://");
    if (scheme != absl::string_view::npos) {
      return Invalid(text, absl::StrCat("unsupported address scheme '",
                                        Shown(rest.substr(0, scheme)), "'"));
    }
  }
  absl::StatusOr<Address> address = ParseTcp(text, rest, /*bind=*/false);
  if (address.ok()) address->http_ = http;
  return address;
}

absl::StatusOr<Address> Address::ForBind(absl::string_view text) {
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("address cannot be empty; ", kForms));
  }
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix://")) return ParseUnix(text, rest);
  if (absl::ConsumePrefix(&rest, "https://")) {
    return Invalid(text,
                   "https:// is reserved for control-plane URLs, not "
                   "session links,");
  }
  if (!absl::ConsumePrefix(&rest, "tcp://")) {
    const size_t scheme = rest.find("://");
    if (scheme != absl::string_view::npos) {
      return Invalid(
          text, absl::StrCat("unsupported address scheme '",
                             Shown(rest.substr(0, scheme)), "' to listen on"));
    }
  }
  return ParseTcp(text, rest, /*bind=*/true);
}

Address Address::WithPort(int port) const {
  Address address = *this;
  address.port_ = port;
  return address;
}

std::string Address::ListenTarget() const {
  if (kind_ == Kind::kUnix) return absl::StrCat("unix:", path_);
  const bool ipv6 = host_.find(':') != std::string::npos;
  return absl::StrCat(ipv6 ? "[" : "", host_, ipv6 ? "]:" : ":", port_);
}

std::string Address::ConnectTarget() const {
  if (kind_ == Kind::kUnix) return ListenTarget();
  const char* scheme = "dns:///";
  if (IsIpv4(host_)) scheme = "ipv4:";
  if (host_.find(':') != std::string::npos) scheme = "ipv6:";
  return absl::StrCat(scheme, ListenTarget());
}

std::string Address::ToString() const {
  if (kind_ == Kind::kUnix) return absl::StrCat("unix://", path_);
  return absl::StrCat(http_ ? "http://" : "tcp://", ListenTarget());
}

}  // namespace rlmesh
