// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/cleanup/lease_record.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/fake_machine.h"

namespace rlmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

LeaseRecord Example() {
  LeaseRecord record;
  record.token = "0123456789abcdef0123456789abcdef";
  record.what = "CartPole-v1";
  record.owner = {100, 5000};
  record.owner_machine = {"boot-1", "machine-1", "pid:[1]"};
  record.processes = {{101, 5001}};
  record.folders = {"/tmp/rlmesh-sandbox-0123"};
  record.sockets = {"/tmp/s"};
  return record;
}

TEST(LeaseRecordTest, ReadsBackWhatItPrints) {
  const LeaseRecord want = Example();
  absl::StatusOr<LeaseRecord> got = LeaseRecord::Parse(want.ToJson());
  RLMESH_ASSERT_OK(got);
  EXPECT_EQ(got->ToJson(), want.ToJson());
  EXPECT_EQ(got->owner.start_time, 5000);
  EXPECT_EQ(got->owner_machine.pid_namespace, "pid:[1]");
  EXPECT_EQ(got->processes[0].pid, 101);
  EXPECT_THAT(got->folders, ElementsAre("/tmp/rlmesh-sandbox-0123"));
  EXPECT_EQ(got->Variable(), "RLMESH_LEASE=0123456789abcdef0123456789abcdef");
}

TEST(LeaseRecordTest, IgnoresMembersOfLaterReleases) {
  RLMESH_EXPECT_OK(LeaseRecord::Parse(absl::StrReplaceAll(
      Example().ToJson(), {{"\"version\":1", "\"version\":1,\"x\":[]"}})));
}

TEST(LeaseRecordTest, RefusesDamagedTexts) {
  const std::string json = Example().ToJson();
  for (size_t size = 0; size + 2 < json.size(); ++size) {
    EXPECT_FALSE(LeaseRecord::Parse(json.substr(0, size)).ok()) << size;
  }
  struct Row {
    std::string from, to, substring;
  };
  for (const Row& row : {
           Row{"\"version\":1", "\"version\":2", "version"},
           Row{"0123456789abcdef\"", "0123456789abcde/\"", "token"},
           Row{"\"pid\":100", "\"pid\":0", "pid"},
           Row{"\"pid\":100", "\"pid\":-5", "pid"},
           Row{"\"pid\":100", "\"pid\":4294967396", "pid"},
           Row{"\"pid\":101", "\"pid\":1", "pid"},
           Row{"\"start_time\":5000", "\"start_time\":\"x\"", "start_time"},
           Row{"\"boot_id\":\"boot-1\"", "\"boot_id\":7", "boot_id"},
           Row{"[\"/tmp/s\"]", "[7]", "sockets"},
           Row{"[\"/tmp/s\"]", "{}", "sockets"},
       }) {
    const std::string bad = absl::StrReplaceAll(json, {{row.from, row.to}});
    ASSERT_NE(bad, json) << row.from;
    EXPECT_THAT(
        LeaseRecord::Parse(bad),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.substring)))
        << bad;
  }
}

struct OwnerCase {
  std::string name;
  void (*arrange)(FakeMachine*, LeaseRecord*);
  OwnerState want;
  bool rebooted = false;
};

class JudgeOwnerTest : public testing::TestWithParam<OwnerCase> {};

TEST_P(JudgeOwnerTest, TruthTable) {
  FakeMachine machine;
  LeaseRecord record = Example();
  GetParam().arrange(&machine, &record);
  const OwnerVerdict verdict = JudgeOwner(record, ProcTable(machine.root()));
  EXPECT_EQ(verdict.state, GetParam().want) << verdict.reason;
  EXPECT_EQ(verdict.rebooted, GetParam().rebooted);
  EXPECT_FALSE(verdict.reason.empty());
}

