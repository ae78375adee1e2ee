// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// A predict in the steady state allocates nothing on our side.

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/model/python_worker_model.h"
#include "rlmesh/model/testing/policy_driver.h"

namespace {
thread_local int allocations = 0;
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace rlmesh {
namespace {

TEST(PythonWorkerModelAllocationTest, PredictAllocatesNothing) {
  PolicyDriver driver("policies:function");
  driver.Open(PolicyContract());
  const std::string row(4, '\0');
  const std::vector<absl::string_view> leaves = {row};
  const std::vector<EpisodeRow> rows = {
      {"01a1fee2-6fa9-7b81-a243-ee02c64b396a", 7}};
  PredictRequest request;
  request.route = "r";
  request.observations = ValueView(leaves);
  request.episodes = rows;
  request.timeout = absl::Seconds(30);
  Prediction prediction;
  PythonWorkerModel* const model = driver.model();
  for (int i = 0; i < 10; ++i) {
    RLMESH_ASSERT_OK(model->Predict(request, &prediction));
  }
  const int before = allocations;
  EXPECT_GT(before, 0);  // the counter counts
  for (int i = 0; i < 100; ++i) {
    if (!model->Predict(request, &prediction).ok()) break;
  }
  EXPECT_EQ(allocations - before, 0);
  EXPECT_EQ(prediction.frames.size(), 1);
}

}  // namespace
}  // namespace rlmesh
