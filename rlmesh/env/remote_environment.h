// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// Environments of a server somewhere else.

#ifndef RLMESH_ENV_REMOTE_ENVIRONMENT_H_
#define RLMESH_ENV_REMOTE_ENVIRONMENT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/env/remote_connection.h"
#include "rlmesh/env/remote_stream.h"
#include "rlmesh/proto/env/v1/interaction.pb.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

// One session with an environment server, ours or a published one, over gRPC. A
// session is opened by the first call that needs it and ended by Close or the
// destructor; environments are made by RemoteEnvironmentFactory.
//
// Each call blocks until the server answers, at most the request's timeout (or
// the connection's) and half a second more. Observations are checked against
// the contract here: the server is not trusted. When the connection breaks, a
// deadline passes or Cancel is called, the session is lost: the error carries
// ErrorDetails::recoverable, steps fail, and the next Reset opens a new
// session.
//
// Episode ids are made here where the caller pushes none. A step allocates
// nothing beside what gRPC and the parsing of infos need.
class RemoteEnvironment : public Environment {
 public:
  explicit RemoteEnvironment(
      std::shared_ptr<const RemoteConnection> connection);
  ~RemoteEnvironment() override;

  const EnvContract& contract() const override {
    return connection_->contract();
  }
  absl::Status Reset(const ResetRequest& request,
                     Observation* observation) override;
  absl::Status Step(const StepRequest& request,
                    Transition* transition) override;
  absl::Status Render(const RenderRequest& request, Frame* frame) override;
  void Cancel() override { stream_.Cancel(); }
  absl::Status Close() override;
  // Whether the server says so.
  bool takes_lanes() const override;

  // Episodes that the server reported as ended with the last Step (interrupted
  // ones first) or Close. Valid until the next call.
  const EpisodeList& completed_episodes() const { return completed_; }

 private:
  absl::Status EnsureOpen(const char* call, absl::Time deadline);
  absl::Status Exchange(absl::Duration timeout);
  absl::Status Observe(const spaces::v1::SpaceValue& value, bool has_value,
                       int lanes, bool has_infos,
                       const spaces::v1::MetaMap& infos,
                       Observation* observation);
  absl::Status FillFlags(const env::v1::StepResponse& step, int lanes,
                         absl::Span<const uint32_t> indices,
                         Transition* transition);
  int Width(absl::Span<const uint32_t> lanes) const {
    return lanes.empty() ? contract().num_envs : lanes.size();
  }
  uint32_t LaneAt(absl::Span<const uint32_t> lanes, int position) const {
    return lanes.empty() ? position : lanes[position];
  }

  const std::shared_ptr<const RemoteConnection> connection_;
  RemoteStream stream_;
  bool opened_ = false;  // there has been a session
  bool began_ = false;   // there has been a reset
  bool closed_ = false;
  std::vector<std::string> episode_ids_;  // of each lane's open episode

  // Reused from call to call.
  env::v1::JoinRequest request_;
  env::v1::JoinResponse response_;
  std::vector<absl::string_view> leaves_;
  MetaBytes infos_;
  std::vector<double> rewards_;
  std::vector<uint8_t> terminated_, truncated_;
  EpisodeList completed_;
};

// Makes sessions with one server, over one connection. Thread-safe.
//
// Example:
//   RLMESH_ASSIGN_OR_RETURN(
//       auto factory, RemoteEnvironmentFactory::Connect(
//                         *Address::ForConnect("tcp://127.0.0.1:50051"), {}));
//   RLMESH_ASSIGN_OR_RETURN(auto env, factory->Create());
class RemoteEnvironmentFactory : public EnvironmentFactory {
 public:
  // Connects and shakes hands; errors are those of RemoteConnection::Connect.
  static absl::StatusOr<std::unique_ptr<RemoteEnvironmentFactory>> Connect(
      const Address& address, const RemoteOptions& options,
      Cancellation* cancellation = nullptr);

  const EnvContract& contract() const override {
    return connection_->contract();
  }
  const RemoteConnection& connection() const { return *connection_; }

  // Returns at once: the first reset opens the session.
  using EnvironmentFactory::Create;
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& options) override;

 private:
  explicit RemoteEnvironmentFactory(
      std::shared_ptr<const RemoteConnection> connection)
      : connection_(std::move(connection)) {}

  const std::shared_ptr<const RemoteConnection> connection_;
};

}  // namespace rlmesh

#endif  // RLMESH_ENV_REMOTE_ENVIRONMENT_H_
