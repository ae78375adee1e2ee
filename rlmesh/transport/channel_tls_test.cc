// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Connections with TLS: those that come about, and why others do not.

#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "grpcpp/channel.h"
#include "gtest/gtest.h"
#include "openssl/ssl.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/proto/env/v1/service.grpc.pb.h"
#include "rlmesh/transport/channel.h"
#include "rlmesh/transport/grpc_server.h"
#include "rlmesh/transport/testing/raw_listener.h"
#include "rlmesh/transport/testing/test_authority.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TlsIdentity Identity(const TestCertificate& made) {
  return {made.certificate, made.key};
}

class ChannelTlsTest : public ::testing::Test {
 protected:
  std::unique_ptr<GrpcServer> Start(const std::string& where,
                                    absl::optional<ServerTls> tls) {
    // A service that answers nothing, so that there is something to serve.
    static auto* const service = new env::v1::EnvService::CallbackService;
    GrpcServerOptions options;
    options.address = *Address::ForBind(where);
    options.tls = std::move(tls);
    auto server = GrpcServer::Start(options, {{wire::kEnvService, service}});
    EXPECT_THAT(server, IsOk());
    return *std::move(server);
  }

  // A server on loopback with a certificate that is made from `request`.
  std::unique_ptr<GrpcServer> Serve(const CertificateRequest& request = {},
                                    const std::string& client_ca = "") {
    return Start("127.0.0.1:0",
                 ServerTls{Identity(ours_.Issue(request)), client_ca});
  }

  // Trusts our authority; `wait_for_server`, so that what should end at once
  // would be tried again and again.
  ConnectOptions Trusting() const {
    ConnectOptions options;
    options.timeout = absl::Seconds(60);
    options.wait_for_server = true;
    options.security.tls = ClientTls{ours_.certificate(), {}, ""};
    return options;
  }

  // The connection is refused soon, with `code` and `parts`.
  void Refused(const Address& address, const ConnectOptions& options,
               absl::StatusCode code,
               const ::testing::Matcher<std::string>& text) {
    const absl::Time start = absl::Now();
    EXPECT_THAT(
        ConnectChannel(address, options),
        StatusIs(code,
                 AllOf(HasSubstr(absl::StrCat(":", address.port())), text)));
    EXPECT_LT(absl::Now() - start, absl::Seconds(40));
  }

  const TestAuthority ours_{"ours"};
  const TestAuthority other_{"other"};
};

TEST_F(ChannelTlsTest, ConnectsOverTcpByAddressAndByName) {
  const auto server = Serve();
  RLMESH_EXPECT_OK(ConnectChannel(server->address(), Trusting()));
  for (const char* name : {"localhost", "LOCALHOST"}) {
    RLMESH_EXPECT_OK(ConnectChannel(
        *Address::ForConnect(absl::StrCat(name, ":", server->address().port())),
        Trusting()));
  }
}

TEST_F(ChannelTlsTest, ConnectsOverIpv6) {
  const UniqueFd six(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 loopback = {};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  if (bind(six.get(), reinterpret_cast<sockaddr*>(&loopback),
           sizeof(loopback)) != 0) {
    GTEST_SKIP() << "there is no ::1 on this machine";
  }
  const auto server =
      Start("[::1]:0", ServerTls{Identity(ours_.Issue({})), ""});
  RLMESH_EXPECT_OK(ConnectChannel(server->address(), Trusting()));
}

TEST_F(ChannelTlsTest, ConnectsOverAUnixSocketAsLocalhost) {
  const TempDir dir = *TempDir::Create("tls");
  const auto server = Start(absl::StrCat("unix://", dir.path(), "/s"),
                            ServerTls{Identity(ours_.Issue({})), ""});
  RLMESH_EXPECT_OK(ConnectChannel(server->address(), Trusting()));
}

TEST_F(ChannelTlsTest, ACertificateOfAnotherNameIsRefused) {
  const auto server = Serve({{"elsewhere.example"}, {"192.0.2.1"}});
  Refused(server->address(), Trusting(), absl::StatusCode::kFailedPrecondition,
          AllOf(HasSubstr("not for 127.0.0.1 but for elsewhere.example, "
                          "192.0.2.1"),
                HasSubstr("--tls_server_name")));
}

TEST_F(ChannelTlsTest, TheNameOfACertificateCanBeGiven) {
  const TempDir dir = *TempDir::Create("tls");
  const ServerTls tls{Identity(ours_.Issue({{"elsewhere.example"}, {}})), ""};
  for (const std::string& where : {std::string("127.0.0.1:0"),
                                   absl::StrCat("unix://", dir.path(), "/s")}) {
    const auto server = Start(where, tls);
    ConnectOptions options = Trusting();
    options.security.tls->server_name = "elsewhere.example";
    const auto channel = ConnectChannel(server->address(), options);
    RLMESH_ASSERT_OK(channel);
    // Calls go through: the name is checked for them too.
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    env::v1::HandshakeResponse response;
    EXPECT_EQ(env::v1::EnvService::NewStub(*channel)
                  ->Handshake(&context, env::v1::HandshakeRequest(), &response)
                  .error_code(),
              grpc::StatusCode::UNIMPLEMENTED);
  }
}

TEST_F(ChannelTlsTest, AnExpiredCertificateIsRefused) {
  const auto server =
      Serve({{"localhost"}, {"127.0.0.1"}, -absl::Hours(2), -absl::Hours(1)});
  Refused(server->address(), Trusting(), absl::StatusCode::kFailedPrecondition,
          HasSubstr("has expired at 2"));
}

TEST_F(ChannelTlsTest, ACertificateOfTheFutureIsRefused) {
  const auto server =
      Serve({{"localhost"}, {"127.0.0.1"}, absl::Hours(1), absl::Hours(2)});
  Refused(server->address(), Trusting(), absl::StatusCode::kFailedPrecondition,
          AllOf(HasSubstr("not valid before"), HasSubstr("clock")));
}

TEST_F(ChannelTlsTest, AnUnknownAuthorityIsRefused) {
  const auto server = Serve();
  ConnectOptions options = Trusting();
  options.security.tls->authorities = other_.certificate();
  Refused(
      server->address(), options, absl::StatusCode::kFailedPrecondition,
      AllOf(HasSubstr("authority that is not trusted"), HasSubstr("--tls_ca")));
}

TEST_F(ChannelTlsTest, TheReasonIsFoundForAHostThatIsANameToo) {
  const auto server = Serve();
  ConnectOptions options = Trusting();
  options.security.tls->authorities = other_.certificate();
  // Capitals: our own probe takes localhost for an address.
  Refused(*Address::ForConnect(
              absl::StrCat("LOCALHOST:", server->address().port())),
          options, absl::StatusCode::kFailedPrecondition,
          HasSubstr("authority that is not trusted"));
}

TEST_F(ChannelTlsTest, APlainClientIsToldThatTheServerSpeaksTls) {
  const auto server = Serve();
  ConnectOptions options;
  options.timeout = absl::Seconds(60);
  options.wait_for_server = true;
  for (const Address& address :
       {server->address(), *Address::ForConnect(absl::StrCat(
                               "LOCALHOST:", server->address().port()))}) {
    Refused(address, options, absl::StatusCode::kFailedPrecondition,
            AllOf(HasSubstr("speaks TLS"), HasSubstr("--tls_ca"),
                  HasSubstr("RLMESH_TLS_CA")));
  }
}

TEST_F(ChannelTlsTest, ATlsClientIsToldThatTheServerHasNone) {
  const auto server = Start("127.0.0.1:0", {});
  Refused(server->address(), Trusting(), absl::StatusCode::kFailedPrecondition,
          AllOf(HasSubstr("does not speak TLS"), HasSubstr("--tls_cert")));
  const auto web = RawListener::Answering("HTTP/1.1 400 Bad Request\r\n\r\n");
  Refused(web->address(), Trusting(), absl::StatusCode::kFailedPrecondition,
          HasSubstr("does not speak TLS"));
}

TEST_F(ChannelTlsTest, AMuteListenerEndsATlsClientAtItsDeadline) {
  const auto mute = RawListener::Mute();
  ConnectOptions options = Trusting();
  options.timeout = absl::Milliseconds(600);
  EXPECT_THAT(ConnectChannel(mute->address(), options),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr(mute->address().ToString())));
}

