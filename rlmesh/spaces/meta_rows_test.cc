// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/spaces/meta_rows.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace rlmesh {
namespace {

using spaces::v1::MetaMap;

void Add(MetaMap* map, const std::string& key, std::vector<int> values,
         bool as_bool = false) {
  spaces::v1::MetaList* list = (*map->mutable_entries())[key].mutable_list();
  for (const int value : values) {
    if (as_bool) {
      list->add_items()->set_bool_(value);
    } else {
      list->add_items()->set_integer(value);
    }
  }
}

TEST(FinalInfoTest, OfOneRowIsAll) {
  MetaMap infos;
  Add(&infos, "x", {5});
  EXPECT_TRUE(FinalInfo(infos, 0, 1).entries().at("x").has_list());
}

TEST(FinalInfoTest, PrefersTheMarkedEntry) {
  MetaMap infos;
  Add(&infos, "x", {5, 6});
  Add(&infos, "_final_info", {0, 1}, true);
  auto* finals = (*infos.mutable_entries())["final_info"].mutable_list();
  (*finals->add_items()->mutable_map()->mutable_entries())["k"].set_integer(1);
  (*finals->add_items()->mutable_map()->mutable_entries())["k"].set_integer(2);
  EXPECT_EQ(FinalInfo(infos, 1, 2).entries().at("k").integer(), 2);
  // Row 0 is not marked: its slice of the lists.
  EXPECT_EQ(FinalInfo(infos, 0, 2).entries().at("x").integer(), 5);
  EXPECT_FALSE(FinalInfo(infos, 0, 2).entries().contains("k"));
}

TEST(FinalInfoTest, SlicesListsAndSkipsMaskedKeys) {
  MetaMap infos;
  Add(&infos, "x", {5, 6});
  Add(&infos, "y", {7, 8});
  Add(&infos, "_y", {1, 0}, true);
  Add(&infos, "short", {1});
  (*infos.mutable_entries())["text"].set_text("all");
  const MetaMap slice = FinalInfo(infos, 1, 2);
  EXPECT_EQ(slice.entries_size(), 1);
  EXPECT_EQ(slice.entries().at("x").integer(), 6);
  EXPECT_EQ(FinalInfo(infos, 0, 2).entries().at("y").integer(), 7);
}

TEST(RowInfoTest, TakesTheRowsEntryWhetherItIsMarkedOrNot) {
  MetaMap infos;
  Add(&infos, "x", {5, 6});
  Add(&infos, "_final_info", {0, 0}, true);
  auto* finals = (*infos.mutable_entries())["final_info"].mutable_list();
  finals->add_items()->mutable_map();
  (*finals->add_items()->mutable_map()->mutable_entries())["k"].set_integer(2);
  EXPECT_EQ(RowInfo(infos, 1, 2).entries().at("k").integer(), 2);
  EXPECT_EQ(RowInfo(infos, 0, 2).entries().at("x").integer(), 5);
  EXPECT_TRUE(RowInfo(infos, 0, 1).entries().at("x").has_list());
}

}  // namespace
}  // namespace rlmesh
