// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/launch/python_env_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "glog/logging.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/fd.h"
#include "rlmesh/base/file.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/sha256.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/cleanup/lease.h"
#include "rlmesh/cleanup/reaper.h"
#include "rlmesh/launch/child_wait.h"
#include "rlmesh/launch/pip.h"

namespace rlmesh {
namespace {

constexpr absl::string_view kBuilding = ".building";
constexpr absl::string_view kLock = ".lock";
constexpr absl::string_view kMarker = "rlmesh-complete";

std::string Absolute(const std::string& path, const std::string& folder) {
  if (folder.empty() || absl::StartsWith(path, "/")) return path;
  return absl::StrCat(folder, "/", path);
}

// What of a requirement decides whether an environment fits: the text, and the
// bytes when it names a file of ours.
absl::StatusOr<std::string> KeyOf(const std::string& package,
                                  const std::string& working_dir) {
  if (!absl::StrContains(package, "/")) return package;
  const std::string path = Absolute(package, working_dir);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "package \"", package,
        "\" is a folder, whose changes would go unnoticed; build a wheel of it "
        "(pip wheel --no-deps ",
        package, ") and give that"));
  }
  if (!std::filesystem::is_regular_file(path, error)) return package;
  RLMESH_ASSIGN_OR_RETURN(std::string bytes,
                          ReadFile(path, /*max_bytes=*/size_t{1} << 30));
  return absl::StrCat(package, " sha256:", Sha256Hex(bytes));
}

// The name of the environment's folder.
absl::StatusOr<std::string> Key(const PythonEnvOptions& options,
                                const std::vector<std::string>& packages) {
  const Interpreter& python = options.interpreter;
  std::vector<std::string> parts = {"rlmesh-env-1", python.path, python.version,
                                    python.implementation, python.platform};
  for (const std::string& package : packages) {
    RLMESH_ASSIGN_OR_RETURN(std::string key,
                            KeyOf(package, options.working_dir));
    parts.push_back(std::move(key));
  }
  if (!options.requirements_file.empty()) {
    RLMESH_ASSIGN_OR_RETURN(
        std::string lines,
        ReadFile(Absolute(options.requirements_file, options.working_dir)));
    parts.push_back(absl::StrCat("lock:", Sha256Hex(lines)));
  }
  return Sha256Hex(absl::StrJoin(parts, "\n")).substr(0, 24);
}

std::vector<std::string> Normalised(const std::vector<std::string>& packages) {
  std::vector<std::string> normal;
  for (const std::string& package : packages) {
    normal.emplace_back(absl::StripAsciiWhitespace(package));
  }
  std::sort(normal.begin(), normal.end());
  normal.erase(std::unique(normal.begin(), normal.end()), normal.end());
  return normal;
}

bool IsComplete(const std::string& folder) {
  return access(absl::StrCat(folder, "/", kMarker).c_str(), R_OK) == 0 &&
         access(absl::StrCat(folder, "/bin/python").c_str(), X_OK) == 0;
}

// The lock of one environment; its file is there while somebody holds it.
class HeldLock {
 public:
  HeldLock(UniqueFd fd, std::string path)
      : fd_(std::move(fd)), path_(std::move(path)) {}
  HeldLock(HeldLock&&) = default;
  HeldLock& operator=(HeldLock&&) = delete;
  ~HeldLock() {
    if (fd_.valid()) unlink(path_.c_str());
  }

 private:
  UniqueFd fd_;
  std::string path_;
};

