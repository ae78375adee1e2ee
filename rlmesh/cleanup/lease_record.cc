// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cleanup/lease_record.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/json/json.h"

namespace rlmesh {
namespace {

constexpr int kVersion = 1;
constexpr size_t kMaxItems = 1000;

absl::Status Missing(absl::string_view member, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the lease has no ", member, " that is ", what));
}

absl::StatusOr<std::string> Text(const Json& json, absl::string_view key) {
  const Json* value = FindMember(json, key);
  if (value == nullptr || !value->is_string()) return Missing(key, "a text");
  return value->get_ref<const std::string&>();
}

absl::StatusOr<LeaseRecord::Process> ReadProcess(const Json& json,
                                                 uint64_t lowest) {
  const Json* pid = FindMember(json, "pid");
  const Json* start_time = FindMember(json, "start_time");
  LeaseRecord::Process process;
  if (pid == nullptr || !pid->is_number_unsigned() ||
      pid->get<uint64_t>() > std::numeric_limits<pid_t>::max()) {
    return Missing("pid", "a number of a process");
  }
  if (pid->get<uint64_t>() < lowest) {
    return Missing("pid", absl::StrCat(lowest, " or more"));
  }
  if (start_time == nullptr || !start_time->is_number_unsigned()) {
    return Missing("start_time", "a number");
  }
  process.pid = static_cast<pid_t>(pid->get<uint64_t>());
  process.start_time = start_time->get<uint64_t>();
  return process;
}

absl::StatusOr<std::vector<std::string>> Texts(const Json& json,
                                               absl::string_view key) {
  const Json* values = FindMember(json, key);
  if (values == nullptr || !values->is_array() || values->size() > kMaxItems) {
    return Missing(key, "a list of texts");
  }
  std::vector<std::string> texts;
  for (const Json& value : *values) {
    if (!value.is_string()) return Missing(key, "a list of texts");
    texts.push_back(value.get_ref<const std::string&>());
  }
  return texts;
}

Json ToJsonValue(const LeaseRecord::Process& process) {
  return {{"pid", static_cast<uint64_t>(process.pid)},
          {"start_time", process.start_time}};
}

}  // namespace

absl::StatusOr<LeaseRecord> LeaseRecord::Parse(absl::string_view text) {
  RLMESH_ASSIGN_OR_RETURN(Json json, ParseJson(text));
  const Json* version = FindMember(json, "version");
  if (version == nullptr || *version != kVersion) {
    return Missing("version", absl::StrCat(kVersion));
  }
  LeaseRecord record;
  RLMESH_ASSIGN_OR_RETURN(record.token, Text(json, "token"));
  if (record.token.size() != 32 ||
      !std::all_of(record.token.begin(), record.token.end(), [](char c) {
        return absl::ascii_isxdigit(c) && !absl::ascii_isupper(c);
      })) {
    return Missing("token", "32 lower-case hex digits");
  }
  RLMESH_ASSIGN_OR_RETURN(record.what, Text(json, "what"));
  const Json* owner = FindMember(json, "owner");
  if (owner == nullptr) return Missing("owner", "an object");
  RLMESH_ASSIGN_OR_RETURN(record.owner, ReadProcess(*owner, /*lowest=*/1));
  MachineIdentity& machine = record.owner_machine;
  RLMESH_ASSIGN_OR_RETURN(machine.boot_id, Text(*owner, "boot_id"));
  RLMESH_ASSIGN_OR_RETURN(machine.machine_id, Text(*owner, "machine_id"));
  RLMESH_ASSIGN_OR_RETURN(machine.pid_namespace, Text(*owner, "pid_namespace"));
  const Json* processes = FindMember(json, "processes");
  if (processes == nullptr || !processes->is_array() ||
      processes->size() > kMaxItems) {
    return Missing("processes", "a list");
  }
  for (const Json& process : *processes) {
    // Number 1 is init: nobody owns that.
    RLMESH_ASSIGN_OR_RETURN(Process read, ReadProcess(process, /*lowest=*/2));
    record.processes.push_back(read);
  }
  RLMESH_ASSIGN_OR_RETURN(record.folders, Texts(json, "folders"));
  RLMESH_ASSIGN_OR_RETURN(record.sockets, Texts(json, "sockets"));
  return record;
}

std::string LeaseRecord::ToJson() const {
  Json json_owner = ToJsonValue(owner);
  json_owner["boot_id"] = owner_machine.boot_id;
  json_owner["machine_id"] = owner_machine.machine_id;
  json_owner["pid_namespace"] = owner_machine.pid_namespace;
  Json json_processes = Json::array();
  for (const Process& process : processes) {
    json_processes.push_back(ToJsonValue(process));
  }
  return absl::StrCat(PrintJson({{"version", kVersion},
                                 {"token", token},
                                 {"what", what},
                                 {"owner", json_owner},
                                 {"processes", json_processes},
                                 {"folders", folders},
                                 {"sockets", sockets}}),
                      "\n");
}

std::string LeaseRecord::Variable() const {
  return absl::StrCat("RLMESH_LEASE=", token);
}

bool IsBuildFolder(absl::string_view path) {
  static const RE2* const kBuildFolder =
      new RE2("(?:/[^/\\x00]+)*/[0-9a-z]+\\.building\\.[0-9a-f]{16}");
  return RE2::FullMatch(re2::StringPiece(path.data(), path.size()),
                        *kBuildFolder) &&
         !absl::StrContains(path, "/../");
}

OwnerVerdict JudgeOwner(const LeaseRecord& record, const ProcTable& table) {
  const MachineIdentity here = table.Machine();
  const MachineIdentity& there = record.owner_machine;
  if (there.machine_id != here.machine_id) {
    return {OwnerState::kUnknown, false, "its owner is on another machine"};
  }
  if (there.boot_id.empty() || here.boot_id.empty() ||
      there.pid_namespace.empty() || here.pid_namespace.empty()) {
    return {OwnerState::kUnknown, false, "its owner cannot be identified"};
  }
  if (there.boot_id != here.boot_id) {
    // Without a machine id it may just as well be another machine.
    if (here.machine_id.empty()) {
      return {OwnerState::kUnknown, false, "its owner may be elsewhere"};
    }
    return {OwnerState::kGone, true, "the machine was started anew since"};
  }
  if (there.pid_namespace != here.pid_namespace) {
    return {OwnerState::kUnknown, false,
            "its owner is in another pid namespace"};
  }
  absl::StatusOr<ProcessInfo> owner = table.Look(record.owner.pid);
  if (absl::IsNotFound(owner.status())) {
    return {OwnerState::kGone, false,
            absl::StrCat("its owner, process ", record.owner.pid, ", is gone")};
  }
  if (!owner.ok()) {
    return {OwnerState::kUnknown, false, "its owner cannot be looked at"};
  }
  if (owner->start_time != record.owner.start_time) {
    return {OwnerState::kGone, false,
            absl::StrCat("its owner is gone; process ", record.owner.pid,
                         " is another one now")};
  }
  if (owner->has_ended) {
    return {
        OwnerState::kGone, false,
        absl::StrCat("its owner, process ", record.owner.pid, ", has ended")};
  }
  return {OwnerState::kAlive, false,
          absl::StrCat("its owner, process ", record.owner.pid, ", lives")};
}

}  // namespace rlmesh
