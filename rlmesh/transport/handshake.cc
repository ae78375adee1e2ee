// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/handshake.h"

#include <sys/utsname.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/transport/wire.h"

namespace rlmesh {
namespace {

// The way out, for either side.
constexpr char kNeedsClient[] =
    "use a client of this generation (rlmesh 0.1.0 or newer), or a server of "
    "the client's";
constexpr char kNeedsServer[] =
    "Use a server of the same generation (rlmesh 0.1.0 or newer), or the "
    "client that belongs to the server";

// Peers' texts end up on terminals: escaped, and not longer than this.
std::string Foreign(absl::string_view text) {
  return absl::CHexEscape(text.substr(0, 300));
}

void DescribeUs(const Introduction& self, core::v1::PeerInfo* info) {
  info->set_component(self.component);
  info->set_package_version(self.package_version);
  info->set_language("cpp");
  info->set_language_version("17");
  utsname system;
  if (uname(&system) == 0) {
    info->set_os(absl::AsciiStrToLower(system.sysname));
    info->set_os_version(system.release);
    info->set_arch(system.machine);
  }
  auto& extra = *info->mutable_extra();
  extra["rlmesh.workflow.base"] = wire::kEdition;
  extra["rlmesh.workflow.edition"] =
      self.edition.empty() ? wire::kEdition : self.edition;
}

}  // namespace

void AnswerHandshake(const core::v1::HandshakeRequest& request,
                     const Introduction& self,
                     core::v1::HandshakeResponse* response) {
  DescribeUs(self, response->mutable_peer_info());
  for (const auto& [name, value] : self.capabilities) {
    (*response->mutable_capabilities())[name] = value;
  }
  const EditionOffer offer = OurEditions("", self.edition);
  for (const std::string& edition : offer.can) {
    response->add_supported_workflow_editions(edition);
  }
  response->set_preferred_workflow_edition(offer.want);
  const absl::string_view theirs =
      absl::StripAsciiWhitespace(request.protocol_generation());
  response->set_compatible(theirs == wire::kGeneration);
  if (response->compatible()) return;
  response->set_error_message(absl::StrCat(
      "protocol generation ", theirs.empty() ? "(none)" : Foreign(theirs),
      " not compatible with server ", wire::kGeneration, "; ", kNeedsClient));
}

core::v1::HandshakeRequest MakeHandshakeRequest(const Introduction& self) {
  core::v1::HandshakeRequest request;
  request.set_protocol_generation(wire::kGeneration);
  DescribeUs(self, request.mutable_peer_info());
  for (const auto& [name, value] : self.capabilities) {
    (*request.mutable_capabilities())[name] = value;
  }
  const EditionOffer offer = OurEditions("", self.edition);
  for (const std::string& edition : offer.can) {
    request.add_supported_workflow_editions(edition);
  }
  request.set_preferred_workflow_edition(offer.want);
  return request;
}

absl::Status CheckHandshake(const core::v1::HandshakeResponse& response,
                            const Address& address) {
  if (response.compatible()) return absl::OkStatus();
  const core::v1::PeerInfo& peer = response.peer_info();
  std::string server = address.ToString();
  for (const std::string* part : {&peer.component(), &peer.package_version()}) {
    if (!part->empty()) absl::StrAppend(&server, " ", Foreign(*part));
  }
  const absl::string_view reason = response.error_message();
  return absl::FailedPreconditionError(absl::StrCat(
      "handshake failed: ",
      reason.empty() ? "the server refused without a reason" : Foreign(reason),
      " (server ", server, "; this client speaks ", wire::kGeneration,
      ", edition ", wire::kEdition, "). ", kNeedsServer));
}

EditionOffer OfferOf(const core::v1::HandshakeResponse& response,
                     absl::string_view name) {
  const auto& can = response.supported_workflow_editions();
  return {std::string(name),
          {can.begin(), can.end()},
          response.preferred_workflow_edition()};
}

bool HasCapability(const core::v1::HandshakeResponse& response,
                   absl::string_view name) {
  const auto it = response.capabilities().find(std::string(name));
  return it != response.capabilities().end() && it->second == "true";
}

absl::Status UnreadableHandshake(absl::string_view bytes) {
  // Field 1 as a short text: that is where the first generation had its name.
  std::string theirs = "of an unknown generation";
  if (bytes.size() > 2 && bytes[0] == 0x0a) {
    const size_t size = static_cast<unsigned char>(bytes[1]);
    if (size > 0 && size < 128 && size + 2 <= bytes.size()) {
      theirs = absl::StrCat("of generation ", Foreign(bytes.substr(2, size)));
    }
  }
  return absl::InternalError(absl::StrCat(
      "failed to decode Protobuf message: the handshake is ", theirs,
      "; this server speaks ", wire::kGeneration, "; ", kNeedsClient));
}

absl::Status ExplainHandshakeError(const absl::Status& status,
                                   const Address& address,
                                   absl::string_view service) {
  if (absl::IsUnimplemented(status)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "handshake failed: ", address.ToString(),
        " is a gRPC server without the service ", service,
        "; environments and models are served by different servers"));
  }
  if (absl::IsInternal(status) &&
      (absl::StrContains(absl::AsciiStrToLower(status.message()), "parse") ||
       absl::StrContains(status.message(), "decode"))) {
    return absl::FailedPreconditionError(
        absl::StrCat("handshake failed: ", address.ToString(),
                     " does not speak the wire generation ", wire::kGeneration,
                     " of this client (", Foreign(status.message()),
                     "); it may be an older release. ", kNeedsServer));
  }
  return Annotate(status, absl::StrCat("handshake with ", address.ToString()));
}

}  // namespace rlmesh
