// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

// What a fault costs.

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/error_details.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/temp_dir.h"
#include "rlmesh/base/testing/calendar_shift.h"
#include "rlmesh/driver/journal.h"
#include "rlmesh/driver/run.h"
#include "rlmesh/env/testing/fake_environment.h"
#include "rlmesh/model/testing/fake_model.h"

namespace rlmesh {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

absl::Status Recoverable(absl::Status status) {
  ErrorDetails details;
  details.recoverable = true;
  SetErrorDetails(details, &status);
  return status;
}

// Counts its steps over all environments: what a test wants to fail fails at a
// number of them.
class Environments : public EnvironmentFactory {
 public:
  const EnvContract& contract() const override { return model_.contract(); }
  absl::StatusOr<std::unique_ptr<Environment>> Create(
      const CreateOptions& /*options*/) override {
    ++made;
    if (on_create) {
      if (absl::Status s = on_create(made); !s.ok()) return s;
    }
    auto environment = std::make_unique<FakeEnvironment>();
    FakeEnvironment* const raw = environment.get();
    environment->on_reset = [this, raw] {
      seeds.push_back(raw->seeds.back());
      return on_reset ? on_reset(made) : absl::OkStatus();
    };
    environment->on_step = [this] {
      return on_step ? on_step(++steps) : absl::OkStatus();
    };
    return environment;
  }

  int made = 0;
  int steps = 0;
  std::vector<int64_t> seeds;
  std::function<absl::Status(int)> on_create;
  std::function<absl::Status(int)> on_reset;
  std::function<absl::Status(int)> on_step;

 private:
  FakeEnvironment model_;
};

class Models : public ModelFactory {
 public:
  absl::StatusOr<std::unique_ptr<Model>> Create(
      Cancellation* /*cancellation*/) override {
    ++made;
    auto model = std::make_unique<FakeModel>();
    model->on_predict = [this](const PredictRequest&) {
      return on_predict ? on_predict(++predictions) : absl::OkStatus();
    };
    return model;
  }

  int made = 0;
  int predictions = 0;
  std::function<absl::Status(int)> on_predict;
};

class RunFaultsTest : public ::testing::Test {
 protected:
  RunFaultsTest() {
    options_.seed = 7;
    options_.episodes = 4;
    options_.on_fault = OnFault::kRetry;
    options_.retry.first_delay = absl::Microseconds(1);
    options_.retry.longest_delay = absl::Microseconds(10);
    options_.retry.reconnect_timeout = absl::Milliseconds(50);
  }

  RunResult Play() {
    return rlmesh::Run(&environments_, &models_, options_).Play();
  }

  void ExpectUnbroken(const RunResult& result) {
    RLMESH_EXPECT_OK(result.status);
    ASSERT_THAT(result.episodes, SizeIs(4));
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(result.episodes[i].index, i);
      EXPECT_EQ(result.episodes[i].seed, 7 + i);
      EXPECT_EQ(result.episodes[i].reward, 5);
      EXPECT_EQ(result.episodes[i].steps, 5);
    }
  }

  // At its step `n`, once.
  void FailAt(int n, const absl::Status& status) {
    environments_.on_step = [n, status](int step) {
      return step == n ? status : absl::OkStatus();
    };
  }

  Environments environments_;
  Models models_;
  RunOptions options_;
};

TEST_F(RunFaultsTest, Limits27Row01AFaultKeepsWhatIsFinished) {
  FailAt(13, absl::InternalError("boom"));
  options_.on_fault = OnFault::kRaise;
  RunResult raised = Play();
  EXPECT_THAT(raised.status, StatusIs(absl::StatusCode::kInternal,
                                      HasSubstr("episode 2 (seed 9) failed")));
  EXPECT_THAT(raised.episodes, SizeIs(2));

  environments_.steps = 0;
  options_.on_fault = OnFault::kReturn;
  RunResult returned = Play();
  RLMESH_EXPECT_OK(returned.status);
  EXPECT_THAT(returned.fault,
              StatusIs(absl::StatusCode::kInternal, HasSubstr("boom")));
  EXPECT_THAT(returned.episodes, SizeIs(2));

  environments_.steps = 0;
  options_.on_fault = OnFault::kRetry;
  RunResult retried = Play();
  ExpectUnbroken(retried);
  EXPECT_EQ(retried.episodes[2].retries, 1);
  EXPECT_EQ(retried.retries(), 1);
}

