// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/env/python/python_infos.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/meta.h"
#include "rlmesh/worker/frame.h"

namespace rlmesh {
namespace {

Answer WithInfos(absl::string_view payload) {
  Answer answer;
  answer.kind = FrameKind::kStep;
  answer.flags = FrameHeader::kHasInfos;
  answer.payload = payload;
  return answer;
}

std::string Framed(absl::string_view info) {
  std::string out;
  AppendVariableLeaf(info, &out);
  return out;
}

MetaBytes Number(int n) {
  spaces::v1::MetaMap map;
  (*map.mutable_entries())["n"] = MetaInteger(n);
  return SerializeMeta(map);
}

TEST(PythonInfosTest, OneLaneHasItsOwnMap) {
  PythonInfos infos(/*lockstep=*/false);
  infos.Start(1);
  const MetaBytes number = Number(1);
  RLMESH_ASSERT_OK(infos.Take({0}, WithInfos(number)));
  Observation observation;
  RLMESH_ASSERT_OK(infos.Put({0}, &observation));
  EXPECT_TRUE(observation.has_infos);
  EXPECT_EQ(observation.infos, number);
}

TEST(PythonInfosTest, SeveralLanesOfSeveralWorkersAreJoined) {
  PythonInfos infos(/*lockstep=*/false);
  infos.Start(3);
  const std::string none(8, '\xff');
  const std::string two = Framed(Number(2)) + none, one = Number(1);
  RLMESH_ASSERT_OK(infos.Take({0, 2}, WithInfos(two)));
  RLMESH_ASSERT_OK(infos.Take({1}, WithInfos(one)));
  Observation observation;
  RLMESH_ASSERT_OK(infos.Put({0, 1, 0}, &observation));
  auto map = ParseMeta(observation.infos);
  RLMESH_ASSERT_OK(map);
  const auto& finals = map->entries().at("final_info").list();
  EXPECT_EQ(finals.items(0).map().entries().at("n").integer(), 2);
  EXPECT_EQ(finals.items(1).map().entries().at("n").integer(), 1);
  EXPECT_EQ(finals.items(2).map().entries_size(), 0);
}

TEST(PythonInfosTest, AVectorEnvironmentHasOneMap) {
  PythonInfos infos(/*lockstep=*/true);
  infos.Start(3);
  const MetaBytes number = Number(1);
  RLMESH_ASSERT_OK(infos.Take({0, 1, 2}, WithInfos(number)));
  Observation observation;
  RLMESH_ASSERT_OK(infos.Put({0, 1, 0}, &observation));
  EXPECT_EQ(observation.infos, number);
}

TEST(PythonInfosTest, WithoutAnyThereAreNone) {
  PythonInfos infos(/*lockstep=*/false);
  infos.Start(2);
  RLMESH_ASSERT_OK(infos.Take({0, 1}, WithInfos(std::string(16, '\xff'))));
  Observation observation;
  RLMESH_ASSERT_OK(infos.Put({0, 0}, &observation));
  EXPECT_FALSE(observation.has_infos);
}

TEST(PythonInfosTest, ForeignLengthsAreChecked) {
  PythonInfos infos(/*lockstep=*/false);
  infos.Start(2);
  EXPECT_FALSE(infos.Take({0, 1}, WithInfos("short")).ok());
  EXPECT_FALSE(infos.Take({0, 1}, WithInfos(Framed("x"))).ok());
  std::string long_one = Framed("x") + Framed("yy");
  long_one.pop_back();
  EXPECT_FALSE(infos.Take({0, 1}, WithInfos(long_one)).ok());
}

TEST(PythonInfosTest, ADeviationIsReportedOnce) {
  PythonInfos infos(/*lockstep=*/false);
  for (int call = 0; call < 2; ++call) {
    infos.Start(2);
    infos.observation_deviations()->push_back({"$.x", "too much"});
    Observation observation;
    RLMESH_ASSERT_OK(infos.Put({0, 0}, &observation));
    EXPECT_EQ(observation.has_infos, call == 0);
  }
}

}  // namespace
}  // namespace rlmesh