// Whether `fd` is the file at `path`, and not one that was there before.
bool IsFileAt(int fd, const std::string& path) {
  struct stat ours, there;
  return fstat(fd, &ours) == 0 && stat(path.c_str(), &there) == 0 &&
         ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

// Waits for the lock when `deadline` allows.
absl::StatusOr<HeldLock> Lock(const std::string& path, absl::Time deadline,
                              int cancel_fd,
                              const std::function<void()>& on_wait) {
  bool has_waited = false;
  while (true) {
    UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd.valid()) {
      return absl::ErrnoToStatus(errno, absl::StrCat("opening ", path));
    }
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      if (IsFileAt(fd.get(), path)) return HeldLock(std::move(fd), path);
      continue;  // it was released, and removed, in between
    }
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return absl::ErrnoToStatus(errno, absl::StrCat("locking ", path));
    }
    if (SteadyNow() >= deadline) {
      return absl::DeadlineExceededError(absl::StrCat(
          "another process holds ", path,
          " and has not finished the Python environment; end it, or wait"));
    }
    if (!has_waited) on_wait();
    has_waited = true;
    if (IsCancelledWithin(absl::Milliseconds(50), cancel_fd)) {
      return CancelledByUser();
    }
  }
}

// Clears what killed processes left half-made, and ends what still works on it.
// Who is alive holds the lock of `own_key` (that is us) or of another one.
void ClearAbandoned(const std::string& folder, const std::string& own_key) {
  ReaperOptions reaper;
  reaper.lock_timeout = absl::ZeroDuration();
  if (absl::Status s = Sweep(reaper).status(); !s.ok()) {
    LOG(INFO) << "sweeping: " << s;
  }
  std::error_code error;
  std::map<std::string, std::vector<std::string>> found;
  for (std::filesystem::directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const std::string key = name.substr(0, name.find('.'));
    if (absl::StartsWith(name, absl::StrCat(key, kBuilding))) {
      found[key].push_back(it->path().string());
    } else if (absl::EndsWith(name, kLock)) {
      found[key];  // taking and releasing it removes it
    }
  }
  for (const auto& [key, paths] : found) {
    absl::optional<HeldLock> held;
    if (key != own_key) {
      absl::StatusOr<HeldLock> lock =
          Lock(absl::StrCat(folder, "/", key, kLock), absl::InfinitePast(),
               /*cancel_fd=*/-1, [] {});
      if (!lock.ok()) continue;
      held.emplace(*std::move(lock));
    }
    for (const std::string& path : paths) (void)RemoveTree(path);
  }
}

// Scripts name their interpreter by the path where they were made.
absl::Status MoveScripts(const std::string& from, const std::string& to) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(from + "/bin", error), end;
       !error && it != end; it.increment(error)) {
    if (it->is_symlink() || !it->is_regular_file()) continue;
    const std::string path = it->path().string();
    absl::StatusOr<std::string> text = ReadFile(path, 1 << 20);
    if (!text.ok() || !absl::StrContains(*text, from)) continue;
    struct stat status;
    if (stat(path.c_str(), &status) != 0) continue;
    size_t at = 0;
    while ((at = text->find(from, at)) != std::string::npos) {
      text->replace(at, from.size(), to);
      at += to.size();
    }
    RLMESH_RETURN_IF_ERROR(WriteFileAtomically(path, *text));
    chmod(path.c_str(), status.st_mode & 0777);
  }
  return absl::OkStatus();
}