TEST_F(RunFaultsTest, Limits27Row02ALostConnectionIsMadeAnewAndTheSeedsGoOn) {
  FailAt(13, Recoverable(absl::UnavailableError("connection closed")));
  // Nobody answers at first.
  environments_.on_create = [](int made) {
    return made == 2 || made == 3 ? absl::UnavailableError("refused")
                                  : absl::OkStatus();
  };
  ExpectUnbroken(Play());
  EXPECT_EQ(environments_.made, 4);
  EXPECT_THAT(environments_.seeds, ElementsAre(7, 8, 9, 9, 10));
}

TEST_F(RunFaultsTest, ARecoverableFaultOnlyResets) {
  FailAt(13, Recoverable(absl::InternalError("RuntimeError: boom")));
  ExpectUnbroken(Play());
  EXPECT_EQ(environments_.made, 1);
  EXPECT_EQ(models_.made, 1);
}

TEST_F(RunFaultsTest, WhatDoesNotRecoverIsReplacedAfterAll) {
  FailAt(13, Recoverable(absl::InternalError("RuntimeError: boom")));
  environments_.on_reset = [this](int made) {
    return made == 1 && environments_.steps == 13
               ? Recoverable(absl::InternalError("still broken"))
               : absl::OkStatus();
  };
  RunResult result = Play();
  ExpectUnbroken(result);
  EXPECT_EQ(environments_.made, 2);
  EXPECT_EQ(result.episodes[2].retries, 2);
}

TEST_F(RunFaultsTest, AnUnrecoverableFaultIsOfTheOldEnvironmentOnly) {
  FailAt(13, absl::InternalError("out of memory"));
  ExpectUnbroken(Play());
  EXPECT_EQ(environments_.made, 2);
  EXPECT_EQ(models_.made, 1);
}

TEST_F(RunFaultsTest, AModelThatIsLostIsReplaced) {
  models_.on_predict = [](int n) {
    return n == 8 ? absl::UnavailableError("stream broken") : absl::OkStatus();
  };
  ExpectUnbroken(Play());
  EXPECT_EQ(models_.made, 2);
  EXPECT_EQ(environments_.made, 1);
}

TEST_F(RunFaultsTest, AnEpisodeThatAlwaysFailsEndsTheRun) {
  environments_.on_step = [](int step) {
    return step > 7 ? absl::InternalError("boom") : absl::OkStatus();
  };
  RunResult result = Play();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("episode 1 (seed 8)"),
                             HasSubstr("3 retries"), HasSubstr("boom"),
                             HasSubstr("1 of 4 episodes finished"))));
  EXPECT_THAT(environments_.seeds, ElementsAre(7, 8, 8, 8, 8));
}

TEST_F(RunFaultsTest, AllRetriesTogetherAreBounded) {
  options_.retry.total = 2;
  environments_.on_step = [](int step) {
    return step % 6 == 4 ? absl::InternalError("boom") : absl::OkStatus();
  };
  RunResult result = Play();
  EXPECT_FALSE(result.status.ok());
  EXPECT_EQ(environments_.made, 3);
}

TEST_F(RunFaultsTest, AnEnvironmentThatNeverComesBackEndsTheRun) {
  FailAt(13, absl::UnavailableError("connection closed"));
  environments_.on_create = [](int made) {
    return made > 1 ? absl::UnavailableError("connection refused")
                    : absl::OkStatus();
  };
  RunResult result = Play();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("nothing to go on with after"),
                             HasSubstr("connection refused"))));
  EXPECT_THAT(result.episodes, SizeIs(2));
}

