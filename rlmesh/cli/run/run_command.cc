// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/run/run_command.h"

#include <stdlib.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/variant.h"
#include "glog/logging.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/foreign_text.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/cleanup/reaper.h"
#include "rlmesh/cli/command_line.h"
#include "rlmesh/cli/policy_flag.h"
#include "rlmesh/cli/run/run_journal.h"
#include "rlmesh/cli/run/run_security.h"
#include "rlmesh/cli/run/run_source.h"
#include "rlmesh/cli/status_line.h"
#include "rlmesh/driver/model_factory.h"
#include "rlmesh/driver/progress.h"
#include "rlmesh/driver/report.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/driver/telemetry.h"
#include "rlmesh/env/environment.h"
#include "rlmesh/launch/process_runtime.h"
#include "rlmesh/launch/running_server.h"
#include "rlmesh/launch/sandbox_environment.h"
#include "rlmesh/model/builtin/policy.h"
#include "rlmesh/model/model.h"
#include "rlmesh/model/remote_model.h"
#include "rlmesh/sandbox/source_ref.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/credentials/client_security.h"
#include "rlmesh/transport/editions.h"
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

// For connections to servers that the user named.
absl::StatusOr<ClientSecurity> Security(const SecurityFlags& flags) {
  RLMESH_ASSIGN_OR_RETURN(const ClientSecurityFiles files,
                          flags.Client(&getenv));
  return files.Read();
}

// The models of --policy: a built-in one or a connection for each session.
class PolicyFactory : public ModelFactory {
 public:
  // Connects once, so that a server that is not there is told first of all.
  static absl::StatusOr<std::unique_ptr<PolicyFactory>> Make(
      const RunCommandOptions& options, const SecurityFlags& security) {
    auto factory = std::make_unique<PolicyFactory>(options, security);
    absl::MutexLock lock(&factory->mu_);
    RLMESH_ASSIGN_OR_RETURN(factory->first_,
                            factory->MakeOne(/*cancellation=*/nullptr));
    return factory;
  }

  PolicyFactory(const RunCommandOptions& options, const SecurityFlags& security)
      : options_(options), security_(security) {}

  // The edition of every model from now on is settled with the environment's
  // server too. Before Create.
  void AgreeWith(const EditionOffer& offer) { environment_ = offer; }

  absl::StatusOr<std::unique_ptr<Model>> Create(
      Cancellation* cancellation) override {
    Made made;
    {
      absl::MutexLock lock(&mu_);
      made = std::move(first_);
      first_ = Made();
    }
    if (made.model == nullptr) {
      RLMESH_ASSIGN_OR_RETURN(made, MakeOne(cancellation));
    }
    if (made.remote != nullptr) {
      RLMESH_RETURN_IF_ERROR(made.remote->Agree({environment_}));
    }
    return std::move(made.model);
  }

 private:
  struct Made {
    std::unique_ptr<Model> model;
    RemoteModel* remote = nullptr;  // the model, when it is a server's
  };

  absl::StatusOr<Made> MakeOne(Cancellation* cancellation) const {
    Made made;
    RLMESH_ASSIGN_OR_RETURN(Policy policy, ParsePolicyFlag(options_.policy));
    if (policy.kind != Policy::Kind::kRemote) {
      made.model = MakeBuiltinModel(policy, *options_.seed);
      return made;
    }
    RLMESH_ASSIGN_OR_RETURN(Address address, Address::ForConnect(policy.text));
    RemoteModelOptions remote;
    remote.introduction.package_version = std::string(Version());
    remote.request_timeout = options_.predict_timeout;
    remote.execution_horizon = options_.execution_horizon;
    RLMESH_ASSIGN_OR_RETURN(remote.connect.security, Security(security_));
    RLMESH_ASSIGN_OR_RETURN(
        std::unique_ptr<RemoteModel> model,
        RemoteModel::Connect(address, remote, cancellation));
    made.remote = model.get();
    made.model = std::move(model);
    return made;
  }

