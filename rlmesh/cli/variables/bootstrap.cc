// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/variables/bootstrap.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/json/json.h"
#include "rlmesh/spaces/env_contract.h"

namespace rlmesh {
namespace {

constexpr char kVariable[] = "RLMESH_BOOTSTRAP_JSON";

template <typename... Args>
absl::Status Wrong(const Args&... args) {
  return absl::InvalidArgumentError(absl::StrCat(kVariable, ": ", args...));
}

// A text member; empty when it is absent and not `required`.
absl::StatusOr<std::string> Text(const Json& spec, absl::string_view key,
                                 bool required) {
  const Json* const value = FindMember(spec, key);
  if (value == nullptr || value->is_null()) {
    if (required) return Wrong("spec lacks \"", key, "\", a text");
    return std::string();
  }
  if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
    return Wrong("spec.", key, " is ", PrintJson(*value), "; write a text");
  }
  return value->get_ref<const std::string&>();
}

}  // namespace

absl::StatusOr<Bootstrap> Bootstrap::Parse(absl::string_view text) {
  const absl::StatusOr<Json> json = ParseJson(text);
  if (!json.ok()) return Wrong(json.status().message());
  const Json* const spec = FindMember(*json, "spec");
  if (spec == nullptr || !spec->is_object()) {
    return Wrong("write {\"spec\": {\"kind\": \"gym\", \"env_id\": ...}}");
  }
  RLMESH_ASSIGN_OR_RETURN(const std::string kind, Text(*spec, "kind", true));
  Bootstrap result;
  std::string target;
  if (kind == "gym") {
    target = "env_id";
  } else if (kind == "factory") {
    result.kind = Kind::kFactory;
    target = "entrypoint";
  } else if (kind == "hf") {
    return absl::UnimplementedError(absl::StrCat(
        kVariable,
        ": kind \"hf\" is not served by this program; use kind \"factory\" "
        "with an entrypoint that calls the source's make_env"));
  } else {
    return Wrong("kind is \"", kind, "\"; it must be gym or factory");
  }
  const std::set<std::string> known = {
      "kind", target, "kwargs", "imports", "num_envs", "vectorization_mode"};
  for (const auto& member : spec->items()) {
    if (known.count(member.key()) != 0) continue;
    return Wrong("spec has an unknown member \"", member.key(), "\"");
  }
  RLMESH_ASSIGN_OR_RETURN(result.target, Text(*spec, target, true));
  RLMESH_ASSIGN_OR_RETURN(result.vectorization_mode,
                          Text(*spec, "vectorization_mode", false));
  const Json* const kwargs = FindMember(*spec, "kwargs");
  if (kwargs != nullptr && !kwargs->is_null()) {
    if (!kwargs->is_object()) return Wrong("spec.kwargs is no object");
    if (!kwargs->empty()) result.kwargs = PrintJson(*kwargs);
  }
  const Json* const imports = FindMember(*spec, "imports");
  if (imports != nullptr && !imports->is_null()) {
    if (!imports->is_array()) return Wrong("spec.imports is no list");
    for (const Json& module : *imports) {
      if (!module.is_string()) return Wrong("spec.imports has no text in it");
      result.imports.push_back(module.get_ref<const std::string&>());
    }
  }
  const Json* const lanes = FindMember(*spec, "num_envs");
  if (lanes != nullptr && !lanes->is_null()) {
    if (!lanes->is_number_integer() || *lanes < 1 || *lanes > kMaxLanes) {
      return Wrong("spec.num_envs is ", PrintJson(*lanes), "; write 1 to ",
                   kMaxLanes);
    }
    result.num_envs = lanes->get<int>();
  }
  return result;
}

}  // namespace rlmesh