void Alive(FakeMachine* machine, LeaseRecord*) {
  machine->AddProcess(100, 5000);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, JudgeOwnerTest,
    testing::Values(OwnerCase{"Alive", Alive, OwnerState::kAlive},
                    OwnerCase{"Gone", [](FakeMachine*, LeaseRecord*) {},
                              OwnerState::kGone},
                    OwnerCase{"PidReused",
                              [](FakeMachine* m, LeaseRecord*) {
                                m->AddProcess(100, 9000);
                              },
                              OwnerState::kGone},
                    OwnerCase{"Zombie",
                              [](FakeMachine* m, LeaseRecord*) {
                                m->AddProcess(100, 5000, 1, "", 'Z');
                              },
                              OwnerState::kGone},
                    OwnerCase{"OtherNamespaceAlive",
                              [](FakeMachine* m, LeaseRecord* r) {
                                Alive(m, r);
                                m->SetPidNamespace("pid:[2]");
                              },
                              OwnerState::kUnknown},
                    OwnerCase{"OtherNamespaceGone",
                              [](FakeMachine* m, LeaseRecord*) {
                                m->SetPidNamespace("pid:[2]");
                              },
                              OwnerState::kUnknown},
                    OwnerCase{"NoNamespaceInTheLease",
                              [](FakeMachine*, LeaseRecord* r) {
                                r->owner_machine.pid_namespace = "";
                              },
                              OwnerState::kUnknown},
                    OwnerCase{"NoBootIdInTheLease",
                              [](FakeMachine*, LeaseRecord* r) {
                                r->owner_machine.boot_id = "";
                              },
                              OwnerState::kUnknown},
                    OwnerCase{"Rebooted",
                              [](FakeMachine* m, LeaseRecord* r) {
                                Alive(m, r);
                                m->SetBootId("boot-2");
                              },
                              OwnerState::kGone, true},
                    OwnerCase{"OtherMachine",
                              [](FakeMachine* m, LeaseRecord*) {
                                m->SetMachineId("machine-2");
                                m->SetBootId("boot-2");
                              },
                              OwnerState::kUnknown},
                    OwnerCase{"NoMachineIdsAndAnotherBoot",
                              [](FakeMachine* m, LeaseRecord* r) {
                                m->SetMachineId("");
                                r->owner_machine.machine_id = "";
                                m->SetBootId("boot-2");
                              },
                              OwnerState::kUnknown},
                    OwnerCase{"NoMachineIdsAndTheSameBoot",
                              [](FakeMachine* m, LeaseRecord* r) {
                                m->SetMachineId("");
                                r->owner_machine.machine_id = "";
                              },
                              OwnerState::kGone},
                    OwnerCase{"UnreadableProcess",
                              [](FakeMachine* m, LeaseRecord*) {
                                m->Write("/proc/100/stat", "?");
                              },
                              OwnerState::kUnknown}),
    [](const testing::TestParamInfo<OwnerCase>& info) {
      return info.param.name;
    });

TEST(IsBuildFolderTest, TakesNothingButSuchFolders) {
  EXPECT_TRUE(IsBuildFolder("/home/a b/envs/0a1b.building.0123456789abcdef"));
  EXPECT_TRUE(IsBuildFolder("/0a1b.building.0123456789abcdef"));
  for (const char* other :
       {"", "/", "0a1b.building.0123456789abcdef",
        "/home/envs/0a1b.building.0123456789abcdef/env",
        "/home/envs/0a1b.building.0123456789abcde",
        "/home/envs/0a1b.building.0123456789abcdeg",
        "/home/envs/.building.0123456789abcdef", "/home/envs/0a1b",
        "/home/../envs/0a1b.building.0123456789abcdef",
        "/home//envs/0a1b.building.0123456789abcdef",
        "/home/envs/0a1b.building.0123456789abcdef\n"}) {
    EXPECT_FALSE(IsBuildFolder(other)) << other;
  }
}

}  // namespace
}  // namespace rlmesh
