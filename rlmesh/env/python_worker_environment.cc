// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python_worker_environment.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "glog/logging.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/little_endian.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {
namespace {

constexpr char kPngSignature[] = "\x89PNG\r\n\x1a\n";

// Leaves that code may use to select something: never read from memory that
// can change between the check and the use.
bool IsCopied(const LeafSpec& leaf) {
  return leaf.kind == LeafSpec::Kind::kDiscrete ||
         leaf.kind == LeafSpec::Kind::kMultiDiscrete;
}

absl::Status Recoverable(absl::Status status) {
  ErrorDetails details = GetErrorDetails(status);
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

}  // namespace

// What a factory and its environments have in common, and the kept process.
struct PythonWorkerEnvironment::Shared {
  PythonEnvironmentOptions options;
  EnvContract contract;
  bool is_instance = false;

  absl::Mutex mu;
  std::unique_ptr<PythonWorker> kept ABSL_GUARDED_BY(mu);
  bool kept_is_fresh ABSL_GUARDED_BY(mu) = false;
  bool closed ABSL_GUARDED_BY(mu) = false;

  // Keeps `worker` for the next session, or closes it.
  absl::Status GiveBack(std::unique_ptr<PythonWorker> worker) {
    worker->process().set_cancel(nullptr);
    const absl::Status settled = worker->process().Settle(
        options.process.interrupt_grace + absl::Seconds(1));
    if (!settled.ok()) return absl::OkStatus();  // killed with `worker`
    {
      absl::MutexLock lock(&mu);
      if (!closed && kept == nullptr) {
        kept = std::move(worker);
        kept_is_fresh = false;
        return absl::OkStatus();
      }
    }
    return worker->process().Close(options.close_timeout);
  }

  // The kept process with a fresh environment, or a new one.
  absl::StatusOr<std::unique_ptr<PythonWorker>> Take(absl::Time deadline,
                                                     CancelEvent* cancel) {
    std::unique_ptr<PythonWorker> worker;
    bool is_ready;
    {
      absl::MutexLock lock(&mu);
      worker = std::move(kept);
      is_ready = kept_is_fresh || is_instance;
    }
    if (worker != nullptr) {
      worker->process().set_cancel(cancel);
      const absl::Duration timeout =
          std::min(options.setup_timeout, deadline - absl::Now());
      const absl::Status renewed =
          is_ready ? worker->process().Settle(timeout)
                   : worker->Renew(timeout, options.close_timeout);
      if (renewed.ok()) return worker;
      if (absl::IsCancelled(renewed)) return renewed;
      if (absl::Now() >= deadline) return renewed;
      LOG(WARNING) << "starting another worker: " << renewed.message();
    }
    return Restart(deadline, cancel);
  }

  absl::StatusOr<std::unique_ptr<PythonWorker>> Restart(absl::Time deadline,
                                                        CancelEvent* cancel) {
    RLMESH_ASSIGN_OR_RETURN(
        std::unique_ptr<PythonWorker> worker,
        PythonWorker::Start(options, deadline - absl::Now(), cancel));
    RLMESH_RETURN_IF_ERROR(CheckSameContract(contract, worker->contract()));
    return worker;
  }
};

PythonWorkerEnvironment::PythonWorkerEnvironment(
    std::shared_ptr<Shared> shared, std::unique_ptr<CancelEvent> cancel,
    std::unique_ptr<PythonWorker> worker)
    : shared_(std::move(shared)),
      cancel_(std::move(cancel)),
      copies_(shared_->contract.observation_space, /*lanes=*/1) {
  Adopt(std::move(worker));
}

PythonWorkerEnvironment::~PythonWorkerEnvironment() {
  const absl::Status status = Close();
  if (!status.ok())
    LOG(WARNING) << "closing an environment: " << status.message();
}

const EnvContract& PythonWorkerEnvironment::contract() const {
  return shared_->contract;
}

pid_t PythonWorkerEnvironment::pid() const {
  return worker_ == nullptr ? -1 : worker_->process().pid();
}

void PythonWorkerEnvironment::Cancel() { cancel_->Set(); }

void PythonWorkerEnvironment::Adopt(std::unique_ptr<PythonWorker> worker) {
  worker_ = std::move(worker);
  const auto leaves = contract().observation_space.leaves();
  const auto& places = worker_->layout().observation;
  views_.resize(leaves.size());
  size_t variable = 0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (places[i].bytes == SlotLayout::kVariable) {
      ++variable;
    } else if (IsCopied(leaves[i])) {
      const absl::Span<char> copy = copies_.leaf(i);
      views_[i] = absl::string_view(copy.data(), copy.size());
    } else {
      views_[i] = absl::string_view(worker_->slots() + places[i].offset,
                                    places[i].bytes);
    }
  }
  variable_.resize(variable);
}

