// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python_worker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/proto/core/v1/env_contract.pb.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {
namespace {

std::vector<uint64_t> LeafBytes(const SpaceSpec& space) {
  std::vector<uint64_t> bytes;
  for (const LeafSpec& leaf : space.leaves()) {
    bytes.push_back(leaf.kind == LeafSpec::Kind::kText ? SlotLayout::kVariable
                                                       : leaf.lane_bytes);
  }
  return bytes;
}

}  // namespace

absl::Status PythonEnvironmentOptions::Validate() const {
  if (gym.empty() == entrypoint.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("gym is \"", gym, "\" and entrypoint is \"", entrypoint,
                     "\"; exactly one of the two says what to run"));
  }
  const std::pair<const char*, absl::Duration> timeouts[] = {
      {"setup_timeout", setup_timeout},
      {"reset_timeout", reset_timeout},
      {"step_timeout", step_timeout},
      {"close_timeout", close_timeout}};
  for (const auto& timeout : timeouts) {
    if (timeout.second <= absl::ZeroDuration()) {
      return absl::InvalidArgumentError(absl::StrCat(
          timeout.first, " is ", absl::FormatDuration(timeout.second),
          "; it must be positive"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PythonWorker>> PythonWorker::Start(
    const PythonEnvironmentOptions& options, absl::Duration timeout,
    CancelEvent* cancel) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  FrameTexts texts;
  if (!options.gym.empty()) texts.emplace_back("gym", options.gym);
  if (!options.entrypoint.empty()) {
    texts.emplace_back("entrypoint", options.entrypoint);
  }
  for (const std::string& module : options.imports) {
    texts.emplace_back("import", module);
  }
  if (!options.kwargs.empty()) texts.emplace_back("kwargs", options.kwargs);

  std::unique_ptr<PythonWorker> worker(new PythonWorker);
  RLMESH_ASSIGN_OR_RETURN(worker->process_,
                          WorkerProcess::Start(options.process));
  worker->process_->set_cancel(cancel);
  timeout = std::min(timeout, options.setup_timeout);
  const absl::Time deadline = absl::Now() + timeout;
  RLMESH_RETURN_IF_ERROR(worker->Setup(EncodeTexts(texts), timeout));
  RLMESH_RETURN_IF_ERROR(worker->Attach(deadline - absl::Now()));
  return worker;
}

absl::Status PythonWorker::Setup(absl::string_view request,
                                 absl::Duration timeout) {
  RLMESH_ASSIGN_OR_RETURN(const Answer answer,
                          process_->Call(FrameKind::kSetup, request, timeout));
  core::v1::EnvContract proto;
  if (!proto.ParseFromArray(answer.payload.data(),
                            static_cast<int>(answer.payload.size()))) {
    return absl::InternalError(
        "the worker's description of the environment does not parse");
  }
  absl::StatusOr<EnvContract> contract = EnvContract::FromProto(proto);
  if (!contract.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "this environment cannot be served: ", contract.status().message()));
  }
  if (contract->num_envs != 1) {
    return absl::InternalError("the worker describes more than one lane");
  }
  contract_ = *std::move(contract);
  is_instance_ = (answer.flags & FrameHeader::kIsInstance) != 0;
  return absl::OkStatus();
}

absl::Status PythonWorker::Attach(absl::Duration timeout) {
  RLMESH_ASSIGN_OR_RETURN(
      layout_,
      SlotLayout::Create(/*lanes=*/1, LeafBytes(contract_.action_space),
                         LeafBytes(contract_.observation_space)));
  RLMESH_ASSIGN_OR_RETURN(slots_, SharedSlots::Create(layout_.size));
  process_->set_interrupted(slots_.data() + layout_.interrupted);
  return process_
      ->Call(FrameKind::kAttach, layout_.Encode(), timeout, slots_.fd())
      .status();
}

absl::Status PythonWorker::Renew(absl::Duration timeout,
                                 absl::Duration close_timeout) {
  const EnvContract before = contract_;
  const absl::Time deadline = absl::Now() + timeout;
  RLMESH_RETURN_IF_ERROR(
      process_->Call(FrameKind::kDiscard, "", std::min(timeout, close_timeout))
          .status());
  RLMESH_RETURN_IF_ERROR(Setup("", deadline - absl::Now()));
  return CheckSameContract(before, contract_);
}

absl::Status CheckSameContract(const EnvContract& before,
                               const EnvContract& now) {
  const std::pair<const SpaceSpec*, const SpaceSpec*> spaces[] = {
      {&before.action_space, &now.action_space},
      {&before.observation_space, &now.observation_space}};
  for (const auto& space : spaces) {
    if (*space.first == *space.second) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "environment ", before.id,
        " was made again with another space: ", space.second->ToString(),
        " instead of ", space.first->ToString(), "; restart the server"));
  }
  return absl::OkStatus();
}

}  // namespace rlmesh
