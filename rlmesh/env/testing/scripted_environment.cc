// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/testing/scripted_environment.h"

#include <utility>

#include "glog/logging.h"
#include "google/protobuf/text_format.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/proto/spaces/v1/spaces.pb.h"
#include "rlmesh/spaces/sampler.h"

namespace rlmesh {
namespace {

SpaceSpec SpaceOf(const std::string& text) {
  spaces::v1::SpaceSpec proto;
  CHECK(google::protobuf::TextFormat::ParseFromString(text, &proto));
  absl::StatusOr<SpaceSpec> space = SpaceSpec::FromProto(proto);
  CHECK(space.ok()) << space.status();
  return *std::move(space);
}

constexpr char kEverySpace[] = R"pb(
  dict {
    keys: "box"
    keys: "camera"
    keys: "flags"
    keys: "inner"
    keys: "mode"
    spaces {
      shape: [ 2, 3 ]
      dtype: DATA_TYPE_FLOAT64
      box { unbounded: true }
    }
    spaces {
      shape: [ 8, 8, 3 ]
      dtype: DATA_TYPE_UINT8
      box { uniform { low: "\000" high: "\377" } }
    }
    spaces {
      shape: [ 4 ]
      dtype: DATA_TYPE_UINT8
      multi_binary {}
    }
    spaces {
      tuple {
        spaces {
          dtype: DATA_TYPE_UINT8
          text { min_length: 1 max_length: 12 }
        }
        spaces {
          shape: [ 2 ]
          dtype: DATA_TYPE_INT64
          multi_discrete { nvec: [ 3, 5 ] }
        }
      }
    }
    spaces {
      dtype: DATA_TYPE_INT64
      discrete { n: 4 start: -1 }
    }
  }
)pb";

}  // namespace

EnvContract SimpleContract(int lanes) {
  EnvContract contract;
  contract.id = "Scripted-v0";
  contract.observation_space =
      SpaceOf("dtype: DATA_TYPE_INT64 discrete { n: 5 }");
  contract.action_space = SpaceOf("dtype: DATA_TYPE_INT64 discrete { n: 3 }");
  contract.num_envs = lanes;
  return contract;
}

SpaceSpec EverySpace() { return SpaceOf(kEverySpace); }

ScriptedEnvironment::ScriptedEnvironment(Script* script) : script_(script) {
  ++script_->live;
}

ScriptedEnvironment::~ScriptedEnvironment() { --script_->live; }

void ScriptedEnvironment::Observe(size_t lanes, Observation* observation) {
  observation_.Reset(script_->contract.observation_space, lanes);
  if (script_->observe) {
    script_->observe(&observation_);
  } else {
    Random random(++calls_);
    for (size_t i = 0; i < lanes; ++i) {
      SampleLane(script_->contract.observation_space, i, lanes, &random,
                 &observation_);
    }
  }
  observation->value = observation_.view();
  observation->infos = script_->infos;
  observation->has_infos = script_->has_infos;
}

absl::Status ScriptedEnvironment::Reset(const ResetRequest& request,
                                        Observation* observation) {
  if (script_->on_reset) RLMESH_RETURN_IF_ERROR(script_->on_reset(request));
  const size_t lanes =
      request.lanes.empty() ? contract().num_envs : request.lanes.size();
  Observe(lanes, observation);
  return absl::OkStatus();
}

absl::Status ScriptedEnvironment::Step(const StepRequest& request,
                                       Transition* transition) {
  if (script_->on_step) RLMESH_RETURN_IF_ERROR(script_->on_step(request));
  const size_t lanes =
      request.lanes.empty() ? contract().num_envs : request.lanes.size();
  rewards_.assign(lanes, 1);
  terminated_.assign(lanes, 0);
  truncated_.assign(lanes, 0);
  for (size_t i = 0; i < lanes; ++i) {
    const size_t lane = request.lanes.empty() ? i : request.lanes[i];
    if (lane < script_->rewards.size()) rewards_[i] = script_->rewards[lane];
    if (lane < script_->terminated.size()) {
      terminated_[i] = script_->terminated[lane];
    }
    if (lane < script_->truncated.size()) {
      truncated_[i] = script_->truncated[lane];
    }
  }
  Observe(lanes, &transition->observation);
  transition->rewards = rewards_;
  transition->terminated = terminated_;
  transition->truncated = truncated_;
  return absl::OkStatus();
}

absl::Status ScriptedEnvironment::Render(const RenderRequest& request,
                                         Frame* frame) {
  if (script_->on_render) return script_->on_render(request, frame);
  return absl::UnimplementedError("this environment does not draw");
}

void ScriptedEnvironment::Cancel() {
  if (script_->on_cancel) script_->on_cancel();
}

absl::StatusOr<std::unique_ptr<Environment>> ScriptedFactory::Create(
    const CreateOptions& /*options*/) {
  if (script_->on_create) RLMESH_RETURN_IF_ERROR(script_->on_create());
  ++script_->created;
  return std::make_unique<ScriptedEnvironment>(script_);
}

}  // namespace rlmesh
