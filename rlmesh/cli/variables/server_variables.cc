// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cli/variables/server_variables.h"

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/status_macros.h"
#include "rlmesh/json/json.h"
#include "rlmesh/transport/address.h"
#include "rlmesh/transport/editions.h"

namespace rlmesh {
namespace {

// `status` as one about a variable.
absl::Status About(const char* name, absl::string_view value,
                   const absl::Status& status) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is \"", value, "\": ", status.message()));
}

}  // namespace

std::string Variable(const GetVariable& get, const char* name) {
  const char* const value = get(name);
  return value == nullptr ? "" : value;
}

absl::Status ServerVariables::Read(const GetVariable& get,
                                   absl::string_view component,
                                   absl::string_view default_address) {
  if (address.empty()) {
    address = Variable(get, "RLMESH_ADDRESS");
    if (!address.empty()) {
      RLMESH_RETURN_IF_ERROR(
          About("RLMESH_ADDRESS", address, Address::ForBind(address).status()));
    }
  }
  if (address.empty()) {
    const std::string port = Variable(get, "RLMESH_PORT");
    uint32_t number;
    if (!port.empty() && (!absl::SimpleAtoi(port, &number) || number > 65535)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "RLMESH_PORT is \"", port,
          "\": write the number of a port, 0 to 65535 (RLMESH_ADDRESS takes a "
          "whole address)"));
    }
    address = port.empty() ? std::string(default_address)
                           : absl::StrCat("0.0.0.0:", number);
  }
  const std::string allow = Variable(get, "RLMESH_ALLOW_REMOTE_SHUTDOWN");
  allow_remote_shutdown |= allow == "1" || allow == "true";
  workflow_edition = Variable(get, "RLMESH_WORKFLOW_EDITION");
  return About("RLMESH_WORKFLOW_EDITION", workflow_edition,
               CheckDeclaredEdition(component, workflow_edition));
}

absl::Status CheckJsonObject(absl::string_view source, absl::string_view text,
                             absl::string_view example) {
  const absl::StatusOr<Json> parsed = ParseJson(text);
  if (parsed.ok() && parsed->is_object()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      source, " '", text,
      "': ", parsed.ok() ? "not a JSON object" : parsed.status().message(),
      "; write it like ", source, "='", example, "'"));
}

absl::Status ReadMakeKwargs(const GetVariable& get, absl::string_view example,
                            std::string* kwargs) {
  if (!kwargs->empty()) return absl::OkStatus();
  *kwargs = Variable(get, "RLMESH_MAKE_KWARGS");
  if (kwargs->empty()) return absl::OkStatus();
  return CheckJsonObject("RLMESH_MAKE_KWARGS", *kwargs, example);
}

}  // namespace rlmesh
