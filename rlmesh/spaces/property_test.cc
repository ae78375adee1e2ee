// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// The fast code against the oracle, on thousands of generated spaces and
// values.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/random.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/spaces/check.h"
#include "rlmesh/spaces/sampler.h"
#include "rlmesh/spaces/space_spec.h"
#include "rlmesh/spaces/testing/oracle.h"
#include "rlmesh/spaces/testing/random_space.h"
#include "rlmesh/spaces/value.h"

namespace rlmesh {
namespace {

using Leaves = std::vector<std::string>;

OracleVerdict OracleVerdictOf(const OracleSpace& space, const Leaves& leaves,
                              int lanes) {
  const auto values = OracleDecode(space, leaves, lanes);
  if (!values.has_value()) return OracleVerdict::kInvalid;
  OracleVerdict worst = OracleVerdict::kValid;
  for (const OracleValue& value : *values) {
    worst = std::max(worst, OracleJudge(space, value));
  }
  return worst;
}

// Asks CheckValue under all three policies, and for each the consequences of
// the others' answers.
OracleVerdict FastVerdictOf(const SpaceSpec& spec, const Leaves& leaves,
                            int lanes) {
  const std::vector<absl::string_view> views(leaves.begin(), leaves.end());
  const ValueView value(views);
  std::vector<Deviation> deviations;
  const bool warn =
      CheckValue(spec, value, lanes, ValidationPolicy::kWarn, &deviations).ok();
  const bool strict =
      CheckValue(spec, value, lanes, ValidationPolicy::kStrict, nullptr).ok();
  const bool off =
      CheckValue(spec, value, lanes, ValidationPolicy::kOff, nullptr).ok();
  EXPECT_EQ(off, warn);
  EXPECT_EQ(strict, warn && deviations.empty());
  EXPECT_LE(deviations.size(), leaves.size());
  if (!warn) return OracleVerdict::kInvalid;
  return deviations.empty() ? OracleVerdict::kValid : OracleVerdict::kDeviates;
}

std::string Hex(const Leaves& leaves) {
  std::string text;
  for (const std::string& leaf : leaves) {
    text += absl::BytesToHexString(leaf) + " ";
  }
  return text;
}

// Changes something, often into something invalid.
void Mutate(Random* random, Leaves* leaves) {
  if (leaves->empty() || random->Below(20) == 0) {
    leaves->push_back("x");
    return;
  }
  std::string& leaf = (*leaves)[random->Below(leaves->size())];
  if (leaf.empty()) return;
  const size_t at = random->Below(leaf.size());
  switch (random->Below(8)) {
    case 0:
      leaf.resize(at);
      break;
    case 1:
      leaf.push_back('\0');
      break;
    case 2:
      leaves->pop_back();
      break;
    case 3:  // NaN and infinities of every width, if it is aligned
      for (size_t i = at / 8 * 8; i < std::min(leaf.size(), at / 8 * 8 + 8);
           ++i) {
        leaf[i] = i % 2 == 1 ? '\x7f' : '\xff';
      }
      break;
    case 4:
      leaf[at] = static_cast<char>((*random)());
      break;
    default:
      leaf[at] ^= static_cast<char>(1 << random->Below(8));
      break;
  }
}

TEST(SpacesPropertyTest, EveryGeneratedSpaceIsAccepted) {
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    const OracleSpace space = RandomSpace(&random);
    ASSERT_TRUE(OracleAccepts(space)) << space.DebugString();
    const absl::StatusOr<SpaceSpec> spec = SpaceSpec::FromProto(space);
    RLMESH_ASSERT_OK(spec) << space.DebugString();
    EXPECT_TRUE(*spec == *SpaceSpec::FromProto(spec->proto()));
  }
}

TEST(SpacesPropertyTest, ValidValuesPass) {
  Random random(2);
  for (int i = 0; i < 3000; ++i) {
    const OracleSpace space = RandomSpace(&random);
    const SpaceSpec spec = SpaceSpec::FromProto(space).value();
    std::vector<OracleValue> lanes;
    for (uint64_t k = random.Below(4); k > 0; --k) {
      lanes.push_back(RandomValue(space, &random));
    }
    const Leaves leaves = OracleEncode(space, lanes);
    ASSERT_EQ(OracleVerdictOf(space, leaves, lanes.size()),
              OracleVerdict::kValid)
        << space.DebugString() << Hex(leaves);
    ASSERT_EQ(FastVerdictOf(spec, leaves, lanes.size()), OracleVerdict::kValid)
        << space.DebugString() << Hex(leaves);
  }
}

TEST(SpacesPropertyTest, SamplesAreValidAndComeBackFromTheOracle) {
  Random random(3);
  for (int i = 0; i < 3000; ++i) {
    const OracleSpace space = RandomSpace(&random);
    const SpaceSpec spec = SpaceSpec::FromProto(space).value();
    const int lanes = 1 + random.Below(3);
    ValueBuffer value(spec, lanes);
    for (int lane = 0; lane < lanes; ++lane) {
      SampleLane(spec, lane, lanes, &random, &value);
    }
    const Leaves leaves(value.view().leaves().begin(),
                        value.view().leaves().end());
    const auto decoded = OracleDecode(space, leaves, lanes);
    ASSERT_TRUE(decoded.has_value()) << space.DebugString() << Hex(leaves);
    ASSERT_EQ(OracleEncode(space, *decoded), leaves) << space.DebugString();
    ASSERT_EQ(OracleVerdictOf(space, leaves, lanes), OracleVerdict::kValid)
        << space.DebugString() << Hex(leaves);
    ASSERT_EQ(FastVerdictOf(spec, leaves, lanes), OracleVerdict::kValid)
        << space.DebugString() << Hex(leaves);
  }
}

TEST(SpacesPropertyTest, BrokenValuesGetTheVerdictOfTheOracle) {
  Random random(4);
  int verdicts[3] = {0, 0, 0};
  for (int i = 0; i < 1500; ++i) {
    const OracleSpace space = RandomSpace(&random);
    const SpaceSpec spec = SpaceSpec::FromProto(space).value();
    const std::vector<OracleValue> lanes(1 + random.Below(3),
                                         RandomValue(space, &random));
    for (int k = 0; k < 20; ++k) {
      Leaves leaves = OracleEncode(space, lanes);
      for (uint64_t n = 1 + random.Below(2); n > 0; --n) {
        Mutate(&random, &leaves);
      }
      const OracleVerdict verdict =
          OracleVerdictOf(space, leaves, lanes.size());
      ++verdicts[static_cast<int>(verdict)];
      ASSERT_EQ(FastVerdictOf(spec, leaves, lanes.size()), verdict)
          << space.DebugString() << Hex(leaves);
    }
  }
  for (int count : verdicts) EXPECT_GT(count, 1000);
}

TEST(SpacesPropertyTest, EveryFlippedBitGetsTheVerdictOfTheOracle) {
  Random random(5);
  for (int i = 0; i < 150; ++i) {
    const OracleSpace space = RandomSpace(&random);
    const SpaceSpec spec = SpaceSpec::FromProto(space).value();
    const std::vector<OracleValue> lanes(2, RandomValue(space, &random));
    Leaves leaves = OracleEncode(space, lanes);
    for (std::string& leaf : leaves) {
      for (size_t bit = 0; bit < std::min<size_t>(8 * leaf.size(), 400);
           ++bit) {
        leaf[bit / 8] ^= static_cast<char>(1 << bit % 8);
        ASSERT_EQ(FastVerdictOf(spec, leaves, 2),
                  OracleVerdictOf(space, leaves, 2))
            << space.DebugString() << Hex(leaves);
        leaf[bit / 8] ^= static_cast<char>(1 << bit % 8);
      }
    }
  }
}

TEST(SpacesPropertyTest, BrokenSpacesGetTheVerdictOfTheOracle) {
  Random random(6);
  int accepted = 0, refused = 0;
  for (int i = 0; i < 40000; ++i) {
    std::string bytes = RandomSpace(&random).SerializeAsString();
    if (bytes.empty()) continue;
    for (uint64_t n = 1 + random.Below(3); n > 0; --n) {
      char& byte = bytes[random.Below(bytes.size())];
      byte =
          static_cast<char>(random.Below(2) == 0 ? byte ^ 1 << random.Below(8)
                                                 : random.Below(24));
    }
    OracleSpace space;
    if (!space.ParseFromString(bytes)) continue;
    const bool ok = SpaceSpec::FromProto(space).ok();
    ASSERT_EQ(ok, OracleAccepts(space))
        << space.DebugString() << SpaceSpec::FromProto(space).status();
    ++(ok ? accepted : refused);
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 5000);
}

}  // namespace
}  // namespace rlmesh
