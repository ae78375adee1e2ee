// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The main of a *_fuzz.cc, which defines LLVMFuzzerTestOneInput: replays the
// files named as arguments (regressions, examples), then feeds mutations of
// them and random bytes. A fault is a crash; its input is then in the file that
// is named at the beginning. A test runs a fixed number of inputs from a fixed
// seed; RLMESH_FUZZ_RUNS and RLMESH_FUZZ_SEED change both.

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "rlmesh/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

// Keeps the input that is being tried, for whoever comes after a crash.
std::string InputPath() {
  const char* folder = getenv("TEST_TMPDIR");
  return std::string(folder == nullptr ? "/tmp" : folder) + "/fuzz_input";
}

void Feed(const std::string& bytes) {
  // One open file: opening it anew each time would wait for the disk.
  static const int file = open(InputPath().c_str(), O_RDWR | O_CREAT, 0600);
  if (pwrite(file, bytes.data(), bytes.size(), 0) < 0 ||
      ftruncate(file, bytes.size()) != 0) {
    std::cerr << "cannot write " << InputPath() << "\n";
    exit(1);
  }
  // A copy of exactly this size, so that a sanitizer sees reads past its end.
  std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = getenv(name);
  uint64_t value;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

std::string Mutate(std::string bytes, rlmesh::Random* random) {
  for (uint64_t edits = 1 + random->Below(4); edits > 0; --edits) {
    const size_t at = random->Below(bytes.size() + 1);
    switch (random->Below(5)) {
      case 0:
        bytes.insert(at, 1, static_cast<char>(random->Below(256)));
        break;
      case 1:
        bytes.erase(at, random->Below(8));
        break;
      case 2:
        bytes.insert(at, bytes.substr(random->Below(bytes.size() + 1), 16));
        break;
      case 3:
        bytes.resize(at);
        break;
      default:
        if (at < bytes.size()) bytes[at] ^= 1 << random->Below(8);
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::cout << "after a crash, its input is in " << InputPath() << std::endl;
  std::vector<std::string> corpus = {""};
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::cerr << "cannot read " << argv[i] << "\n";
      return 1;
    }
    corpus.emplace_back(std::istreambuf_iterator<char>(file),
                        std::istreambuf_iterator<char>());
  }
  for (const std::string& bytes : corpus) Feed(bytes);

  rlmesh::Random random(FromEnvironment("RLMESH_FUZZ_SEED", 1));
  const uint64_t runs = FromEnvironment("RLMESH_FUZZ_RUNS", 20000);
  for (uint64_t i = 0; i < runs; ++i) {
    std::string bytes = Mutate(corpus[random.Below(corpus.size())], &random);
    Feed(bytes);
    // Mutations of mutations reach further than mutations of examples.
    if (bytes.size() < 4096 && random.Below(64) == 0) corpus.push_back(bytes);
  }
  return 0;
}
