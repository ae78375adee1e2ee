// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/model/builtin/policy.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "glog/logging.h"
#include "rlmesh/model/builtin/constant_model.h"
#include "rlmesh/model/builtin/random_model.h"
#include "rlmesh/transport/address.h"

namespace rlmesh {

absl::StatusOr<Policy> Policy::Parse(absl::string_view text) {
  Policy policy;
  if (text == "random") return policy;
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "constant:")) {
    if (rest.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("policy \"", text, "\": no value; write constant:1"));
    }
    policy.kind = Kind::kConstant;
    policy.text = std::string(rest);
    return policy;
  }
  absl::StatusOr<Address> address = Address::ForConnect(text);
  if (!address.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "policy \"", text,
        "\" is not random, constant:VALUE or the address of a model server (",
        address.status().message(), ")"));
  }
  policy.kind = Kind::kRemote;
  policy.text = address->ToString();
  return policy;
}

std::unique_ptr<Model> MakeBuiltinModel(const Policy& policy, uint64_t seed) {
  CHECK(policy.kind != Policy::Kind::kRemote) << policy.text;
  if (policy.kind == Policy::Kind::kRandom) {
    return std::make_unique<RandomModel>(seed);
  }
  return std::make_unique<ConstantModel>(policy.text);
}

}  // namespace rlmesh
