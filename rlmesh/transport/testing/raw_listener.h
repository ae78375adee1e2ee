// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A server that is not what a client hopes for.

#ifndef RLMESH_TRANSPORT_TESTING_RAW_LISTENER_H_
#define RLMESH_TRANSPORT_TESTING_RAW_LISTENER_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

// Listens on a loopback port (or a Unix socket) and treats every connection in
// the same way until its end.
//
// Example:
//   auto mute = RawListener::Mute();
//   ConnectChannel(mute->address(), ...);
class RawListener {
 public:
  // Accepts nothing: connections wait in the backlog.
  static std::unique_ptr<RawListener> Mute();
  // Sends `answer` to whoever connects, then hangs up.
  static std::unique_ptr<RawListener> Answering(absl::string_view answer);
  // A socket file at `path`, mute.
  static std::unique_ptr<RawListener> MuteAt(const std::string& path);

  ~RawListener();

  const Address& address() const { return address_; }

 private:
  RawListener(Address address, UniqueFd fd);
  void Answer(std::string answer);

  Address address_;
  UniqueFd fd_;
  std::thread thread_;
};

}  // namespace rlmesh

#endif  // RLMESH_TRANSPORT_TESTING_RAW_LISTENER_H_
