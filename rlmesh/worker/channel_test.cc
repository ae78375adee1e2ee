// Copyright 2026 The RLMesh Authors.
// Use of this source code is governed by the Apache License 2.0
// that can be found in the LICENSE file.

#include "rlmesh/worker/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rlmesh/base/clock.h"
#include "rlmesh/base/status_matchers.h"
#include "rlmesh/base/testing/calendar_shift.h"

namespace rlmesh {
namespace {

using ::testing::HasSubstr;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }
absl::Time At(int milliseconds) {
  return absl::Now() + absl::Milliseconds(milliseconds);
}

std::string Frame(int kind, uint32_t id, uint64_t size,
                  const std::string& payload) {
  FrameHeader header;
  header.kind = static_cast<FrameKind>(kind);
  header.id = id;
  header.payload = size;
  char bytes[FrameHeader::kSize];
  header.Encode(bytes);
  return std::string(bytes, sizeof(bytes)) + payload;
}

std::string StepAnswer(uint32_t id, const std::string& payload = "") {
  return Frame(0x84, id, payload.size(), payload);
}

class ChannelTest : public ::testing::Test {
 protected:
  ChannelTest()
      : channel_(*Channel::Create(&worker_)), cancel_(*CancelEvent::Create()) {
    channel_.set_cancel(cancel_.get());
  }

  // What the worker would write.
  void Answer(const std::string& bytes) {
    ASSERT_EQ(write(worker_.get(), bytes.data(), bytes.size()), bytes.size());
  }
  absl::Status SendStep(absl::string_view payload = "") {
    return channel_.Send(FrameKind::kStep, 0, payload, -1, Soon());
  }

