// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/python_workers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/clock.h"
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

std::string PythonWorkers::SetupRequest(const Worker& worker) const {
  FrameTexts texts;
  if (!options_.gym.empty()) texts.emplace_back("gym", options_.gym);
  if (!options_.entrypoint.empty()) {
    texts.emplace_back("entrypoint", options_.entrypoint);
  }
  for (const std::string& module : options_.imports) {
    texts.emplace_back("import", module);
  }
  if (!options_.kwargs.empty()) texts.emplace_back("kwargs", options_.kwargs);
  texts.emplace_back("total", absl::StrCat(options_.num_envs));
  texts.emplace_back("lanes", absl::StrCat(std::max(1u, worker.count)));
  if (options_.autoreset == AutoresetMode::kNextStep) {
    texts.emplace_back("autoreset", "next_step");
  }
  return EncodeTexts(texts);
}

absl::Status PythonWorkers::StartProcess(Worker* worker) {
  worker->ready = false;
  RLMESH_ASSIGN_OR_RETURN(worker->process,
                          WorkerProcess::Start(options_.process));
  worker->process->set_cancel(cancel_);
  if (workers_.size() > 1) {
    const uint32_t last = worker->first + worker->count - 1;
    worker->process->set_subject(
        last == worker->first
            ? absl::StrCat("lane ", last, ": ")
            : absl::StrCat("lanes ", worker->first, " to ", last, ": "));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PythonWorkers>> PythonWorkers::Start(
    const PythonEnvironmentOptions& options, absl::Duration timeout,
    CancelEvent* cancel) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<PythonWorkers> workers(new PythonWorkers(options));
  workers->cancel_ = cancel;
  timeout = std::min(timeout, options.setup_timeout);
  const absl::Time deadline = SteadyNow() + timeout;
  workers->workers_.resize(options.processes);
  for (int i = 0; i < options.processes; ++i) {
    Worker& worker = workers->workers_[i];
    const int64_t lanes = options.num_envs;
    worker.first = static_cast<uint32_t>(lanes * i / options.processes);
    worker.count = static_cast<uint32_t>(lanes * (i + 1) / options.processes) -
                   worker.first;
    RLMESH_RETURN_IF_ERROR(workers->StartProcess(&worker));
  }
  RLMESH_RETURN_IF_ERROR(workers->Setup(/*first_time=*/true, timeout));
  const EnvContract& contract = workers->contract_;
  RLMESH_ASSIGN_OR_RETURN(
      workers->layout_,
      SlotLayout::Create(contract.num_envs, workers->size(),
                         LeafBytes(contract.action_space),
                         LeafBytes(contract.observation_space)));
  RLMESH_ASSIGN_OR_RETURN(workers->slots_,
                          SharedSlots::Create(workers->layout_.size));
  for (size_t i = 0; i < workers->size(); ++i) {
    RLMESH_RETURN_IF_ERROR(workers->Attach(i, deadline - SteadyNow()));
  }
  return workers;
}

absl::StatusOr<EnvContract> PythonWorkers::ReadContract(Worker* worker) {
  RLMESH_ASSIGN_OR_RETURN(const Answer answer, worker->process->Finish());
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
  if (worker->count == 0) worker->count = contract->num_envs;
  if (contract->num_envs != static_cast<int>(worker->count)) {
    return absl::InternalError(
        absl::StrCat("the worker describes ", contract->num_envs,
                     " lanes instead of ", worker->count));
  }
  is_instance_ = (answer.flags & FrameHeader::kIsInstance) != 0;
  is_lockstep_ =
      (answer.flags & FrameHeader::kIsLockstep) != 0 && contract->num_envs > 1;
  if (!is_lockstep_) {
    contract->autoreset_mode = options_.autoreset;
  } else if (options_.autoreset == AutoresetMode::kNextStep &&
             contract->autoreset_mode != AutoresetMode::kNextStep) {
    return absl::InvalidArgumentError(
        "the vector environment waits for a reset after the end of an episode; "
        "make it with AutoresetMode.NEXT_STEP, or leave autoreset out");
  }
  return contract;
}

absl::Status PythonWorkers::Setup(bool first_time, absl::Duration timeout) {
  absl::Status status;
  for (Worker& worker : workers_) {
    status.Update(worker.process->Begin(FrameKind::kSetup, /*flags=*/0,
                                        first_time ? SetupRequest(worker) : "",
                                        timeout));
    if (!status.ok()) return status;  // nothing but the destructor follows
  }
  int lanes = 0;
  for (Worker& worker : workers_) {
    RLMESH_ASSIGN_OR_RETURN(EnvContract contract, ReadContract(&worker));
    if (lanes > 0) {
      RLMESH_RETURN_IF_ERROR(CheckSameContract(contract_, contract));
    }
    lanes += contract.num_envs;
    contract_ = std::move(contract);
  }
  contract_.num_envs = lanes;
  return absl::OkStatus();
}

absl::Status PythonWorkers::Attach(size_t index, absl::Duration timeout) {
  Worker& worker = workers_[index];
  worker.process->set_interrupted(slots_.data() + layout_.interrupted +
                                  8 * index);
  RLMESH_RETURN_IF_ERROR(
      worker.process
          ->Call(FrameKind::kAttach,
                 layout_.Encode(index, worker.first, worker.count), timeout,
                 slots_.fd())
          .status());
  worker.ready = true;
  return absl::OkStatus();
}

absl::Status PythonWorkers::Renew(absl::Duration timeout,
                                  absl::Duration close_timeout) {
  const EnvContract before = contract_;
  const absl::Time deadline = SteadyNow() + timeout;
  close_timeout = std::min(timeout, close_timeout);
  for (Worker& worker : workers_) {
    RLMESH_RETURN_IF_ERROR(
        worker.process->Begin(FrameKind::kDiscard, 0, "", close_timeout));
  }
  for (Worker& worker : workers_) {
    RLMESH_RETURN_IF_ERROR(worker.process->Finish().status());
  }
  RLMESH_RETURN_IF_ERROR(Setup(/*first_time=*/false, deadline - SteadyNow()));
  return CheckSameContract(before, contract_);
}

absl::Status PythonWorkers::Restart(size_t index, absl::Duration timeout) {
  timeout = std::min(timeout, options_.setup_timeout);
  const absl::Time deadline = SteadyNow() + timeout;
  Worker& worker = workers_[index];
  RLMESH_RETURN_IF_ERROR(StartProcess(&worker));
  RLMESH_RETURN_IF_ERROR(worker.process->Begin(FrameKind::kSetup, /*flags=*/0,
                                               SetupRequest(worker), timeout));
  RLMESH_ASSIGN_OR_RETURN(const EnvContract contract, ReadContract(&worker));
  RLMESH_RETURN_IF_ERROR(CheckSameContract(contract_, contract));
  return Attach(index, deadline - SteadyNow());
}

absl::Status PythonWorkers::Settle(absl::Duration timeout) {
  const absl::Time deadline = SteadyNow() + timeout;
  for (Worker& worker : workers_) {
    RLMESH_RETURN_IF_ERROR(
        worker.process->Settle(FrameKind::kReset, deadline - SteadyNow()));
  }
  return absl::OkStatus();
}

absl::Status PythonWorkers::Close(absl::Duration timeout) {
  const absl::Time deadline = SteadyNow() + timeout;
  absl::Status status;
  for (Worker& worker : workers_) {
    status.Update(worker.process->Close(
        std::max(deadline - SteadyNow(), absl::Milliseconds(100))));
  }
  return status;
}

void PythonWorkers::set_cancel(CancelEvent* cancel) {
  cancel_ = cancel;
  for (Worker& worker : workers_) worker.process->set_cancel(cancel);
}

size_t PythonWorkers::worker_of(uint32_t lane) const {
  size_t worker = 0;
  while (lane >= workers_[worker].first + workers_[worker].count) ++worker;
  return worker;
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
