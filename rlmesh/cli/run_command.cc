// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run_command.h"

#include <stdlib.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/foreign_text.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cleanup/reaper.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/policy_flag.h"
#include "rlmesh/cli/run_journal.h"
#include "rlmesh/cli/status_line.h"
#include "rlmesh/driver/progress.h"
#include "rlmesh/driver/report.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/launch/process_runtime.h"
#include "rlmesh/model/builtin/policy.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/sandbox/front_source.h"
#include "rlmesh/sandbox/source_ref.h"
#include "rlmesh/transport/address.h"
#include "tools/version/version.h"

namespace rlmesh {
namespace {

constexpr char kProgram[] = "sandbox_runner";
constexpr char kCommand[] = "sandbox_runner run";

// What earlier runs left behind; never a reason not to start.
void SweepFirst(StatusLine* status) {
  ReaperOptions options;
  options.lock_timeout = absl::ZeroDuration();
  absl::StatusOr<std::vector<SweptLease>> swept = Sweep(options);
  if (!swept.ok()) {
    LOG(INFO) << "sweeping: " << swept.status();
    return;
  }
  for (const SweptLease& lease : *swept) {
    if (lease.outcome == SweptLease::Outcome::kReaped) {
      status->Say(absl::StrCat("removed what an earlier run of ", lease.what,
                               " left behind"));
    }
  }
}

// A refusal says its reason in its message. The way there, a Python traceback,
// is for who looks for a fault: RLMESH_LOG=debug.
absl::Status WithoutTraceback(const absl::Status& status) {
  const char* level = getenv("RLMESH_LOG");
  if (level != nullptr && absl::StartsWith(level, "debug")) return status;
  if (!absl::StrContains(GetErrorDetails(status).traceback,
                         "Traceback (most recent call last)")) {
    return status;
  }
  return absl::Status(
      status.code(),
      absl::StrCat(status.message(), " (RLMESH_LOG=debug shows where)"));
}

// `*remote` becomes the model when it is a server's.
absl::StatusOr<std::unique_ptr<Model>> MakeModel(
    const RunCommandOptions& options, RemoteModel** remote) {
  RLMESH_ASSIGN_OR_RETURN(Policy policy, ParsePolicyFlag(options.policy));
  if (policy.kind != Policy::Kind::kRemote) {
    return MakeBuiltinModel(policy, *options.seed);
  }
  RLMESH_ASSIGN_OR_RETURN(Address address, Address::ForConnect(policy.text));
  RemoteModelOptions remote_options;
  remote_options.introduction.package_version = std::string(Version());
  RLMESH_ASSIGN_OR_RETURN(const ClientSecurityFiles files,
                          options.security.Client(&getenv));
  RLMESH_ASSIGN_OR_RETURN(remote_options.connect.security, files.Read());
  RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<RemoteModel> model,
                          RemoteModel::Connect(address, remote_options));
  *remote = model.get();
  return std::unique_ptr<Model>(std::move(model));
}

// Everything between the options and the result.
absl::StatusOr<RunResult> Play(const RunCommandOptions& options,
                               const SourceRef& source,
                               const RunJournal& journal,
                               const Interrupt& interrupt) {
  StatusLine status(kProgram, isatty(STDERR_FILENO), &std::cerr);
  SweepFirst(&status);
  if (!journal.note().empty()) status.Say(ForTerminal(journal.note()));
  RunOptions run_options = options.PlayOptions();
  run_options.journal = journal.get();
  run_options.needs_journal = journal.is_needed();
  if (journal.is_complete()) {
    // Nothing is left to play: neither side is needed.
    return Run(nullptr, nullptr, run_options).Play();
  }
  status.Say(absl::StrCat(
      source.ToString(), ", runtime: process",
      options.runtime == "auto" ? " (the only one of this build)" : ""));
  absl::StatusOr<std::unique_ptr<Model>> model;
  RemoteModel* remote = nullptr;
  {
    // There is nothing yet to be cleaned up, and connecting cannot be cut
    // short.
    InterruptWatch watch(interrupt, [&interrupt] {
      std::cerr << kProgram << ": interrupted" << std::endl;
      _exit(128 + interrupt.signal());
    });
    model = MakeModel(options, &remote);
  }
  RLMESH_RETURN_IF_ERROR(model.status());

  ProcessRuntimeOptions process = options.process;
  process.cancel_fd = interrupt.fd();
  process.on_progress = [&status](absl::string_view text) { status.Say(text); };
  process.on_detail = [&status](absl::string_view text) {
    status.Detail(text);
  };
  absl::StatusOr<std::unique_ptr<SandboxEnvironment>> started =
      StartInProcesses(source, process);
  if (!started.ok()) return WithoutTraceback(started.status());
  const std::unique_ptr<SandboxEnvironment> environment = *std::move(started);
  status.Say(absl::StrCat("serving ", environment->contract().id,
                          ", isolation: ", environment->sandbox().isolation()));
  if (remote != nullptr) {
    RLMESH_RETURN_IF_ERROR(remote->Agree({environment->offer()}));
  }

  Progress progress(options.episodes, isatty(STDERR_FILENO), &std::cerr);
  run_options.hooks.push_back(&progress);
  Run run(environment.get(), model->get(), run_options);
  RunResult result;
  {
    InterruptWatch watch(interrupt, [&run] { run.Cancel(); });
    result = run.Play();
  }
  const absl::Status closed =
      interrupt.signal() != 0 ? environment->Abandon() : environment->Close();
  // An episode that was played is worth more than a bad goodbye.
  if (!closed.ok()) status.Say(absl::StrCat("closing: ", closed.message()));
  if (!result.journal_status.ok() && result.status.ok()) {
    status.Say(result.journal_status.message());
  }
  if (options.seed_was_chosen) {
    status.Say(absl::StrCat("seed ", result.seed, " was chosen; --seed=",
                            result.seed, " plays the same"));
  }
  return result;
}

// An id may name the module that registers it, before a colon.
absl::StatusOr<SourceRef> CheckModule(const SourceRef& source) {
  const std::string& id = source.env_id();
  const size_t colon = id.find(':');
  if (colon != 0 && colon + 1 != id.size()) return source;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", source.ToString(), "\" has no ",
                   colon == 0 ? "module before" : "id after",
                   " the colon; write gym://CartPole-v1 or "
                   "gym://package.module:Name-v0"));
}

