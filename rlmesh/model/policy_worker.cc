// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/policy_worker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {
namespace {

// As the worker maps it.
constexpr uint64_t kControlBytes = 4096;
constexpr size_t kMaxText = 1000;

absl::StatusOr<PolicyInfo> ReadInfo(absl::string_view payload) {
  RLMESH_ASSIGN_OR_RETURN(const FrameTexts texts, ParseTexts(payload));
  const auto text = [&texts](absl::string_view name) {
    return std::string(FindText(texts, name).substr(0, kMaxText));
  };
  PolicyInfo info;
  info.name = text("name");
  info.corners = text("corners");
  info.values = text("values");
  info.fuses = text("fusion") == "1";
  const std::string chunk = text("native_chunk");
  if (!chunk.empty()) {
    uint32_t frames;
    if (!absl::SimpleAtoi(chunk, &frames) || frames == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("native_chunk is ", chunk, ", which is out of range"));
    }
    info.native_chunk = frames;
  }
  return info;
}

}  // namespace

absl::Status PythonModelOptions::Validate() const {
  if (entrypoint.empty()) {
    return absl::InvalidArgumentError(
        "entrypoint is empty; write module:attribute");
  }
  const std::pair<const char*, absl::Duration> timeouts[] = {
      {"load_timeout", load_timeout},
      {"predict_timeout", predict_timeout},
      {"close_timeout", close_timeout}};
  for (const auto& timeout : timeouts) {
    if (timeout.second <= absl::ZeroDuration()) {
      return absl::InvalidArgumentError(absl::StrCat(
          timeout.first, " is ", absl::FormatDuration(timeout.second),
          "; it must be positive"));
    }
  }
  if (episode_capacity < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "episode_capacity is ", episode_capacity, "; it must be positive"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PolicyWorker>> PolicyWorker::Start(
    const PythonModelOptions& options, absl::Duration timeout,
    CancelEvent* cancel) {
  RLMESH_RETURN_IF_ERROR(options.Validate());
  FrameTexts texts = {
      {"entrypoint", options.entrypoint},
      {"episode_capacity", absl::StrCat(options.episode_capacity)}};
  for (const std::string& module : options.imports) {
    texts.emplace_back("import", module);
  }
  if (!options.kwargs.empty()) texts.emplace_back("kwargs", options.kwargs);

  std::unique_ptr<PolicyWorker> worker(new PolicyWorker);
  RLMESH_ASSIGN_OR_RETURN(worker->interrupted_,
                          SharedSlots::Create(kControlBytes));
  RLMESH_ASSIGN_OR_RETURN(worker->process_,
                          WorkerProcess::Start(options.process));
  WorkerProcess& process = worker->process();
  process.set_cancel(cancel);
  process.set_interrupted(worker->interrupted_.data());
  RLMESH_ASSIGN_OR_RETURN(const Answer answer,
                          process.Call(FrameKind::kLoad, EncodeTexts(texts),
                                       std::min(timeout, options.load_timeout),
                                       worker->interrupted_.fd()));
  RLMESH_ASSIGN_OR_RETURN(worker->info_, ReadInfo(answer.payload));
  return worker;
}

}  // namespace rlmesh