absl::Status PythonWorkerEnvironment::Check(absl::Span<const uint32_t> lanes,
                                            const char* what) const {
  if (closed_) {
    return absl::FailedPreconditionError("the environment is closed");
  }
  for (size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i] != 0) {
      return Recoverable(absl::InvalidArgumentError(absl::StrCat(
          what, ": env_index ", lanes[i], " out of range for num_envs 1")));
    }
    if (i > 0) {
      return Recoverable(absl::InvalidArgumentError(
          absl::StrCat(what, ": duplicate env_index 0")));
    }
  }
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::Revive(absl::Time deadline) {
  if (worker_ != nullptr) {
    const absl::Status settled = worker_->process().Settle(
        std::min(shared_->options.process.interrupt_grace + absl::Seconds(5),
                 deadline - absl::Now()));
    if (settled.ok()) return settled;
    if (absl::IsCancelled(settled)) return settled;
    // It is still being interrupted: the next reset finds out.
    if (absl::Now() >= deadline) return settled;
    worker_.reset();
    LOG(WARNING) << "restarting a worker: " << settled.message();
  }
  absl::StatusOr<std::unique_ptr<PythonWorker>> worker =
      shared_->Restart(deadline, cancel_.get());
  if (absl::IsDeadlineExceeded(worker.status()) && absl::Now() >= deadline) {
    return worker.status();  // another client may have more patience
  }
  if (!worker.ok()) {
    // Nothing a client can do: not recoverable, whatever the reason.
    ErrorDetails details = GetErrorDetails(worker.status());
    details.recoverable = absl::IsCancelled(worker.status());
    absl::Status status(
        absl::IsCancelled(worker.status()) ? absl::StatusCode::kCancelled
                                           : absl::StatusCode::kUnavailable,
        absl::StrCat("the environment's worker cannot be restarted: ",
                     worker.status().message()));
    SetErrorDetails(details, &status);
    return status;
  }
  Adopt(*std::move(worker));
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::Reset(const ResetRequest& request,
                                            Observation* observation) {
  RLMESH_RETURN_IF_ERROR(Check(request.lanes, "partial reset"));
  needs_reset_ = true;  // until it has succeeded
  const absl::Duration timeout =
      std::min(request.timeout, shared_->options.reset_timeout);
  const absl::Time start = absl::Now();
  RLMESH_RETURN_IF_ERROR(Revive(start + timeout));
  const absl::Duration spent = absl::Now() - start;
  // Mostly microseconds, which nobody wants to read about in a timeout's text.
  const absl::Duration left =
      spent < absl::Milliseconds(1) ? timeout : timeout - spent;
  payload_.assign(10, '\0');
  if (!request.seeds.empty()) {
    payload_[0] = 1;
    StoreLittleEndian<uint64_t>(static_cast<uint64_t>(request.seeds[0]),
                                &payload_[1]);
  }
  if (request.has_options) {
    payload_[9] = 1;
    payload_.append(request.options.data(), request.options.size());
  }
  RLMESH_ASSIGN_OR_RETURN(
      const Answer answer,
      worker_->process().Call(FrameKind::kReset, payload_, left));
  action_deviations_.clear();
  RLMESH_RETURN_IF_ERROR(Observe(FrameKind::kReset, answer, observation));
  needs_reset_ = false;
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::PutActions(ValueView actions) {
  action_deviations_.clear();
  const absl::Status checked =
      CheckValue(contract().action_space, actions, /*lanes=*/1,
                 shared_->options.validation, &action_deviations_);
  if (!checked.ok()) return Recoverable(checked);
  payload_.clear();
  const auto& places = worker_->layout().action;
  for (size_t i = 0; i < places.size(); ++i) {
    const absl::string_view leaf = actions.leaf(i);
    if (places[i].bytes == SlotLayout::kVariable) {
      AppendVariableLeaf(leaf, &payload_);
    } else {
      std::memcpy(worker_->slots() + places[i].offset, leaf.data(),
                  leaf.size());
    }
  }
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::Step(const StepRequest& request,
                                           Transition* transition) {
  RLMESH_RETURN_IF_ERROR(Check(request.lanes, "subset step"));
  if (needs_reset_ || worker_ == nullptr) {
    return Recoverable(absl::FailedPreconditionError(
        "an earlier call of this environment failed; reset it before the next "
        "step"));
  }
  RLMESH_RETURN_IF_ERROR(PutActions(request.actions));
  needs_reset_ = true;  // until it has succeeded
  RLMESH_ASSIGN_OR_RETURN(
      const Answer answer,
      worker_->process().Call(
          FrameKind::kStep, payload_,
          std::min(request.timeout, shared_->options.step_timeout)));
  const SlotLayout& layout = worker_->layout();
  std::memcpy(&reward_, worker_->slots() + layout.rewards, sizeof(reward_));
  terminated_ = worker_->slots()[layout.terminated] != 0;
  truncated_ = worker_->slots()[layout.truncated] != 0;
  RLMESH_RETURN_IF_ERROR(
      Observe(FrameKind::kStep, answer, &transition->observation));
  transition->rewards = absl::MakeConstSpan(&reward_, 1);
  transition->terminated = absl::MakeConstSpan(&terminated_, 1);
  transition->truncated = absl::MakeConstSpan(&truncated_, 1);
  needs_reset_ = false;
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::Observe(FrameKind kind,
                                              const Answer& answer,
                                              Observation* observation) {
  absl::string_view payload = answer.payload;
  absl::Status cut = CutVariableLeaves(absl::MakeSpan(variable_), &payload);
  if (!cut.ok()) return WorkerProcess::WrongAnswer(kind, cut.message());
  const auto leaves = contract().observation_space.leaves();
  const auto& places = worker_->layout().observation;
  size_t variable = 0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (places[i].bytes == SlotLayout::kVariable) {
      views_[i] = variable_[variable++];
    } else if (IsCopied(leaves[i])) {
      std::memcpy(copies_.leaf(i).data(), worker_->slots() + places[i].offset,
                  places[i].bytes);
    }
  }
  observation->value = ValueView(views_);
  observation_deviations_.clear();
  const absl::Status checked =
      CheckValue(contract().observation_space, observation->value, /*lanes=*/1,
                 shared_->options.validation, &observation_deviations_);
  if (!checked.ok()) return WorkerProcess::WrongAnswer(kind, checked.message());

  observation->has_infos = (answer.flags & FrameHeader::kHasInfos) != 0;
  observation->infos = observation->has_infos ? payload : absl::string_view();
  if (action_deviations_.empty() && observation_deviations_.empty()) {
    return absl::OkStatus();
  }
  infos_.assign(observation->infos.data(), observation->infos.size());
  const size_t reported = reported_.size();
  RLMESH_RETURN_IF_ERROR(AddWarnings("action", &infos_));
  RLMESH_RETURN_IF_ERROR(AddWarnings("observation", &infos_));
  if (reported_.size() != reported) {
    observation->has_infos = true;
    observation->infos = infos_;
  }
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::AddWarnings(absl::string_view kind,
                                                  std::string* infos) {
  std::vector<Deviation>& deviations =
      kind == "action" ? action_deviations_ : observation_deviations_;
  const auto is_old = [&](const Deviation& deviation) {
    return !reported_.insert(absl::StrCat(kind, " ", deviation.path)).second;
  };
  deviations.erase(std::remove_if(deviations.begin(), deviations.end(), is_old),
                   deviations.end());
  const absl::Status status =
      AppendConformanceWarnings(kind, deviations, infos);
  return status.ok()
             ? status
             : WorkerProcess::WrongAnswer(FrameKind::kStep, status.message());
}

absl::Status PythonWorkerEnvironment::Render(uint32_t lane, Frame* frame) {
  frame->png.clear();
  if (closed_) {
    return absl::FailedPreconditionError("the environment is closed");
  }
  if (lane != 0) {
    return Recoverable(absl::InvalidArgumentError(
        absl::StrCat("lane ", lane, " out of range for 1 lanes")));
  }
  if (worker_ == nullptr) {
    return Recoverable(absl::FailedPreconditionError(
        "the environment's worker has ended; reset it before rendering"));
  }
  absl::StatusOr<Answer> answer = worker_->process().Call(
      FrameKind::kRender, "", shared_->options.step_timeout);
  if (!answer.ok()) {
    // What was raised has left the episode as it is.
    needs_reset_ |= !absl::IsInternal(answer.status());
    return answer.status();
  }
  if (!answer->payload.empty() &&
      !absl::StartsWith(answer->payload, kPngSignature)) {
    return WorkerProcess::WrongAnswer(FrameKind::kRender,
                                      "the frame is no PNG");
  }
  frame->png = std::string(answer->payload);
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::Close() {
  closed_ = true;
  if (worker_ == nullptr) return absl::OkStatus();
  return shared_->GiveBack(std::move(worker_));
}

absl::StatusOr<std::unique_ptr<PythonWorkerFactory>>
PythonWorkerFactory::Create(PythonEnvironmentOptions options,
                            const CreateOptions& create) {
  auto shared = std::make_shared<Shared>();
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<CancelEvent> cancel,
                          CancelEvent::Create());
  CancelEvent* const event = cancel.get();
  const Cancellation::Callback end(create.cancellation,
                                   [event] { event->Set(); });
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<PythonWorker> worker,
      PythonWorker::Start(options, create.deadline - absl::Now(), event));
  worker->process().set_cancel(nullptr);
  shared->options = std::move(options);
  shared->contract = worker->contract();
  shared->is_instance = worker->is_instance();
  {
    absl::MutexLock lock(&shared->mu);
    shared->kept = std::move(worker);
    shared->kept_is_fresh = true;
  }
  return std::unique_ptr<PythonWorkerFactory>(
      new PythonWorkerFactory(std::move(shared)));
}

PythonWorkerFactory::PythonWorkerFactory(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)) {}

PythonWorkerFactory::~PythonWorkerFactory() {
  std::unique_ptr<PythonWorker> worker;
  {
    absl::MutexLock lock(&shared_->mu);
    shared_->closed = true;
    worker = std::move(shared_->kept);
  }
  if (worker == nullptr) return;
  worker->process().set_cancel(nullptr);
  const absl::Status status =
      worker->process().Close(shared_->options.close_timeout);
  if (!status.ok())
    LOG(WARNING) << "closing an environment: " << status.message();
}

const EnvContract& PythonWorkerFactory::contract() const {
  return shared_->contract;
}

int PythonWorkerFactory::max_environments() const {
  return shared_->is_instance ? 1 : std::numeric_limits<int>::max();
}

absl::StatusOr<std::unique_ptr<Environment>> PythonWorkerFactory::Create(
    const CreateOptions& options) {
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<CancelEvent> cancel,
                          CancelEvent::Create());
  CancelEvent* const event = cancel.get();
  const Cancellation::Callback end(options.cancellation,
                                   [event] { event->Set(); });
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<PythonWorker> worker,
                          shared_->Take(options.deadline, event));
  return std::unique_ptr<Environment>(new PythonWorkerEnvironment(
      shared_, std::move(cancel), std::move(worker)));
}

}  // namespace rlmesh
