// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The frames that travel between a server and its Python worker. The README of
// this folder documents them; the Python half is worker_channel.py.
//
// A worker runs the user's code and is not trusted: everything here that reads
// is a door for foreign bytes.

#ifndef RLMESH_WORKER_FRAME_H_
#define RLMESH_WORKER_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rlmesh {

enum class FrameKind : uint8_t {
  // Requests, from the server.
  kSetup = 1,   // texts; answered with an EnvContract
  kAttach = 2,  // layout numbers and, beside it, the memory of the slots
  kReset = 3,
  kStep = 4,
  kRender = 5,
  kClose = 6,    // and end
  kDiscard = 7,  // closes the environment; kSetup makes another
  // Of a policy, which kClose closes too.
  kLoad = 16,  // texts and, beside it, memory; answered with texts
  kOpenRoute = 17,
  kPredict = 18,
  kEndEpisodes = 19,
  kCloseRoute = 20,
  // The answer to a request is its number plus this, or kError with texts.
  kAnswer = 0x80,
  kError = 0xff,
};

struct FrameHeader {
  static constexpr size_t kSize = 16;
  static constexpr uint64_t kMaxPayload = uint64_t{256} << 20;

  // Bits of `flags` in requests.
  static constexpr uint8_t kSubset = 1;  // kReset, kStep: of the lanes it names
  // In answers.
  static constexpr uint8_t kHasInfos = 1;    // to kReset, kStep
  static constexpr uint8_t kIsInstance = 2;  // to kSetup: made by the user
  static constexpr uint8_t kIsLockstep = 4;  // to kSetup: a vector environment

  FrameKind kind = FrameKind::kError;
  uint8_t flags = 0;
  uint32_t id = 0;       // of the request, repeated in its answer
  uint64_t payload = 0;  // bytes that follow on the socket

  void Encode(char out[kSize]) const;

  // `bytes` is at least kSize long. InvalidArgument for a frame no worker sends
  // (unknown kind, reserved bytes set, payload above kMaxPayload).
  static absl::StatusOr<FrameHeader> Parse(absl::string_view bytes);
};

// Pairs of name and value: u32 length and bytes, alternating. Names may repeat.
using FrameTexts = std::vector<std::pair<std::string, std::string>>;
std::string EncodeTexts(const FrameTexts& texts);
absl::StatusOr<FrameTexts> ParseTexts(absl::string_view payload);

// The value of the first `name`, or "".
absl::string_view FindText(const FrameTexts& texts, absl::string_view name);

// Appends a leaf of variable size (u64 length and bytes) to `payload`.
void AppendVariableLeaf(absl::string_view leaf, std::string* payload);

// Cuts `leaves.size()` leaves of variable size off the front of `payload`.
absl::Status CutVariableLeaves(absl::Span<absl::string_view> leaves,
                               absl::string_view* payload);

}  // namespace rlmesh

#endif  // RLMESH_WORKER_FRAME_H_