  const RunCommandOptions options_;
  const SecurityFlags security_;
  EditionOffer environment_;
  absl::Mutex mu_;
  Made first_ ABSL_GUARDED_BY(mu_);
};

// Where the environments come from, and what has to be ended after them.
struct Environments {
  std::unique_ptr<EnvironmentFactory> factory;
  EditionOffer offer;
  SandboxEnvironmentFactory* sandbox = nullptr;  // null: there is none
};

absl::StatusOr<Environments> StartEnvironments(const RunCommandOptions& options,
                                               const RunSource& source,
                                               const SecurityFlags& security,
                                               const Interrupt& interrupt,
                                               StatusLine* status) {
  Environments made;
  if (const auto* address = absl::get_if<Address>(&source)) {
    RemoteOptions remote;
    remote.reset_timeout = options.process.reset_timeout;
    remote.step_timeout = options.process.step_timeout;
    remote.introduction.package_version = std::string(Version());
    RLMESH_ASSIGN_OR_RETURN(remote.connect.security, Security(security));
    RLMESH_ASSIGN_OR_RETURN(std::unique_ptr<RunningServerFactory> server,
                            RunningServerFactory::Connect(*address, remote));
    made.offer = server->offer();
    made.factory = std::move(server);
    status->Say(absl::StrCat(address->ToString(), " serves ",
                             ForTerminal(made.factory->contract().id)));
    return made;
  }
  ProcessRuntimeOptions process = options.process;
  process.cancel_fd = interrupt.fd();
  process.on_progress = [status](absl::string_view text) { status->Say(text); };
  process.on_detail = [status](absl::string_view text) {
    status->Detail(text);
  };
  absl::StatusOr<std::unique_ptr<SandboxEnvironmentFactory>> started =
      StartInProcesses(absl::get<SourceRef>(source), process);
  if (!started.ok()) return WithoutTraceback(started.status());
  made.sandbox = started->get();
  made.offer = made.sandbox->offer();
  made.factory = *std::move(started);
  status->Say(absl::StrCat("serving ", made.factory->contract().id,
                           ", isolation: ", made.sandbox->isolation()));
  return made;
}

// Everything between the options and the result.
absl::StatusOr<RunResult> Play(const RunCommandOptions& options,
                               const RunSource& source,
                               const RunSecurity& security, RunJournal* journal,
                               const Interrupt& interrupt) {
  StatusLine status(kProgram, isatty(STDERR_FILENO), &std::cerr);
  SweepFirst(&status);
  if (!journal->note().empty()) status.Say(ForTerminal(journal->note()));
  RunOptions run_options = options.PlayOptions();
  run_options.journal = journal->get();
  run_options.needs_journal = journal->is_needed();
  if (journal->is_complete()) {
    // Nothing is left to play: neither side is needed, however many of them.
    run_options.parallel = 1;
    Environment* const no_environment = nullptr;
    Model* const no_model = nullptr;
    return Run(no_environment, no_model, run_options).Play();
  }
  if (absl::holds_alternative<SourceRef>(source)) {
    status.Say(absl::StrCat(
        ToString(source), ", runtime: process",
        options.runtime == "auto" ? " (the only one of this build)" : ""));
  }
  absl::StatusOr<std::unique_ptr<PolicyFactory>> models;
  absl::StatusOr<Environments> environments;
  {
    // There is nothing yet to be cleaned up but the journal, and connecting
    // cannot be cut short.
    InterruptWatch watch(interrupt, [&interrupt, journal] {
      journal->End(/*ended_well=*/false, /*finished=*/0);
      std::cerr << kProgram << ": interrupted" << std::endl;
      _exit(128 + interrupt.signal());
    });
    models = PolicyFactory::Make(options, security.policy);
    RLMESH_RETURN_IF_ERROR(models.status());
    if (absl::holds_alternative<Address>(source)) {
      environments = StartEnvironments(options, source, security.source,
                                       interrupt, &status);
    }
  }
  if (absl::holds_alternative<SourceRef>(source)) {
    environments =
        StartEnvironments(options, source, security.source, interrupt, &status);
  }
  RLMESH_RETURN_IF_ERROR(environments.status());
  (*models)->AgreeWith(environments->offer);

  Progress progress(options.episodes, isatty(STDERR_FILENO), &std::cerr);
  run_options.hooks.push_back(&progress);
  Run run(environments->factory.get(), models->get(), run_options);
  RunResult result;
  {
    InterruptWatch watch(interrupt, [&run] { run.Cancel(); });
    result = run.Play();
  }
  if (environments->sandbox != nullptr) {
    const absl::Status closed = interrupt.signal() != 0
                                    ? environments->sandbox->Abandon()
                                    : environments->sandbox->Close();
    // An episode that was played is worth more than a bad goodbye.
    if (!closed.ok()) status.Say(absl::StrCat("closing: ", closed.message()));
  }
  if (const int64_t retries = result.retries(); retries > 0) {
    status.Say(absl::StrCat("episodes were begun anew ", retries,
                            retries == 1 ? " time" : " times"));
  }
  if (!result.fault.ok()) {
    status.Say(ForTerminal(result.fault.message()));
  }
  if (!result.journal_status.ok() && result.status.ok()) {
    status.Say(result.journal_status.message());
  }
  if (options.seed_was_chosen) {
    status.Say(absl::StrCat("seed ", result.seed, " was chosen; --seed=",
                            result.seed, " plays the same"));
  }
  return result;
}

}  // namespace

