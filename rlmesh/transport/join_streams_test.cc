// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/transport/join_streams.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/fake_clock.h"
#include "rlmesh/transport/join_stream.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

// A stream whose messages are a matter of the test.
class FakeStream : public JoinStream {
 public:
  explicit FakeStream(JoinStreams* streams)
      : JoinStream(streams, [this] { ++freed; }) {}

  using JoinStream::BeginAnswer;
  using JoinStream::Cancelled;
  using JoinStream::End;
  using JoinStream::EndAnswer;
  using JoinStream::Send;
  using JoinStream::Written;

  void Answer() {
    ASSERT_TRUE(BeginAnswer());
    ASSERT_EQ(EndAnswer(false), Send::kIt);
    Written(true);
  }
  void Cancel() override { ++cancels; }

  int reads = 0;
  int freed = 0;
  int cancels = 0;
  int finished = 0;
  int aborts = 0;
  grpc::Status end;

 private:
  void ReadNext() override { ++reads; }
  void FinishWith(const grpc::Status& status) override {
    ++finished;
    end = status;
  }
  void AbortWrite() override { ++aborts; }
};

class JoinStreamsTest : public ::testing::Test {
 protected:
  JoinStreamsTest() {
    options_.server = "test server";
    options_.clock = &clock_;
  }
  ~JoinStreamsTest() override {
    if (streams_ == nullptr) return;
    streams_->Forget(stream_.get());
    streams_->Bury(nullptr, [] {});
  }

  FakeStream& Start() {
    streams_ = std::make_unique<JoinStreams>(options_);
    stream_ = std::make_unique<FakeStream>(streams_.get());
    streams_->Add(stream_.get());
    return *stream_;
  }

  FakeClock clock_;
  JoinStreamsOptions options_;
  std::unique_ptr<JoinStreams> streams_;
  std::unique_ptr<FakeStream> stream_;
};

TEST_F(JoinStreamsTest, ReadsOnlyWhenTheAnswerIsWritten) {
  FakeStream& stream = Start();
  EXPECT_EQ(stream.reads, 1);
  ASSERT_TRUE(stream.BeginAnswer());
  ASSERT_EQ(stream.EndAnswer(false), FakeStream::Send::kIt);
  EXPECT_EQ(stream.reads, 1);
  stream.Written(true);
  EXPECT_EQ(stream.reads, 2);
}

TEST_F(JoinStreamsTest, TheLastAnswerFreesThePlaceBeforeItIsSent) {
  FakeStream& stream = Start();
  ASSERT_TRUE(stream.BeginAnswer());
  EXPECT_EQ(stream.EndAnswer(true), FakeStream::Send::kItAndFinish);
  EXPECT_EQ(stream.freed, 1);
  stream.Written(true);
  stream.End(grpc::Status::OK);
  EXPECT_EQ(stream.finished, 0);  // it goes out with the answer
  EXPECT_EQ(stream.reads, 1);
}

TEST_F(JoinStreamsTest, AClientThatVanishesIsCancelledAndFreesItsPlaceAtOnce) {
  FakeStream& stream = Start();
  ASSERT_TRUE(stream.BeginAnswer());
  stream.Cancelled();
  EXPECT_EQ(stream.cancels, 1);
  EXPECT_GE(stream.freed, 1);
  EXPECT_EQ(stream.finished, 0);  // the call still runs
  EXPECT_EQ(stream.EndAnswer(false), FakeStream::Send::kNothing);
  EXPECT_EQ(stream.finished, 1);
}