TEST_F(ChannelTlsTest, NothingListeningFailsATlsClientAtOnce) {
  const Address free = [] { return RawListener::Mute()->address(); }();
  ConnectOptions options = Trusting();
  options.wait_for_server = false;
  EXPECT_THAT(ConnectChannel(free, options),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("is the server running?")));
}

TEST_F(ChannelTlsTest, AClientWithACertificateIsTaken) {
  const auto server = Serve({}, ours_.certificate());
  ConnectOptions options = Trusting();
  options.security.tls->identity = Identity(ours_.Issue({{"client"}, {}}));
  RLMESH_EXPECT_OK(ConnectChannel(server->address(), options));
}

TEST_F(ChannelTlsTest, AClientWithoutACertificateIsToldToBringOne) {
  const auto server = Serve({}, ours_.certificate());
  Refused(server->address(), Trusting(), absl::StatusCode::kUnauthenticated,
          AllOf(HasSubstr("wants a certificate"), HasSubstr("--tls_cert")));
}

TEST_F(ChannelTlsTest, AClientWithTheCertificateOfAStrangerIsRefused) {
  const auto server = Serve({}, ours_.certificate());
  ConnectOptions options = Trusting();
  options.security.tls->identity = Identity(other_.Issue({{"client"}, {}}));
  Refused(server->address(), options, absl::StatusCode::kUnauthenticated,
          AllOf(HasSubstr("refuses the certificate"),
                HasSubstr("--tls_client_ca")));
}

TEST_F(ChannelTlsTest, AClientWithAnExpiredCertificateIsToldSo) {
  const auto server = Serve({}, ours_.certificate());
  ConnectOptions options = Trusting();
  options.security.tls->identity =
      Identity(ours_.Issue({{"client"}, {}, -absl::Hours(2), -absl::Hours(1)}));
  Refused(server->address(), options, absl::StatusCode::kUnauthenticated,
          HasSubstr("it has expired at 2"));
}

// Whether a client that speaks at most `version` gets through the handshake.
bool Negotiates(const Address& address, uint16_t version) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
    return false;
  }
  const bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const bssl::UniquePtr<SSL> ssl(SSL_new(context.get()));
  static constexpr uint8_t kAlpn[] = {2, 'h', '2'};
  SSL_set_alpn_protos(ssl.get(), kAlpn, sizeof(kAlpn));
  SSL_set_fd(ssl.get(), fd.get());
  return SSL_connect(ssl.get()) == 1;
}

TEST_F(ChannelTlsTest, AServerSpeaksTlsOneTwoOrNewer) {
  const auto server = Serve();
  EXPECT_FALSE(Negotiates(server->address(), TLS1_VERSION));
  EXPECT_FALSE(Negotiates(server->address(), TLS1_1_VERSION));
  EXPECT_TRUE(Negotiates(server->address(), TLS1_2_VERSION));
  EXPECT_TRUE(Negotiates(server->address(), TLS1_3_VERSION));
}

}  // namespace
}  // namespace rlmesh