TEST_F(RunFaultsTest, NobodyThereAtTheBeginningIsToldAtOnce) {
  environments_.on_create = [](int) {
    return absl::UnavailableError("connection refused");
  };
  EXPECT_THAT(Play().status, StatusIs(absl::StatusCode::kUnavailable,
                                      HasSubstr("connection refused")));
  EXPECT_EQ(environments_.made, 1);
}

TEST_F(RunFaultsTest, RetriesAreToldAndTheJournalHasThem) {
  class Retries : public Hook {
   public:
    absl::Status OnRetry(const RetryEvent& event) override {
      lines.push_back(absl::StrCat(event.episode, " ", event.seed, " ",
                                   event.retry, " ", event.fault.message()));
      return absl::OkStatus();
    }
    std::vector<std::string> lines;
  };
  auto dir = TempDir::Create("faults-test");
  RLMESH_ASSERT_OK(dir);
  const std::string path = dir->path() + "/run.jsonl";
  auto journal = Journal::Create(path, {7, 4, {}});
  RLMESH_ASSERT_OK(journal);
  options_.journal = journal->get();
  Retries retries;
  options_.hooks = {&retries};
  FailAt(13, absl::InternalError("boom"));
  ExpectUnbroken(Play());
  EXPECT_THAT(retries.lines, ElementsAre("2 9 1 environment: boom"));
  journal->reset();
  auto read = Journal::Open(path);
  RLMESH_ASSERT_OK(read);
  EXPECT_EQ((*read)->entries()[2].episode.retries, 1);
}

TEST_F(RunFaultsTest, CancelEndsTheWaitForAnotherEnvironment) {
  options_.retry.first_delay = options_.retry.longest_delay = absl::Hours(1);
  options_.retry.reconnect_timeout = absl::Hours(10);
  FailAt(13, absl::UnavailableError("connection closed"));
  class Waits : public Hook {
   public:
    absl::Status OnRetry(const RetryEvent&) override {
      waits.Notify();
      return absl::OkStatus();
    }
    absl::Notification waits;
  };
  Waits waits;
  options_.hooks = {&waits};
  rlmesh::Run run(&environments_, &models_, options_);
  std::thread canceller([&] {
    waits.waits.WaitForNotification();
    run.Cancel();
  });
  RunResult result = run.Play();
  canceller.join();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kCancelled, HasSubstr("episode 2")));
  EXPECT_THAT(result.episodes, SizeIs(2));
}

TEST_F(RunFaultsTest, ErrorsOfHooksAreNotRetried) {
  class Full : public Hook {
   public:
    absl::Status OnStep(const StepEvent&) override {
      ++calls;
      return absl::ResourceExhaustedError("disk full");
    }
    int calls = 0;
  };
  Full full;
  options_.hooks = {&full};
  EXPECT_THAT(Play().status, StatusIs(absl::StatusCode::kResourceExhausted,
                                      HasSubstr("disk full")));
  EXPECT_EQ(full.calls, 1);
}

TEST_F(RunFaultsTest, PatienceDoesNotHeedTheCalendar) {
  options_.retry.reconnect_timeout = absl::Minutes(10);
  environments_.on_step = [](int step) {
    return step == 5 ? absl::UnavailableError("lost") : absl::OkStatus();
  };
  std::unique_ptr<CalendarShift> shift;
  environments_.on_create = [&shift](int made) {
    if (made != 2) return absl::OkStatus();
    shift = std::make_unique<CalendarShift>(absl::Hours(1));
    return absl::UnavailableError("not there yet");
  };
  ExpectUnbroken(Play());
  EXPECT_EQ(environments_.made, 3);
}

}  // namespace
}  // namespace rlmesh