// Makes the environment of `request` in `building`, and moves it to `folder`.
absl::Status Build(PipRequest* request, const std::string& building,
                   const std::string& folder,
                   const std::function<void()>& on_install) {
  request->folder = building + "/env";
  request->temp_folder = building + "/tmp";
  RLMESH_RETURN_IF_ERROR(MakeFolders(request->temp_folder));
  RLMESH_RETURN_IF_ERROR(MakeVirtualEnvironment(request));
  on_install();
  RLMESH_RETURN_IF_ERROR(InstallPackages(*request));
  RLMESH_RETURN_IF_ERROR(MoveScripts(request->folder, folder));
  // The marker must not reach the disk before what it vouches for.
  UniqueFd made(
      open(request->folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!made.valid() || syncfs(made.get()) != 0) {
    return absl::ErrnoToStatus(errno,
                               absl::StrCat("syncing ", request->folder));
  }
  RLMESH_RETURN_IF_ERROR(WriteFileAtomically(
      absl::StrCat(request->folder, "/", kMarker),
      absl::StrCat(absl::StrJoin(request->packages, "\n"), "\n")));
  if (rename(request->folder.c_str(), folder.c_str()) != 0) {
    return absl::ErrnoToStatus(errno,
                               absl::StrCat("renaming ", request->folder));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PythonEnvOptions::Validate() const {
  if (packages.empty() && requirements_file.empty()) {
    return absl::InvalidArgumentError("there are no packages to install");
  }
  for (const std::string& package : packages) {
    const absl::string_view text = absl::StripAsciiWhitespace(package);
    if (text.empty()) {
      return absl::InvalidArgumentError(
          "packages must not contain an empty one");
    }
    if (text[0] == '-' ||
        std::any_of(text.begin(), text.end(), absl::ascii_iscntrl)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "package \"", absl::CHexEscape(text),
          "\" must not start with '-' or hold control characters; write a "
          "requirement such as numpy or numpy==1.26.4"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<PythonEnv> PreparePythonEnv(const PythonEnvOptions& options) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  const auto say = [&](absl::string_view text) {
    if (options.on_progress) options.on_progress(text);
  };
  std::string root = options.folder;
  if (root.empty()) {
    absl::StatusOr<std::string> cache = CacheFolder("envs");
    if (!cache.ok()) {
      return absl::Status(
          cache.status().code(),
          absl::StrCat("Python environments are kept in $RLMESH_CACHE, else in "
                       "$HOME/.cache/rlmesh: ",
                       cache.status().message()));
    }
    root = *std::move(cache);
  } else {
    RLMESH_RETURN_IF_ERROR(MakeFolders(root));
  }
  const std::vector<std::string> packages = Normalised(options.packages);
  RLMESH_ASSIGN_OR_RETURN(std::string key, Key(options, packages));
  PythonEnv env;
  env.folder = absl::StrCat(root, "/", key);
  env.python = env.folder + "/bin/python";
  env.was_cached = IsComplete(env.folder);
  if (env.was_cached) return env;

  const absl::Time deadline = SteadyNow() + options.timeout;
  RLMESH_ASSIGN_OR_RETURN(
      HeldLock lock,
      Lock(absl::StrCat(env.folder, kLock), deadline, options.cancel_fd, [&] {
        say("waiting for another process that is making the same Python "
            "environment");
      }));
  env.was_cached = IsComplete(env.folder);
  if (env.was_cached) return env;
  ClearAbandoned(root, key);
  RLMESH_RETURN_IF_ERROR(RemoveTree(env.folder));

  const std::string wanted = packages.empty() ? options.requirements_file
                                              : absl::StrJoin(packages, ", ");
  RLMESH_ASSIGN_OR_RETURN(
      std::unique_ptr<Lease> lease,
      Lease::Take("", absl::StrCat("pip install ", wanted)));
  // A name of its own: nobody else ever writes there.
  const std::string building = absl::StrCat(
      env.folder, kBuilding, absl::StrFormat(".%016x", RandomSeed()));
  RLMESH_RETURN_IF_ERROR(lease->AddBuildFolder(building));
  PipRequest request;
  request.interpreter = options.interpreter;
  request.packages = packages;
  request.requirements_file = options.requirements_file;
  request.working_dir = options.working_dir;
  request.lease = lease.get();
  request.deadline = deadline;
  request.cancel_fd = options.cancel_fd;
  request.on_detail = options.on_detail;
  const absl::Status built = Build(&request, building, env.folder, [&] {
    say(absl::StrCat("installing ", wanted, " for Python ",
                     options.interpreter.version, " (once; kept in ", root,
                     ")"));
  });
  lease->KillStragglers();
  RLMESH_RETURN_IF_ERROR(built);
  RLMESH_RETURN_IF_ERROR(SyncPath(root));
  return env;
}

}  // namespace rlmesh