  UniqueFd worker_;
  Channel channel_;
  std::unique_ptr<CancelEvent> cancel_;
};

TEST_F(ChannelTest, CarriesARequestAndItsAnswer) {
  RLMESH_ASSERT_OK(SendStep("abc"));
  char bytes[64];
  EXPECT_EQ(read(worker_.get(), bytes, sizeof(bytes)), 19);
  EXPECT_EQ(std::string(bytes, 19),
            std::string("\4\0\0\0\1\0\0\0\3\0\0\0\0\0\0\0abc", 19));
  Answer(StepAnswer(1, "xyz"));
  auto answer = channel_.Receive(Soon());
  RLMESH_ASSERT_OK(answer);
  EXPECT_EQ(answer->payload, "xyz");
  EXPECT_FALSE(channel_.owes_answer());
}

TEST_F(ChannelTest, AnswerMayComeByteByByte) {
  RLMESH_ASSERT_OK(SendStep());
  const std::string bytes = StepAnswer(1, "xyz");
  for (char c : bytes.substr(0, bytes.size() - 1)) {
    Answer(std::string(1, c));
    EXPECT_THAT(channel_.Receive(At(0)),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  }
  Answer("z");
  EXPECT_EQ(channel_.Receive(Soon())->payload, "xyz");
}

TEST_F(ChannelTest, LargeFramesPassBothWays) {
  const std::string large(8 << 20, 'x');
  std::thread worker([&] {
    std::string got(FrameHeader::kSize + large.size(), '\0');
    ASSERT_EQ(recv(worker_.get(), &got[0], got.size(), MSG_WAITALL),
              got.size());
    EXPECT_EQ(got.substr(FrameHeader::kSize), large);
    Answer(StepAnswer(1, large));
  });
  RLMESH_EXPECT_OK(SendStep(large));
  auto answer = channel_.Receive(Soon());
  worker.join();
  RLMESH_ASSERT_OK(answer);
  EXPECT_EQ(answer->payload, large);
}

TEST_F(ChannelTest, PassesADescriptor) {
  const UniqueFd passed(dup(worker_.get()));
  RLMESH_ASSERT_OK(
      channel_.Send(FrameKind::kAttach, 0, "abc", passed.get(), Soon()));
  char bytes[64];
  iovec part = {bytes, sizeof(bytes)};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  EXPECT_GE(recvmsg(worker_.get(), &message, 0), 16);
  ASSERT_NE(CMSG_FIRSTHDR(&message), nullptr);
  EXPECT_EQ(CMSG_FIRSTHDR(&message)->cmsg_type, SCM_RIGHTS);
}

TEST_F(ChannelTest, LateAnswerIsOwedAndThrownAway) {
  RLMESH_ASSERT_OK(SendStep());
  EXPECT_THAT(channel_.Receive(At(5)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(channel_.owes_answer());
  EXPECT_FALSE(channel_.HasInput());
  // A request has to wait for it, and may be late itself.
  EXPECT_THAT(channel_.Send(FrameKind::kStep, 0, "", -1, At(5)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  Answer(StepAnswer(1, "old"));
  EXPECT_TRUE(channel_.HasInput());
  RLMESH_ASSERT_OK(SendStep());
  Answer(StepAnswer(2, "new"));
  EXPECT_EQ(channel_.Receive(Soon())->payload, "new");
}

TEST_F(ChannelTest, CancelEndsAWaitOrTheNextOne) {
  RLMESH_ASSERT_OK(SendStep());
  std::thread canceller([this] { cancel_->Set(); });
  EXPECT_THAT(channel_.Receive(Soon()), StatusIs(absl::StatusCode::kCancelled));
  canceller.join();
  EXPECT_TRUE(channel_.owes_answer());
  Answer(StepAnswer(1));
  cancel_->Set();  // between two calls
  EXPECT_THAT(SendStep(), StatusIs(absl::StatusCode::kCancelled));
  Answer("");
  cancel_->Set();
  cancel_->Clear();
  RLMESH_EXPECT_OK(SendStep());
}

TEST_F(ChannelTest, WorkerThatClosesOrEndsIsUnavailable) {
  RLMESH_ASSERT_OK(SendStep());
  worker_.Reset();
  EXPECT_THAT(channel_.Receive(Soon()),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(SendStep(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ChannelTest, EndOfTheProcessIsSeenThoughSomebodyHoldsTheSocket) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  channel_.set_death_fd(read_end.get());
  RLMESH_ASSERT_OK(SendStep());
  write_end.Reset();  // "ended"
  EXPECT_THAT(channel_.Receive(Soon()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("ended")));
}

TEST_F(ChannelTest, LastAnswerOfAnEndedProcessIsStillRead) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  channel_.set_death_fd(read_end.get());
  RLMESH_ASSERT_OK(SendStep());
  Answer(StepAnswer(1, "last"));
  write_end.Reset();
  EXPECT_EQ(channel_.Receive(Soon())->payload, "last");
}

TEST_F(ChannelTest, WorkerThatDoesNotReadIsLate) {
  const std::string large(8 << 20, 'x');
  EXPECT_FALSE(channel_.is_cut());
  EXPECT_THAT(channel_.Send(FrameKind::kStep, 0, large, -1, At(20)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(channel_.is_cut());
  // Half a frame is out: nothing can follow.
  EXPECT_THAT(SendStep(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ChannelTest, NonsenseIsDataLoss) {
  const std::string frames[] = {
      "this is no frame at all, as anyone can see",
      Frame(0x84, 1, uint64_t{1} << 60, ""),
      Frame(0x84, 2, 0, ""),          // of no request
      Frame(0x83, 1, 0, ""),          // of another kind
      Frame(0x04, 1, 0, ""),          // a request
      StepAnswer(1) + StepAnswer(1),  // two
  };
  for (const std::string& frame : frames) {
    Channel channel = *Channel::Create(&worker_);
    RLMESH_ASSERT_OK(channel.Send(FrameKind::kStep, 0, "", -1, Soon()));
    Answer(frame);
    EXPECT_THAT(channel.Receive(Soon()), StatusIs(kDataLoss)) << frame;
  }
}

TEST_F(ChannelTest, LengthThatIsOnlyClaimedCostsNothing) {
  RLMESH_ASSERT_OK(SendStep());
  Answer(Frame(0x84, 1, FrameHeader::kMaxPayload, "only this"));
  EXPECT_THAT(channel_.Receive(At(5)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  worker_.Reset();
  EXPECT_THAT(channel_.Receive(Soon()),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ChannelTest, OversizedRequestIsRefusedAndHarmless) {
  const std::string huge(FrameHeader::kMaxPayload + 1, '\0');
  EXPECT_THAT(SendStep(huge), StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("268435457")));
  RLMESH_EXPECT_OK(SendStep());
}

TEST_F(ChannelTest, DeadlinesDoNotHeedTheCalendar) {
  RLMESH_ASSERT_OK(SendStep());
  const absl::Time soon = SteadyNow() + absl::Milliseconds(5);
  const absl::Time far = SteadyNow() + absl::Minutes(10);
  {
    const CalendarShift back(-absl::Hours(1));
    EXPECT_THAT(channel_.Receive(soon),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  }
  const CalendarShift forward(absl::Hours(1));
  std::thread worker([this] { Answer(StepAnswer(1, "xyz")); });
  EXPECT_THAT(channel_.Receive(far), IsOk());
  worker.join();
}

}  // namespace
}  // namespace rlmesh
