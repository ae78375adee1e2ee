// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The names and numbers of our messages against those of the wire's generation
// (testdata/README.md).

#include <fstream>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "rlmesh/proto/env/v1/service.pb.h"
#include "rlmesh/proto/model/v1/service.pb.h"

namespace rlmesh {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::ServiceDescriptor;

std::string TypeOf(const FieldDescriptor& field) {
  if (field.is_map()) {
    return absl::StrCat("map<", TypeOf(*field.message_type()->map_key()), ",",
                        TypeOf(*field.message_type()->map_value()), ">");
  }
  if (field.message_type() != nullptr) return field.message_type()->full_name();
  if (field.enum_type() != nullptr) return field.enum_type()->full_name();
  return field.type_name();
}

class Schema {
 public:
  void AddFile(const FileDescriptor& file) {
    if (!files_.insert(file.name()).second) return;
    for (int i = 0; i < file.dependency_count(); ++i) {
      AddFile(*file.dependency(i));
    }
    for (int i = 0; i < file.message_type_count(); ++i) {
      AddMessage(*file.message_type(i));
    }
    for (int i = 0; i < file.enum_type_count(); ++i) {
      AddEnum(*file.enum_type(i));
    }
    for (int i = 0; i < file.service_count(); ++i) {
      AddService(*file.service(i));
    }
  }

  const std::set<std::string>& lines() const { return lines_; }

 private:
  void AddMessage(const Descriptor& message) {
    if (message.options().map_entry()) return;
    if (message.field_count() == 0) lines_.insert(message.full_name());
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      const auto* oneof = field.real_containing_oneof();
      lines_.insert(absl::StrCat(
          message.full_name(), " ", field.name(), " = ", field.number(), " : ",
          field.is_repeated() && !field.is_map() ? "rep " : "",
          field.has_optional_keyword() ? "opt " : "", TypeOf(field),
          oneof == nullptr ? "" : absl::StrCat(" in ", oneof->name())));
      // The default of proto3, which peers rely on.
      if (field.is_repeated() && field.is_packable()) {
        EXPECT_TRUE(field.is_packed()) << field.full_name();
      }
    }
    for (int i = 0; i < message.nested_type_count(); ++i) {
      AddMessage(*message.nested_type(i));
    }
    for (int i = 0; i < message.enum_type_count(); ++i) {
      AddEnum(*message.enum_type(i));
    }
  }

  void AddEnum(const EnumDescriptor& type) {
    for (int i = 0; i < type.value_count(); ++i) {
      lines_.insert(absl::StrCat(type.full_name(), " ", type.value(i)->name(),
                                 " = ", type.value(i)->number()));
    }
  }

  void AddService(const ServiceDescriptor& service) {
    for (int i = 0; i < service.method_count(); ++i) {
      const auto& method = *service.method(i);
      lines_.insert(absl::StrCat(service.full_name(), " ", method.name(), "(",
                                 method.client_streaming() ? "stream " : "",
                                 method.input_type()->full_name(), ") -> ",
                                 method.server_streaming() ? "stream " : "",
                                 method.output_type()->full_name()));
    }
  }

  std::set<std::string> files_;
  std::set<std::string> lines_;
};

TEST(SchemaTest, NamesAndNumbersAreThoseOfTheGeneration) {
  std::set<std::string> expected;
  std::ifstream file("rlmesh/proto/testdata/schema.txt");
  std::string line;
  while (std::getline(file, line)) {
    if (!absl::StartsWith(line, "#")) expected.insert(line);
  }
  ASSERT_GT(expected.size(), 200u);

  Schema schema;
  schema.AddFile(*env::v1::HandshakeRequest::descriptor()->file());
  schema.AddFile(*model::v1::HandshakeRequest::descriptor()->file());
  EXPECT_THAT(schema.lines(), ::testing::ContainerEq(expected));
}

TEST(SchemaTest, NumbersThatAreEasyToGetWrong) {
  using EnvResponse = env::v1::JoinResponse;
  using ModelResponse = model::v1::JoinResponse;
  EXPECT_EQ(EnvResponse::kQueueNsFieldNumber, 15);
  EXPECT_EQ(ModelResponse::kQueueNsFieldNumber, 14);
  EXPECT_EQ(core::v1::EnvSpec::kActionSpaceFieldNumber, 2);
  EXPECT_EQ(core::v1::EnvSpec::kObservationSpaceFieldNumber, 3);
  EXPECT_EQ(env::v1::JoinRequest::kRequestIdFieldNumber, 5);
  EXPECT_EQ(EnvResponse::kRequestIdFieldNumber, 5);
  EXPECT_EQ(model::v1::JoinRequest::kRequestIdFieldNumber, 5);
  EXPECT_EQ(ModelResponse::kRequestIdFieldNumber, 5);
}

}  // namespace
}  // namespace rlmesh