TEST_F(JoinStreamsTest, DrainingEndsWhoWaitsAndLetsOthersAnswer) {
  FakeStream& stream = Start();
  ASSERT_TRUE(stream.BeginAnswer());
  streams_->Drain();
  EXPECT_EQ(stream.finished, 0);
  ASSERT_EQ(stream.EndAnswer(false), FakeStream::Send::kIt);
  stream.Written(true);
  EXPECT_EQ(stream.finished, 1);
  EXPECT_EQ(stream.end.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(stream.end.error_message(), "the test server is shutting down");
  FakeStream late(streams_.get());
  streams_->Add(&late);
  EXPECT_EQ(late.finished, 1);
  EXPECT_EQ(late.reads, 0);
  streams_->Forget(&late);
  streams_->Bury(nullptr, [] {});
}

TEST_F(JoinStreamsTest, SilenceBeforeTheFirstRequestHasALimitOfItsOwn) {
  options_.first_request_timeout = absl::Seconds(60);
  options_.session_timeout = absl::Seconds(100);
  FakeStream& stream = Start();
  clock_.Advance(absl::Seconds(59));
  EXPECT_EQ(stream.EndIfSilent(), absl::Seconds(1));
  EXPECT_EQ(stream.finished, 0);
  clock_.Advance(absl::Seconds(1));
  stream.EndIfSilent();
  EXPECT_EQ(stream.finished, 1);
  EXPECT_EQ(stream.freed, 1);
  EXPECT_THAT(stream.end.error_message(),
              HasSubstr("no request came within 1m"));
  EXPECT_FALSE(stream.BeginAnswer());  // too late
}

TEST_F(JoinStreamsTest, SilenceCountsFromTheLastAnswer) {
  options_.first_request_timeout = absl::Seconds(60);
  options_.session_timeout = absl::Seconds(100);
  FakeStream& stream = Start();
  stream.Answer();
  clock_.Advance(absl::Seconds(99));
  stream.Answer();
  clock_.Advance(absl::Seconds(99));
  EXPECT_EQ(stream.EndIfSilent(), absl::Seconds(1));
  // A clock that is set back costs patience, never a session.
  clock_.Advance(-absl::Hours(1));
  EXPECT_EQ(stream.EndIfSilent(), absl::Seconds(1) + absl::Hours(1));
  clock_.Advance(absl::Hours(1) + absl::Seconds(1));
  stream.EndIfSilent();
  EXPECT_EQ(stream.finished, 1);
  EXPECT_THAT(stream.end.error_message(), HasSubstr("--session_timeout=1m40s"));
}

TEST_F(JoinStreamsTest, ALongAnswerIsNoSilence) {
  options_.session_timeout = absl::Seconds(90);
  FakeStream& stream = Start();
  ASSERT_TRUE(stream.BeginAnswer());
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(stream.EndIfSilent(), absl::Seconds(90));
  EXPECT_EQ(stream.finished, 0);
  ASSERT_EQ(stream.EndAnswer(false), FakeStream::Send::kIt);
  stream.Written(true);
  EXPECT_EQ(stream.EndIfSilent(), absl::Seconds(90));
}

TEST_F(JoinStreamsTest, AnAnswerThatNobodyReadsIsSilence) {
  options_.session_timeout = absl::Seconds(90);
  FakeStream& stream = Start();
  ASSERT_TRUE(stream.BeginAnswer());
  clock_.Advance(absl::Hours(1));
  ASSERT_EQ(stream.EndAnswer(false), FakeStream::Send::kIt);
  clock_.Advance(absl::Seconds(89));
  EXPECT_EQ(stream.EndIfSilent(), absl::Seconds(1));
  EXPECT_EQ(stream.aborts, 0);
  clock_.Advance(absl::Seconds(1));
  stream.EndIfSilent();
  EXPECT_EQ(stream.aborts, 1);
  EXPECT_EQ(stream.freed, 1);
  EXPECT_EQ(stream.finished, 0);  // a write is outstanding
  stream.EndIfSilent();
  EXPECT_EQ(stream.aborts, 1);
  stream.Cancelled();
  stream.Written(false);
  EXPECT_EQ(stream.finished, 1);
  EXPECT_EQ(stream.reads, 1);
}

TEST_F(JoinStreamsTest, ALastAnswerThatNobodyReadsIsGivenUp) {
  options_.session_timeout = absl::Seconds(90);
  FakeStream& stream = Start();
  ASSERT_TRUE(stream.BeginAnswer());
  ASSERT_EQ(stream.EndAnswer(true), FakeStream::Send::kItAndFinish);
  clock_.Advance(absl::Seconds(90));
  stream.EndIfSilent();
  EXPECT_EQ(stream.aborts, 1);
  stream.Written(false);
  stream.EndIfSilent();
  EXPECT_EQ(stream.aborts, 1);
  EXPECT_EQ(stream.finished, 0);  // it went out with the answer
}

TEST_F(JoinStreamsTest, IdleIsTheTimeSinceAnybodyAsked) {
  FakeStream& stream = Start();
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(streams_->IdleFor(), absl::Seconds(5));
  ASSERT_TRUE(stream.BeginAnswer());
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(streams_->IdleFor(), absl::ZeroDuration());
  ASSERT_EQ(stream.EndAnswer(false), FakeStream::Send::kIt);
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(streams_->IdleFor(), absl::Seconds(2));
}

TEST_F(JoinStreamsTest, WaitsForTheEndOfSessions) {
  Start();
  EXPECT_FALSE(streams_->AwaitIdle(absl::InfinitePast()));
  FakeStream blocked(streams_.get());
  streams_->Add(&blocked);
  streams_->Forget(&blocked);
  absl::Notification go_on;
  bool ended = false;
  streams_->Bury(std::make_unique<SerialThread>(), [&go_on, &ended] {
    go_on.WaitForNotification();
    ended = true;
  });
  go_on.Notify();  // Bury did not wait for it
  streams_->Forget(stream_.get());
  streams_->Bury(nullptr, [] {});
  EXPECT_TRUE(streams_->AwaitIdle(absl::InfinitePast()));
  streams_.reset();
  EXPECT_TRUE(ended);
}

TEST(JoinStreamsOptionsTest, NamesWhatIsWrong) {
  JoinStreamsOptions options;
  RLMESH_EXPECT_OK(options.Validate());
  options.first_request_timeout = -absl::Seconds(1);
  EXPECT_THAT(options.Validate(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("first_request_timeout is -1s")));
}

}  // namespace
}  // namespace rlmesh
