// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/driver/run.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/driver/borrowed.h"
#include "rlmesh/driver/episode_loop.h"
#include "rlmesh/driver/lanes/vector_loop.h"
#include "rlmesh/driver/session_loop.h"

namespace rlmesh {
namespace {

// A cancelled call may begin just after it was interrupted: try again.
constexpr absl::Duration kInterruptEvery = absl::Milliseconds(20);

}  // namespace

Run::Run(Environment* environment, Model* model, RunOptions options)
    : borrowed_environment_(
          std::make_unique<BorrowedEnvironmentFactory>(environment)),
      borrowed_model_(std::make_unique<BorrowedModelFactory>(model)),
      environments_(borrowed_environment_.get()),
      models_(borrowed_model_.get()),
      options_(std::move(options)) {}

Run::Run(EnvironmentFactory* environments, ModelFactory* models,
         RunOptions options)
    : environments_(environments),
      models_(models),
      options_(std::move(options)) {}

Run::~Run() = default;

absl::Status Run::Check() const {
  RLMESH_RETURN_IF_ERROR(options_.Validate());
  const int most = environments_->max_environments();
  if (options_.parallel <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("parallel is ", options_.parallel,
                   "; there can be no more than ", most, " environments"));
}

void Run::Cancel() {
  absl::MutexLock lock(&mu_);
  cancelled_ = true;
  if (ledger_ != nullptr) ledger_->Abort(absl::CancelledError("cancelled"));
}

RunResult Run::Play() {
  RunResult result;
  result.status = Check();
  if (!result.status.ok()) return result;
  RunLedger ledger(options_, options_.seed ? *options_.seed : ChooseSeed());
  {
    absl::MutexLock lock(&mu_);
    ledger_ = &ledger;
    if (cancelled_) ledger.Abort(absl::CancelledError("cancelled"));
  }
  if (ledger.finished() < options_.episodes) PlaySessions(&ledger);
  {
    absl::MutexLock lock(&mu_);
    ledger_ = nullptr;
  }
  result = ledger.TakeResult();
  for (Hook* hook : options_.hooks) {
    const absl::Status s = hook->OnRunEnd(result);
    if (result.status.ok()) result.status = s;
  }
  return result;
}

void Run::PlaySessions(RunLedger* ledger) {
  const int64_t left = options_.episodes - ledger->finished();
  const int lanes = environments_->contract().num_envs;
  const int64_t needed = (left - 1) / lanes + 1;
  std::vector<std::unique_ptr<EpisodeLoop>> loops;
  for (int64_t i = 0; i < std::min<int64_t>(options_.parallel, needed); ++i) {
    if (lanes > 1) {
      loops.push_back(std::make_unique<VectorLoop>(environments_, models_,
                                                   options_, ledger));
    } else {
      loops.push_back(std::make_unique<SessionLoop>(environments_, models_,
                                                    options_, ledger));
    }
    ledger->Enter();
  }
  std::vector<std::thread> threads;
  // The last to end.
  threads.emplace_back([ledger, &loops] {
    if (!ledger->AwaitAbort()) return;
    do {
      for (const auto& loop : loops) loop->Interrupt();
    } while (!ledger->AwaitEnd(kInterruptEvery));
  });
  const auto play = [ledger](EpisodeLoop* loop) {
    loop->Play();
    ledger->Leave();
  };
  for (size_t i = 1; i < loops.size(); ++i) {
    threads.emplace_back(play, loops[i].get());
  }
  play(loops[0].get());
  for (std::thread& thread : threads) thread.join();
}

}  // namespace rlmesh
