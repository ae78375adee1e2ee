// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/address.h"

#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

struct Form {
  std::string text;
  std::string shown;
  std::string target;
};

class AddressConnectTest : public ::testing::TestWithParam<Form> {};

TEST_P(AddressConnectTest, IsAccepted) {
  const absl::StatusOr<Address> address = Address::ForConnect(GetParam().text);
  RLMESH_ASSERT_OK(address);
  EXPECT_EQ(address->ToString(), GetParam().shown);
  EXPECT_EQ(address->ConnectTarget(), GetParam().target);
  EXPECT_THAT(Address::ForConnect(address->ToString()), IsOkAndHolds(*address));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, AddressConnectTest,
    ::testing::Values(
        Form{"tcp://10.0.0.1:5", "tcp://10.0.0.1:5", "ipv4:10.0.0.1:5"},
        Form{"host-1.example:50051", "tcp://host-1.example:50051",
             "dns:///host-1.example:50051"},
        Form{"localhost:1", "tcp://localhost:1", "dns:///localhost:1"},
        Form{"[::1]:65535", "tcp://[::1]:65535", "ipv6:[::1]:65535"},
        Form{"http://h:80", "http://h:80", "dns:///h:80"},
        Form{"http://h:80/", "http://h:80", "dns:///h:80"},
        Form{"unix:///tmp/s", "unix:///tmp/s", "unix:/tmp/s"}));

class AddressBindTest : public ::testing::TestWithParam<Form> {};

TEST_P(AddressBindTest, IsAccepted) {
  const absl::StatusOr<Address> address = Address::ForBind(GetParam().text);
  RLMESH_ASSERT_OK(address);
  EXPECT_EQ(address->ToString(), GetParam().shown);
  EXPECT_EQ(address->ListenTarget(), GetParam().target);
  EXPECT_THAT(Address::ForBind(address->ToString()), IsOkAndHolds(*address));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, AddressBindTest,
    ::testing::Values(
        Form{"tcp://0.0.0.0:50051", "tcp://0.0.0.0:50051", "0.0.0.0:50051"},
        Form{"127.0.0.1:0", "tcp://127.0.0.1:0", "127.0.0.1:0"},
        Form{":7", "tcp://127.0.0.1:7", "127.0.0.1:7"},
        Form{"localhost:7", "tcp://127.0.0.1:7", "127.0.0.1:7"},
        Form{"50051", "tcp://127.0.0.1:50051", "127.0.0.1:50051"},
        Form{"tcp://50051", "tcp://127.0.0.1:50051", "127.0.0.1:50051"},
        Form{"[::]:8", "tcp://[::]:8", "[::]:8"},
        Form{"unix:///tmp/s", "unix:///tmp/s", "unix:/tmp/s"}));

TEST(AddressTest, ResolvesRelativeSocketPathsAgainstTheWorkingFolder) {
  char folder[4096];
  ASSERT_NE(getcwd(folder, sizeof(folder)), nullptr);
  ASSERT_EQ(chdir("/tmp"), 0);
  const absl::StatusOr<Address> address = Address::ForBind("unix://a/s");
  ASSERT_EQ(chdir(folder), 0);
  RLMESH_ASSERT_OK(address);
  EXPECT_EQ(address->path(), "/tmp/a/s");
}

struct Refusal {
  std::string text;
  std::string connect;  // part of the message; empty: accepted
  std::string bind;
};

class AddressRefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(AddressRefusalTest, QuotesTheTextAndSaysWhatWouldWork) {
  const Refusal& refusal = GetParam();
  if (!refusal.connect.empty()) {
    EXPECT_THAT(Address::ForConnect(refusal.text),
                StatusIs(kInvalid, AllOf(HasSubstr(refusal.text),
                                         HasSubstr(refusal.connect),
                                         HasSubstr("tcp://HOST:PORT"))));
  }
  if (!refusal.bind.empty()) {
    EXPECT_THAT(Address::ForBind(refusal.text),
                StatusIs(kInvalid,
                         AllOf(HasSubstr(refusal.text), HasSubstr(refusal.bind),
                               HasSubstr("tcp://HOST:PORT"))));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, AddressRefusalTest,
    ::testing::Values(
        Refusal{"", "address cannot be empty", "address cannot be empty"},
        Refusal{"foo", "missing port", "invalid port 'foo'"},
        Refusal{"50051", "missing port in tcp session endpoint '50051'", ""},
        Refusal{":50051", "missing host", ""},
        Refusal{"h:70000", "invalid port '70000'", "invalid port '70000'"},
        Refusal{"h:", "invalid port ''", "invalid port ''"},
        Refusal{"h:0", "invalid port '0'", ""},
        Refusal{"h:-1", "invalid port '-1'", "invalid port '-1'"},
        Refusal{"h: 1", "invalid port ' 1'", "invalid port ' 1'"},
        Refusal{"h:1/x", "invalid port '1/x'", "invalid port '1/x'"},
        Refusal{"a b:1", "invalid host 'a b'", "invalid host 'a b'"},
        Refusal{"::1:1", "invalid host '::1'", "invalid host '::1'"},
        Refusal{"[::1]", "missing port", "missing port"},
        Refusal{"[zz]:1", "invalid host '[zz]'", "invalid host '[zz]'"},
        Refusal{"box:1", "", "not an IP address"},
        Refusal{"https://h:1", "reserved", "reserved"},
        Refusal{"http://h:1", "", "unsupported address scheme 'http'"},
        Refusal{"ftp://x", "unsupported address scheme 'ftp'",
                "unsupported address scheme 'ftp'"},
        Refusal{"unix://", "no path", "no path"}));

TEST(AddressTest, RefusesSocketPathsThatTheKernelCannotHold) {
  const std::string text = absl::StrCat("unix:///", std::string(107, 'a'));
  EXPECT_THAT(Address::ForBind(text),
              StatusIs(kInvalid, AllOf(HasSubstr("108"), HasSubstr("/tmp"))));
  RLMESH_EXPECT_OK(Address::ForBind(text.substr(0, text.size() - 1)));
}

// Any text is refused or gives an address that parses to itself.
TEST(AddressTest, WhateverIsAcceptedParsesToItself) {
  const std::string pieces[] = {
      "tcp://", "unix://",   "http", "://", ":",    "1",        "50051",
      "[",      "]",         "::1",  "/",   "host", ".",        "-",
      "x",      "127.0.0.1", " ",    "%",   "@",    "localhost"};
  Random random(/*seed=*/1);
  int accepted = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (uint64_t n = random.Below(6); n > 0; --n) {
      text += random.Below(8) == 0
                  ? std::string(1, static_cast<char>(random.Below(256)))
                  : pieces[random.Below(sizeof(pieces) / sizeof(pieces[0]))];
    }
    for (const bool bind : {false, true}) {
      const auto parse = bind ? Address::ForBind : Address::ForConnect;
      const absl::StatusOr<Address> address = parse(text);
      if (!address.ok()) continue;
      ++accepted;
      ASSERT_THAT(parse(address->ToString()), IsOkAndHolds(*address)) << text;
    }
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace rlmesh
