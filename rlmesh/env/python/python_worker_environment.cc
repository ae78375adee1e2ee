// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/python_worker_environment.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/little_endian.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/env/lanes/failed_rows.h"
#include "rlmesh/env/lanes/reset_options.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/value_rows.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {
namespace {

constexpr char kPngSignature[] = "\x89PNG\r\n\x1a\n";

absl::Status Recoverable(absl::Status status) {
  ErrorDetails details = GetErrorDetails(status);
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

std::vector<uint32_t> Bounds(const PythonWorkers& workers) {
  std::vector<uint32_t> bounds;
  for (size_t i = 0; i < workers.size(); ++i) {
    bounds.push_back(workers.first_lane(i));
  }
  bounds.push_back(static_cast<uint32_t>(workers.contract().num_envs));
  return bounds;
}

void Append32(uint32_t value, std::string* out) {
  char bytes[4];
  StoreLittleEndian<uint32_t>(value, bytes);
  out->append(bytes, sizeof(bytes));
}

}  // namespace

PythonWorkerEnvironment::PythonWorkerEnvironment(
    std::shared_ptr<PythonWorkerPool> pool, std::unique_ptr<CancelEvent> cancel,
    std::unique_ptr<PythonWorkers> workers)
    : pool_(std::move(pool)),
      cancel_(std::move(cancel)),
      workers_(std::move(workers)),
      needs_reset_(pool_->contract().num_envs),
      selection_(Bounds(*workers_)),
      rows_(pool_->contract(), workers_->layout(), workers_->slots()),
      infos_(pool_->is_lockstep()),
      called_(workers_->size()) {}

PythonWorkerEnvironment::~PythonWorkerEnvironment() {
  const absl::Status status = Close();
  if (!status.ok()) {
    LOG(WARNING) << "closing an environment: " << status.message();
  }
}

const EnvContract& PythonWorkerEnvironment::contract() const {
  return pool_->contract();
}

bool PythonWorkerEnvironment::takes_lanes() const {
  return !pool_->is_lockstep();
}

pid_t PythonWorkerEnvironment::pid(uint32_t lane) const {
  return workers_ == nullptr
             ? -1
             : workers_->process(workers_->worker_of(lane)).pid();
}

void PythonWorkerEnvironment::Cancel() { cancel_->Set(); }

absl::Status PythonWorkerEnvironment::Select(const char* what,
                                             absl::Span<const uint32_t> lanes) {
  if (workers_ == nullptr) {
    return absl::FailedPreconditionError("the environment is closed");
  }
  RLMESH_RETURN_IF_ERROR(selection_.Select(what, lanes));
  if (pool_->is_lockstep() && !selection_.is_all()) {
    return Recoverable(absl::UnimplementedError(absl::StrCat(
        what, ": a vector environment resets and steps all of its lanes")));
  }
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::Revive(size_t worker,
                                             absl::Time deadline) {
  if (workers_->is_ready(worker)) {
    const absl::Status settled = workers_->process(worker).Settle(
        FrameKind::kReset,
        std::min(pool_->options().process.interrupt_grace + absl::Seconds(5),
                 deadline - SteadyNow()));
    if (settled.ok()) return settled;
    if (absl::IsCancelled(settled)) return settled;
    // It is still being interrupted: the next reset finds out.
    if (SteadyNow() >= deadline) return settled;
    LOG(WARNING) << "restarting a worker: " << settled.message();
  }
  std::fill_n(needs_reset_.begin() + workers_->first_lane(worker),
              workers_->lanes(worker), 1);
  const absl::Status status = workers_->Restart(worker, deadline - SteadyNow());
  // At the deadline: another client may have more patience.
  if (status.ok() ||
      (absl::IsDeadlineExceeded(status) && SteadyNow() >= deadline)) {
    return status;
  }
  // Nothing a client can do: not recoverable, whatever the reason.
  ErrorDetails details = GetErrorDetails(status);
  details.recoverable = absl::IsCancelled(status);
  absl::Status error(absl::IsCancelled(status) ? absl::StatusCode::kCancelled
                                               : absl::StatusCode::kUnavailable,
                     absl::StrCat("the environment's worker cannot be "
                                  "restarted: ",
                                  status.message()));
  SetErrorDetails(details, &error);
  return error;
}

uint8_t PythonWorkerEnvironment::PutLanes(size_t worker) {
  payload_.clear();
  if (selection_.is_whole(worker)) return 0;
  const absl::Span<const uint32_t> rows = selection_.rows(worker);
  Append32(static_cast<uint32_t>(rows.size()), &payload_);
  for (const uint32_t row : rows) {
    Append32(selection_.lane(row) - workers_->first_lane(worker), &payload_);
  }
  return FrameHeader::kSubset;
}

void PythonWorkerEnvironment::StartCall() {
  std::fill(called_.begin(), called_.end(), 0);
  failures_.Start(selection_.size());
  infos_.Start(selection_.size());
}

void PythonWorkerEnvironment::Begin(FrameKind kind, size_t worker,
                                    uint8_t flags, absl::Duration timeout) {
  if (absl::IsCancelled(failures_.status())) {  // and so is this part of it
    const absl::Status cancelled = failures_.status();
    failures_.AddNamed(selection_, worker, /*lanes=*/"", cancelled);
    return;
  }
  const absl::Status begun =
      workers_->process(worker).Begin(kind, flags, payload_, timeout);
  called_[worker] = begun.ok();
  if (!begun.ok()) Fail(worker, begun);
}

void PythonWorkerEnvironment::Fail(size_t worker, const absl::Status& status) {
  const WorkerProcess& process = workers_->process(worker);
  failures_.AddNamed(selection_, worker, process.failed_lanes(), status);
  if (!process.has_ended()) return;
  std::fill_n(needs_reset_.begin() + workers_->first_lane(worker),
              workers_->lanes(worker), 1);
}

absl::Status PythonWorkerEnvironment::Finish(FrameKind kind) {
  for (size_t i = 0; i < workers_->size(); ++i) {
    if (called_[i] == 0) continue;
    WorkerProcess& process = workers_->process(i);
    if (absl::IsCancelled(failures_.status())) process.Hurry();
    absl::StatusOr<Answer> answer = process.Finish();
    if (!answer.ok()) {
      Fail(i, answer.status());
      continue;
    }
    absl::Status taken = rows_.TakeTexts(selection_, i, &answer->payload);
    if (taken.ok()) taken = infos_.Take(selection_.rows(i), *answer);
    if (!taken.ok()) Fail(i, WorkerProcess::WrongAnswer(kind, taken.message()));
  }
  return failures_.status();
}

absl::Status PythonWorkerEnvironment::Reset(const ResetRequest& request,
                                            Observation* observation) {
  RLMESH_RETURN_IF_ERROR(Select("partial reset", request.lanes));
  const size_t seeds = request.seeds.size();
  if (pool_->is_lockstep() && seeds > 1 && seeds != selection_.size()) {
    return Recoverable(absl::InvalidArgumentError(absl::StrCat(
        "reset: seeds length ", seeds, " does not match num_envs ",
        selection_.size(), "; send one seed for each lane, or one for all")));
  }
  const absl::Duration timeout =
      std::min(request.timeout, pool_->options().reset_timeout);
  const absl::Time start = SteadyNow();
  // Until it has succeeded:
  for (const uint32_t lane : selection_.lanes()) needs_reset_[lane] = 1;
  for (size_t i = 0; i < workers_->size(); ++i) {
    if (selection_.rows(i).empty()) continue;
    RLMESH_RETURN_IF_ERROR(Revive(i, start + timeout));
  }
  const absl::Duration spent = SteadyNow() - start;
  // Mostly microseconds, which nobody wants to read about in a timeout's text.
  const absl::Duration left =
      spent < absl::Milliseconds(1) ? timeout : timeout - spent;
  RLMESH_RETURN_IF_ERROR(BeginReset(request, left));
  RLMESH_RETURN_IF_ERROR(Finish(FrameKind::kReset));
  ended_.assign(selection_.size(), 1);
  RLMESH_RETURN_IF_ERROR(Observe(FrameKind::kReset, observation));
  for (const uint32_t lane : selection_.lanes()) needs_reset_[lane] = 0;
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::BeginReset(const ResetRequest& request,
                                                 absl::Duration timeout) {
  StartCall();
  RLMESH_ASSIGN_OR_RETURN(
      const ResetOptions options,
      ResetOptions::Parse(request.has_options ? request.options : "",
                          workers_->size() == 1 ? 1 : selection_.size()));
  for (size_t i = 0; i < workers_->size(); ++i) {
    const absl::Span<const uint32_t> rows = selection_.rows(i);
    if (rows.empty()) continue;
    const uint8_t flags = PutLanes(i);
    // A lockstep worker has all rows, and may derive seeds from the first.
    size_t seeds = 0;
    while (seeds < rows.size() && rows[seeds] < request.seeds.size()) ++seeds;
    Append32(static_cast<uint32_t>(seeds), &payload_);
    for (size_t k = 0; k < seeds; ++k) {
      char bytes[8];
      StoreLittleEndian<uint64_t>(static_cast<uint64_t>(request.seeds[rows[k]]),
                                  bytes);
      payload_.append(bytes, sizeof(bytes));
    }
    payload_.push_back(request.has_options ? 1 : 0);
    options.AppendFor(rows, &payload_);
    Begin(FrameKind::kReset, i, flags, timeout);
  }
  return absl::OkStatus();
}

absl::Status PythonWorkerEnvironment::Step(const StepRequest& request,
                                           Transition* transition) {
  RLMESH_RETURN_IF_ERROR(Select("subset step", request.lanes));
  for (const uint32_t lane : selection_.lanes()) {
    if (needs_reset_[lane] == 0) continue;
    return Recoverable(absl::FailedPreconditionError(
        absl::StrCat("an earlier call of ",
                     needs_reset_.size() == 1 ? "this environment"
                                              : absl::StrCat("lane ", lane),
                     " failed; reset it before the next step")));
  }
  StartCall();
  const absl::Status checked =
      CheckValue(contract().action_space, request.actions,
                 static_cast<int>(selection_.size()),
                 pool_->options().validation, infos_.action_deviations());
  if (!checked.ok()) return Recoverable(checked);
  BeginStep(request);
  absl::Status status = Finish(FrameKind::kStep);
  TakeRewards();
  if (status.ok()) {
    status = Observe(FrameKind::kStep, &transition->observation);
  }
  transition->rewards = rewards_;
  transition->terminated = terminated_;
  transition->truncated = truncated_;
  if (status.ok()) return status;
  const bool only_some = !failures_.some().empty();
  if (only_some) SetFailedRows(failures_.some(), &status);
  for (size_t row = 0; row < selection_.size(); ++row) {
    if (only_some && !failures_.contains(row)) continue;
    needs_reset_[selection_.lane(row)] = 1;
  }
  return status;
}

void PythonWorkerEnvironment::BeginStep(const StepRequest& request) {
  rows_.PutActions(selection_, request.actions);
  const absl::Duration timeout =
      std::min(request.timeout, pool_->options().step_timeout);
  for (size_t i = 0; i < workers_->size(); ++i) {
    if (selection_.rows(i).empty()) continue;
    const uint8_t flags = PutLanes(i);
    rows_.AppendTexts(selection_, i, request.actions, &payload_);
    Begin(FrameKind::kStep, i, flags, timeout);
  }
}

void PythonWorkerEnvironment::TakeRewards() {
  const SlotLayout& layout = workers_->layout();
  const char* const slots = workers_->slots();
  rewards_.clear();
  terminated_.clear();
  truncated_.clear();
  ended_.clear();
  for (const uint32_t lane : selection_.lanes()) {
    double reward;
    std::memcpy(&reward, slots + layout.rewards + 8 * lane, sizeof(reward));
    rewards_.push_back(reward);
    terminated_.push_back(slots[layout.terminated + lane] != 0);
    truncated_.push_back(slots[layout.truncated + lane] != 0);
    ended_.push_back(terminated_.back() | truncated_.back());
  }
}

absl::Status PythonWorkerEnvironment::Observe(FrameKind kind,
                                              Observation* observation) {
  observation->value = rows_.Observation(selection_);
  RLMESH_RETURN_IF_ERROR(CheckObservation(kind, observation->value));
  const absl::Status put = infos_.Put(ended_, observation);
  return put.ok() ? put : WorkerProcess::WrongAnswer(kind, put.message());
}

absl::Status PythonWorkerEnvironment::CheckObservation(FrameKind kind,
                                                       ValueView value) {
  const SpaceSpec& space = contract().observation_space;
  const int lanes = static_cast<int>(selection_.size());
  const ValidationPolicy policy = pool_->options().validation;
  const absl::Status all =
      CheckValue(space, value, lanes, policy, infos_.observation_deviations());
  if (all.ok()) return all;
  if (needs_reset_.size() == 1) {
    return WorkerProcess::WrongAnswer(kind, all.message());
  }
  // Which lanes are to blame?
  ValueBuffer row;
  for (int i = 0; i < lanes; ++i) {
    CopyRow(space, value, lanes, i, &row);
    const absl::Status one =
        CheckValue(space, row.view(), /*lanes=*/1, policy, nullptr);
    if (one.ok()) continue;
    failures_.Add(i, WorkerProcess::WrongAnswer(
                         kind, one.message(),
                         absl::StrCat("lane ", selection_.lane(i), ": ")));
  }
  // User code may have changed the slots meanwhile.
  return failures_.status().ok()
             ? WorkerProcess::WrongAnswer(kind, all.message())
             : failures_.status();
}

absl::Status PythonWorkerEnvironment::Render(const RenderRequest& request,
                                             Frame* frame) {
  const uint32_t lane = request.lane;
  frame->png.clear();
  if (workers_ == nullptr) {
    return absl::FailedPreconditionError("the environment is closed");
  }
  if (lane >= needs_reset_.size()) {
    return Recoverable(absl::InvalidArgumentError(absl::StrCat(
        "lane ", lane, " out of range for ", needs_reset_.size(), " lanes")));
  }
  const size_t worker = workers_->worker_of(lane);
  if (!workers_->is_ready(worker)) {
    return Recoverable(absl::FailedPreconditionError(
        "the environment's worker has ended; reset it before rendering"));
  }
  WorkerProcess& process = workers_->process(worker);
  payload_.clear();
  Append32(lane - workers_->first_lane(worker), &payload_);
  absl::StatusOr<Answer> answer =
      process.Call(FrameKind::kRender, payload_,
                   std::min(request.timeout, pool_->options().step_timeout));
  if (!answer.ok()) {
    // What was raised has left the episode as it is.
    if (!absl::IsInternal(answer.status()) || process.has_ended()) {
      std::fill_n(needs_reset_.begin() + workers_->first_lane(worker),
                  workers_->lanes(worker), 1);
    }
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
  if (workers_ == nullptr) return absl::OkStatus();
  return pool_->GiveBack(std::move(workers_));
}

}  // namespace rlmesh