int PlaySource(RunCommandOptions options, const Interrupt& interrupt) {
  absl::StatusOr<RunJournal> journal = RunJournal::Resume(&options);
  absl::Status status = journal.status();
  if (status.ok()) status = options.Validate();
  absl::StatusOr<RunSource> source = absl::UnknownError("not parsed");
  if (status.ok()) {
    source = ParseRunSource(options.source);
    status = source.status();
  }
  absl::StatusOr<RunSecurity> security = absl::UnknownError("not shared");
  if (status.ok()) {
    security = ShareSecurity(options.security, options.policy_security,
                             absl::holds_alternative<Address>(*source),
                             options.policy);
    status = security.status();
  }
  if (status.ok()) {
    options.source = ToString(*source);
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
      Play(options, *source, *security, &*journal, interrupt);
  size_t finished = 0;
  if (result.ok()) {
    // Also after a fault: finished episodes are never lost.
    finished = result->episodes.size();
    if (options.json) {
      std::cout << FormatJson(*result) << std::endl;
    } else if (finished > 0) {
      std::cout << FormatTable(*result) << std::flush;
    }
    if (options.telemetry && !options.json) {
      std::cout << "\n" << FormatTelemetry(result->telemetry) << std::flush;
    }
    status = result->status;
  } else {
    status = result.status();
  }
  if (status.ok() && !std::cout) {
    status = absl::UnavailableError("the result could not be written");
  }
  const bool ended_well = status.ok() && (!result.ok() || result->fault.ok());
  const std::string how = journal->End(ended_well, finished);
  const std::string goes_on = how.empty() ? "" : "; " + how + " goes on";
  if (const int signal = interrupt.signal(); signal != 0) {
    std::cerr << kProgram << ": interrupted" << ForTerminal(goes_on)
              << std::endl;
    return 128 + signal;
  }
  if (status.ok()) {
    if (!how.empty()) {
      std::cerr << kProgram << ": " << ForTerminal(how) << " goes on"
                << std::endl;
    }
    return kExitOk;
  }
  absl::Status told(status.code(), absl::StrCat(status.message(), goes_on));
  SetErrorDetails(GetErrorDetails(status), &told);
  return Failure(kProgram, told);
}

}  // namespace rlmesh
