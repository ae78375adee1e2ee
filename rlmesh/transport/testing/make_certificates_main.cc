// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// make_certificates FOLDER: writes ca.pem and other_ca.pem, and for each of
// server, client, expired, elsewhere (another name) and stranger (from the
// other authority) NAME.pem and NAME.key.

#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rlmesh/transport/testing/test_authority.h"

int main(int argc, char** argv) {
  using namespace rlmesh;
  if (argc != 2) {
    std::cerr << "make_certificates FOLDER" << std::endl;
    return 2;
  }
  const std::string folder = argv[1];
  const auto write = [&folder](const std::string& name,
                               const TestCertificate& made) {
    WriteTestFile(absl::StrCat(folder, "/", name, ".pem"), made.certificate);
    WriteTestFile(absl::StrCat(folder, "/", name, ".key"), made.key);
  };
  const TestAuthority ours("ours"), other("other");
  WriteTestFile(folder + "/ca.pem", ours.certificate());
  WriteTestFile(folder + "/other_ca.pem", other.certificate());
  write("server", ours.Issue({}));
  write("client", ours.Issue({{"client"}, {}}));
  write("expired",
        ours.Issue(
            {{"localhost"}, {"127.0.0.1"}, -absl::Hours(2), -absl::Hours(1)}));
  write("elsewhere", ours.Issue({{"elsewhere.example"}, {}}));
  write("stranger", other.Issue({}));
  return 0;
}
