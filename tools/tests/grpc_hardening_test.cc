// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What third_party/patches/grpc_security.patch promises, against a real server:
// a peer that misbehaves loses its connection, and others are still served.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

namespace rlmesh {
namespace {

constexpr int kHeaders = 1;
constexpr int kContinuation = 9;
constexpr int kEndHeaders = 4;

// One HTTP/2 frame of stream 1, or of the connection for SETTINGS.
std::string Frame(int type, int flags, absl::string_view payload) {
  const size_t size = payload.size();
  std::string frame;
  frame.push_back(static_cast<char>(size >> 16));
  frame.push_back(static_cast<char>(size >> 8));
  frame.push_back(static_cast<char>(size));
  frame.push_back(static_cast<char>(type));
  frame.push_back(static_cast<char>(flags));
  frame.append({0, 0, 0, static_cast<char>(type == 4 ? 0 : 1)});
  absl::StrAppend(&frame, payload);
  return frame;
}

std::string Preface() {
  return absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Frame(4, 0, ""));
}

// A header that stays out of the table: one-letter name, `size` < 16512 bytes.
std::string Header(size_t size) {
  std::string header("\0\1a\x7f", 4);
  size -= 127;
  header.push_back(static_cast<char>(0x80 | (size & 0x7f)));
  header.push_back(static_cast<char>(size >> 7));
  header.append(size + 127, 'v');
  return header;
}

class GrpcHardeningTest : public testing::Test {
 protected:
  void SetUp() override {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterCallbackGenericService(&nothing_else_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }

  void TearDown() override { server_->Shutdown(); }

  int port() const { return port_; }

  // Whether the server ends the connection after `bytes` within 10 seconds.
  bool EndsConnectionAfter(const std::string& bytes) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    timeval patience = {10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
        connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    // The server may end it before it has read all.
    send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    char buffer[4096];
    ssize_t got;
    do {
      got = recv(fd, buffer, sizeof(buffer), 0);
    } while (got > 0);
    const bool ended = got == 0 || errno == ECONNRESET;
    close(fd);
    return ended;
  }

  // One call of the health service, which answers SERVING.
  grpc::Status CheckHealth() {
    grpc::GenericStub stub(grpc::CreateChannel(
        absl::StrCat("127.0.0.1:", port_), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(20));
    // The empty service name: the server as a whole.
    const grpc::Slice service_name("\x0a\0", 2);
    const grpc::ByteBuffer request(&service_name, 1);
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check",
                                      request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag;
    bool ok;
    queue.Next(&tag, &ok);
    return status;
  }

 private:
  int port_ = 0;
  // Answers every method but health with UNIMPLEMENTED.
  grpc::CallbackGenericService nothing_else_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(GrpcHardeningTest, HeaderStringIsRefusedBeforeItIsBuffered) {
  // A value that claims 100 MB; its first bytes are all that is sent.
  const std::string huge(
      "\0\1a\x7f\x81\xc2\xd7\x2f"
      "vvv",
      11);
  EXPECT_TRUE(EndsConnectionAfter(Preface() + Frame(kHeaders, 0, huge)));
  EXPECT_EQ(CheckHealth().error_message(), "");
}

TEST_F(GrpcHardeningTest, EndlessIntegerPaddingIsRefused) {
  const std::string padded = "\xff" + std::string(1000, '\x80');
  EXPECT_TRUE(EndsConnectionAfter(Preface() + Frame(kHeaders, 0, padded)));
  EXPECT_EQ(CheckHealth().error_message(), "");
}

TEST_F(GrpcHardeningTest, ContinuationsShareOneLimit) {
  // Each frame alone is within the limit of 8 KB.
  std::string bytes = Preface() + Frame(kHeaders, 0, Header(4000));
  for (int i = 0; i < 7; ++i) bytes += Frame(kContinuation, 0, Header(4000));
  EXPECT_TRUE(EndsConnectionAfter(bytes));
  EXPECT_EQ(CheckHealth().error_message(), "");
}

TEST_F(GrpcHardeningTest, HeadersOfAbortingKindsDoNotEndTheServer) {
  // te: x, then more than the limit.
  const std::string te("\0\2te\1x", 6);
  EXPECT_TRUE(EndsConnectionAfter(
      Preface() + Frame(kHeaders, kEndHeaders, te + Header(9000))));
  const std::string stats = std::string("\0\x13", 2) + "grpclb_client_stats\1x";
  EXPECT_TRUE(EndsConnectionAfter(
      Preface() + Frame(kHeaders, kEndHeaders, stats + Header(9000))));
  EXPECT_EQ(CheckHealth().error_message(), "");
}

TEST_F(GrpcHardeningTest, ListenerSurvivesRunningOutOfFileDescriptors) {
  ASSERT_EQ(CheckHealth().error_message(), "");
  // A program that opens more connections than the server has descriptors for,
  // holds them, and ends when the server has dropped one.
  const std::string crowd = absl::StrCat(
      "/usr/bin/python3 -c '\n"
      "import select, socket\n"
      "crowd = [socket.create_connection((\"127.0.0.1\", ",
      port(),
      ")) for _ in range(200)]\n"
      "def dropped(peer):\n"
      "    try:\n"
      "        return not peer.recv(4096)\n"
      "    except ConnectionResetError:\n"
      "        return True\n"
      "while True:\n"
      "    ready = select.select(crowd, [], [], 10)[0]\n"
      "    if not ready or any([dropped(peer) for peer in ready]):\n"
      "        break\n"
      "print(\"dropped\" if ready else \"all kept\", flush=True)\n"
      "'");
  FILE* child = popen(crowd.c_str(), "re");
  ASSERT_NE(child, nullptr);
  rlimit old_limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  char line[64] = "";
  EXPECT_NE(fgets(line, sizeof(line), child), nullptr);
  EXPECT_STREQ(line, "dropped\n");
  pclose(child);
  setrlimit(RLIMIT_NOFILE, &old_limit);

  const grpc::Status status = CheckHealth();
  EXPECT_TRUE(status.ok()) << status.error_message();
}

}  // namespace
}  // namespace rlmesh
