// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/worker_process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/little_endian.h"
#include "rlmesh/base/proc_table.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/worker/interpreter.h"
#include "rlmesh/worker/worker_source.h"

namespace rlmesh {
namespace {

// Numbers of the worker's descriptors.
constexpr int kSourceFd = 3;
constexpr int kChannelFd = 4;
constexpr int kGuardFd = 5;

// Any Python can parse this, so that an old one says so. It is not a file: a
// child that user code spawns by name would run it again as its main module.
//
// Its guard is a process of its own, in the worker's group and a child of
// nobody's: user code may hold the interpreter, take every signal and wait for
// any child. It outlives the worker, which the kernel kills with the server,
// and takes along what user code started, in the group or outside.
constexpr char kBootstrap[] = R"(import os, signal, sys
if sys.version_info < (3, 8):
    sys.stderr.write("RLMesh's worker needs Python 3.8 or newer; %s is Python %s\n"
                     % (sys.executable, sys.version.split()[0]))
    sys.exit(3)
def strays():
    mark = b"RLMESH_WORKER=" + os.environb.get(b"RLMESH_WORKER", b"?")
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and int(name) != os.getpid():
                with open("/proc/%s/environ" % name, "rb") as environ:
                    if mark in environ.read().split(b"\0"):
                        os.kill(int(name), signal.SIGKILL)
        except OSError:
            pass  # gone, or somebody else's
def guard():
    try:
        if os.fork() == 0:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            for fd in range(5):
                os.close(fd)
            os.read(5, 1)  # ends with the server
            strays()
            os.kill(0, signal.SIGKILL)
    finally:
        os._exit(0)
try:
    pid = os.fork()
    if pid == 0:
        guard()
    os.waitpid(pid, 0)
except OSError:
    pass  # no process to spare
os.close(5)
scope = {"__name__": "rlmesh_worker"}
source = os.pread(3, os.fstat(3).st_size, 0)
os.close(3)
exec(compile(source, "<rlmesh worker>", "exec"), scope)
scope["main"](4)
)";

// The worker's source as a file without a name, written once.
absl::StatusOr<int> SourceFile() {
  static const absl::StatusOr<int>* const kFile = [] {
    auto* file = new absl::StatusOr<int>();
    UniqueFd fd(memfd_create("rlmesh-worker.py", MFD_CLOEXEC));
    const absl::string_view source = WorkerSource();
    if (!fd.valid() || write(fd.get(), source.data(), source.size()) !=
                           static_cast<ssize_t>(source.size())) {
      *file = absl::ErrnoToStatus(errno, "a file for the worker's source");
    } else {
      *file = fd.Release();
    }
    return file;
  }();
  return *kFile;
}

// "step"; what failed or was late.
absl::string_view NameOf(FrameKind kind) {
  switch (kind) {
    case FrameKind::kSetup:
    case FrameKind::kAttach:
      return "making the environment";
    case FrameKind::kReset:
      return "reset";
    case FrameKind::kStep:
      return "step";
    case FrameKind::kRender:
      return "render";
    case FrameKind::kLoad:
      return "loading the policy";
    case FrameKind::kOpenRoute:
      return "opening a route";
    case FrameKind::kPredict:
      return "predict";
    case FrameKind::kEndEpisodes:
      return "ending episodes";
    case FrameKind::kCloseRoute:
      return "closing a route";
    default:
      return "close";
  }
}

// Before the name in the text about a call that was late.
absl::string_view OwnerOf(FrameKind kind) {
  return kind == FrameKind::kSetup || kind >= FrameKind::kLoad ? "" : "env.";
}

// "100ms", "2.5s"
std::string Seconds(absl::Duration duration) {
  if (duration < absl::Seconds(1)) {
    return absl::StrCat(absl::ToInt64Milliseconds(duration), "ms");
  }
  return absl::StrCat(absl::ToDoubleSeconds(duration), "s");
}

absl::string_view LastLine(absl::string_view text) {
  text = absl::StripTrailingAsciiWhitespace(text);
  const size_t end = text.rfind('\n');
  if (end != absl::string_view::npos) text.remove_prefix(end + 1);
  return text.substr(0, 300);
}

absl::StatusCode CodeOf(absl::string_view name) {
  if (name == "not_found") return absl::StatusCode::kNotFound;
  if (name == "invalid_argument") return absl::StatusCode::kInvalidArgument;
  if (name == "failed_precondition") {
    return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kInternal;
}

absl::Status Recoverable(absl::Status status, ErrorDetails details) {
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(
    const WorkerProcessOptions& options) {
  RLMESH_ASSIGN_OR_RETURN(const std::string interpreter,
                          FindInterpreter(options.interpreter));
  RLMESH_ASSIGN_OR_RETURN(const int source, SourceFile());
  UniqueFd worker_end;
  RLMESH_ASSIGN_OR_RETURN(Channel channel, Channel::Create(&worker_end));
  std::unique_ptr<WorkerProcess> worker(new WorkerProcess(std::move(channel)));
  worker->interrupt_grace_ = options.interrupt_grace;
  int guard[2];
  if (pipe2(guard, O_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, "a pipe for a worker");
  }
  const UniqueFd guard_end(guard[0]);
  worker->guard_.Reset(guard[1]);
  worker->mark_ =
      absl::StrCat("RLMESH_WORKER=", absl::Hex(RandomSeed(), absl::kZeroPad16));
  ChildProcessOptions child;
  child.argv = {interpreter, "-u", "-c", kBootstrap};
  child.env = options.env;
  child.added_env = {worker->mark_};
  child.working_dir = options.working_dir;
  child.fds = {{source, kSourceFd},
               {worker_end.get(), kChannelFd},
               {guard_end.get(), kGuardFd}};
  child.standard_output = ChildProcessOptions::Output::kCapture;
  child.standard_error = ChildProcessOptions::Output::kCapture;
  child.on_line = options.on_line;
  RLMESH_ASSIGN_OR_RETURN(worker->process_,
                          ChildProcess::Start(std::move(child)));
  worker->channel_.set_death_fd(worker->process_->pidfd());
  return worker;
}

WorkerProcess::~WorkerProcess() {
  process_.reset();  // and its group
  if (!mark_.empty()) ProcTable().KillMarked(mark_);
}

absl::Status WorkerProcess::Begin(FrameKind kind, uint8_t flags,
                                  absl::string_view payload,
                                  absl::Duration timeout, int fd) {
  kind_ = kind;
  timeout_ = timeout;
  deadline_ = SteadyNow() + timeout;
  failed_lanes_.clear();
  RLMESH_RETURN_IF_ERROR(AwaitOwed(kind, timeout));
  const absl::Status sent = channel_.Send(kind, flags, payload, fd, deadline_);
  if (sent.ok()) return sent;
  // A request that is cut has no answer to wait for, and no successor.
  if (channel_.is_cut() && !absl::IsUnavailable(sent)) {
    process_->SignalGroup(SIGKILL);
  }
  return Failed(kind, sent, timeout);
}

absl::StatusOr<Answer> WorkerProcess::Finish() {
  absl::StatusOr<Answer> answer = channel_.Receive(deadline_);
  if (!answer.ok()) return Failed(kind_, answer.status(), timeout_);
  if (answer->kind == FrameKind::kError) return Raised(kind_, answer->payload);
  return answer;
}

bool WorkerProcess::has_ended() const {
  return channel_.is_cut() || process_->exit_status().has_value();
}

absl::Status WorkerProcess::Settle(FrameKind kind, absl::Duration timeout) {
  RLMESH_RETURN_IF_ERROR(AwaitOwed(kind, timeout));
  if (has_ended()) return Ended(kind, "");
  return absl::OkStatus();
}

absl::Status WorkerProcess::AwaitOwed(FrameKind kind, absl::Duration timeout) {
  if (!channel_.owes_answer()) return absl::OkStatus();
  const absl::StatusOr<Answer> stale = channel_.Receive(SteadyNow() + timeout);
  if (!stale.ok()) return Failed(kind, stale.status(), timeout);
  process_->CancelKill();
  interrupted_ = false;
  return absl::OkStatus();
}

absl::Status WorkerProcess::Failed(FrameKind kind, const absl::Status& status,
                                   absl::Duration timeout) {
  if (absl::IsDeadlineExceeded(status)) {
    Interrupt();
    return Recoverable(
        absl::DeadlineExceededError(absl::StrCat(
            OwnerOf(kind), NameOf(kind), " timed out after ", Seconds(timeout),
            subject_.empty() ? "" : ": ", absl::StripSuffix(subject_, ": "))),
        {});
  }
  if (absl::IsCancelled(status)) {
    Interrupt();
    return Recoverable(
        absl::CancelledError(absl::StrCat(NameOf(kind), " was cancelled")), {});
  }
  if (absl::IsUnavailable(status)) return Ended(kind, "");
  process_->SignalGroup(SIGKILL);
  return Ended(kind, status.message());
}

void WorkerProcess::Interrupt() {
  if (interrupted_ || !channel_.owes_answer()) return;  // once a call
  interrupted_ = true;
  if (interrupted_word_ != nullptr) {
    StoreLittleEndian<uint64_t>(channel_.last_id(), interrupted_word_);
  }
  process_->Signal(SIGINT);
  process_->KillAt(SteadyNow() + interrupt_grace_,
                   [this] { return channel_.HasInput(); });
}

absl::Status WorkerProcess::Ended(FrameKind kind, absl::string_view reason) {
  // It may have closed its channel without ending.
  absl::StatusOr<ExitStatus> exit =
      process_->Wait(SteadyNow() + absl::Milliseconds(500));
  const bool lives = !exit.ok();
  if (lives) {
    process_->SignalGroup(SIGKILL);
    exit = process_->Wait(SteadyNow() + absl::Seconds(5));
  }
  ErrorDetails details;
  details.traceback = process_->OutputTail();
  std::string text =
      absl::StrCat(NameOf(kind), " failed: ", subject_, "the worker process ");
  if (!reason.empty()) {
    absl::StrAppend(&text, "broke the protocol and was killed: it sent ",
                    reason);
  } else if (!exit.ok()) {
    absl::StrAppend(&text,
                    "was killed and does not end; it waits in the kernel");
  } else if (interrupted_ && exit->signal == SIGKILL) {
    absl::StrAppend(&text, "was killed, for it did not heed the interrupt ",
                    "after a late or cancelled call");
  } else if (lives) {
    absl::StrAppend(&text, "closed its channel and was killed");
  } else {
    absl::StrAppend(&text, exit->ToString());
  }
  const absl::string_view last = LastLine(details.traceback);
  if (!last.empty()) absl::StrAppend(&text, "; its last output: ", last);
  return Recoverable(
      reason.empty() ? absl::UnavailableError(text) : absl::InternalError(text),
      details);
}

absl::Status WorkerProcess::Raised(FrameKind kind, absl::string_view payload) {
  const absl::StatusOr<FrameTexts> texts = ParseTexts(payload);
  if (!texts.ok()) {
    process_->SignalGroup(SIGKILL);
    return Ended(kind, texts.status().message());
  }
  ErrorDetails details;
  details.exception_type = std::string(FindText(*texts, "type"));
  details.traceback = std::string(FindText(*texts, "traceback"));
  const absl::string_view message = FindText(*texts, "message");
  const absl::StatusCode code = CodeOf(FindText(*texts, "code"));
  if (code != absl::StatusCode::kInternal) {
    return Recoverable(absl::Status(code, message), details);
  }
  failed_lanes_ = std::string(FindText(*texts, "lanes"));
  // What a policy raises reaches its clients as it is.
  std::string text = details.exception_type;
  if (kind != FrameKind::kPredict) {
    std::string lane;
    if (!failed_lanes_.empty()) {
      const absl::string_view lanes = failed_lanes_;
      lane = absl::StrCat("lane ", lanes.substr(0, lanes.find(' ')), ": ");
    }
    text = absl::StrCat(NameOf(kind), " failed: ", lane, text);
  }
  if (!message.empty()) absl::StrAppend(&text, ": ", message);
  return Recoverable(absl::InternalError(text), details);
}

absl::Status WorkerProcess::WrongAnswer(FrameKind kind,
                                        absl::string_view message,
                                        absl::string_view subject) {
  ErrorDetails details;
  details.exception_type = "ValueError";
  return Recoverable(
      absl::InternalError(absl::StrCat(NameOf(kind), " failed: ", subject,
                                       "ValueError: ", message)),
      details);
}

absl::Status WorkerProcess::Close(absl::Duration timeout) {
  if (std::exchange(closed_, true)) return absl::OkStatus();
  const absl::Time deadline = SteadyNow() + timeout;
  set_cancel(nullptr);
  absl::Status status;
  if (!process_->exit_status().has_value()) {
    status = Call(FrameKind::kClose, "", timeout).status();
  }
  // Threads of the user's code may keep it alive.
  const absl::Time end =
      std::max(deadline, SteadyNow() + absl::Milliseconds(100));
  const bool ended = status.ok() && process_->Wait(end).ok();
  if (!ended) process_->SignalGroup(SIGKILL);
  return status;
}

}  // namespace rlmesh