absl::Status NeedsEngine(absl::string_view text, absl::string_view why) {
  return absl::UnimplementedError(absl::StrCat(
      "\"", text, "\" ", why, ", and images need --runtime=docker, which this ",
      "build does not have; run an environment that pip installs: ",
      "gym://CartPole-v1"));
}

}  // namespace

absl::StatusOr<SourceRef> ParseRunnable(absl::string_view text) {
  RLMESH_ASSIGN_OR_RETURN(FrontSource front, ClassifySource(text));
  switch (front.kind) {
    case FrontSource::Kind::kBuild: {
      RLMESH_ASSIGN_OR_RETURN(SourceRef source, SourceRef::Parse(front.text));
      if (source.kind() == SourceRef::Kind::kGym) return CheckModule(source);
      return absl::UnimplementedError(absl::StrCat(
          source.ToString(),
          " is a repository, which this build does not run; "
          "run an environment that pip installs: gym://CartPole-v1"));
    }
    case FrontSource::Kind::kPrebuilt:
      return NeedsEngine(text, "is an image");
    case FrontSource::Kind::kImageShaped:
      return NeedsEngine(text, "looks like an image");
    case FrontSource::Kind::kTagless:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", front.text, "\" ", front.why, "; write gym://", front.text,
      " for an environment, docker://", front.text, " for an image"));
}

int RunSource(RunCommandOptions options, const Interrupt& interrupt) {
  absl::StatusOr<RunJournal> journal = RunJournal::Resume(&options);
  absl::Status status = journal.status();
  if (status.ok()) status = options.Validate();
  absl::StatusOr<SourceRef> source = absl::UnknownError("not parsed");
  if (status.ok()) {
    source = ParseRunnable(options.source);
    status = source.status();
  }
  if (status.ok()) {
    options.source = source->ToString();
    if (!options.seed) {
      options.seed = ChooseSeed();
      options.seed_was_chosen = true;
    }
    status = journal->Begin(options);
  }
  if (!status.ok()) {
    return absl::IsInvalidArgument(status) ? UsageError(kCommand, status)
                                           : Failure(kProgram, status);
  }
  absl::StatusOr<RunResult> result =
      Play(options, *source, *journal, interrupt);
  size_t finished = 0;
  if (result.ok()) {
    // Also after a fault: finished episodes are never lost.
    finished = result->episodes.size();
    if (options.json) {
      std::cout << FormatJson(*result) << std::endl;
    } else if (finished > 0) {
      std::cout << FormatTable(*result) << std::flush;
    }
    status = result->status;
  } else {
    status = result.status();
  }
  if (status.ok() && !std::cout) {
    status = absl::UnavailableError("the result could not be written");
  }
  const std::string how = journal->End(status.ok(), finished);
  const std::string goes_on = how.empty() ? "" : "; " + how + " goes on";
  if (const int signal = interrupt.signal(); signal != 0) {
    std::cerr << kProgram << ": interrupted" << ForTerminal(goes_on)
              << std::endl;
    return 128 + signal;
  }
  if (status.ok()) return kExitOk;
  absl::Status told(status.code(), absl::StrCat(status.message(), goes_on));
  SetErrorDetails(GetErrorDetails(status), &told);
  return Failure(kProgram, told);
}

}  // namespace rlmesh
