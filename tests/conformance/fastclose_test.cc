// SPDX-License-Identifier: Apache-2.0
// MP_FASTCLOSE in both of its forms, lost, crossing, forged (RFC 8684 3.5), and resets with reasons (3.6).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"

namespace mptcpp::conformance {
namespace {

using wire::MptcpSubtype;
using wire::ResetReason;

class Fastclose : public ::testing::Test {
 protected:
  void Open(const ConnectionOptions& options = {}) {
    first_ = &bench_.AcceptMptcp(options);
    bench_.ExchangeOneByte(*first_);
    second_ = &bench_.Join(*first_);
    first_->Skip();
    second_->Skip();
  }
  static bool IsResetWithFastclose(Flow& flow, const Captured& segment) {
    const Segment expected = segment.view.flags.ack ? RstAck() : Rst();
    return Mismatch(flow, Segment(expected).MpFastclose(), segment).empty();
  }
  Bench bench_;
  Flow* first_ = nullptr;
  Flow* second_ = nullptr;
};

// Covers: FC-1, FC-9
TEST_F(Fastclose, OnAnAckOfOneSubflowWithResetsOnTheOthers) {
  Open();
  first_->Send(Ack().DataAck(2));  // so that it is the one that answered last
  bench_.Abort();
  CapturedPtr on_first = first_->Take(), on_second = second_->Take();
  const bool first_carries = HasOption(*on_first, MptcpSubtype::kFastclose);
  Flow& carrier = first_carries ? *first_ : *second_;
  const Captured& ack = first_carries ? *on_first : *on_second;
  const Captured& reset = first_carries ? *on_second : *on_first;
  EXPECT_EQ(Mismatch(carrier, Ack().MpFastclose(), ack), "");
  EXPECT_TRUE(reset.view.flags.rst);
  EXPECT_EQ(bench_.Info().state, DataState::kFastcloseWait);
  carrier.Send(Rst());
  EXPECT_EQ(bench_.Info().state, DataState::kClosed);
  carrier.ExpectNothing(Duration::Seconds(30));
}

// Covers: FC-7, FC-8
TEST_F(Fastclose, IsRepeatedThreeTimesWithBackOffAndThenGoesOnAReset) {
  Open();
  second_->Send(Rst().Seq(1));
  bench_.Abort();
  first_->Expect(Ack().MpFastclose());
  Instant last = bench_.now();
  Duration longest;
  for (int repetition = 0; repetition < 3; ++repetition) {
    const Instant at = first_->ExpectAfter(Ack().MpFastclose(), Duration::Millis(100), Duration::Seconds(10));
    EXPECT_GE(at - last, longest) << "after a timeout, which doubles";
    longest = at - last;
    last = at;
  }
  const CapturedPtr end = first_->Take(Duration::Seconds(20));
  EXPECT_TRUE(IsResetWithFastclose(*first_, *end));
  first_->ExpectNothing(Duration::Seconds(60));
  EXPECT_EQ(bench_.Info().state, DataState::kClosed);
}

// The other form: no state is kept, so nobody waits for an answer.
// Covers: FC-2, FC-9
TEST_F(Fastclose, OnTheResetsOfAllSubflowsWhenTheConnectionIsGivenUp) {
  ConnectionOptions options;
  options.tcp.no_delay = true;
  options.tcp.user_timeout = Duration::Seconds(5);
  Open(options);
  bench_.Write("abcd");
  // Every subflow acknowledges what it gets, and the data level never does.
  for (int i = 0; i < 600 && !bench_.failure(); ++i) {
    bench_.Advance(Duration::Millis(100));
    for (Flow* flow : {first_, second_}) {
      while (flow->HasWaiting() && !bench_.failure()) {
        if (!flow->Take()->view.payload.empty()) flow->Send(Ack().DataAck(2));
      }
    }
  }
  EXPECT_EQ(bench_.failure(), Error::kTimedOut);
  for (Flow* flow : {first_, second_}) {
    CapturedPtr end = flow->Take();
    while (!end->view.flags.rst) end = flow->Take();
    EXPECT_TRUE(IsResetWithFastclose(*flow, *end));
  }
  EXPECT_EQ(bench_.Info().state, DataState::kClosed);
}

// Covers: FC-3
TEST_F(Fastclose, OnAnAckIsAnsweredByResetsEverywhere) {
  Open();
  second_->Send(Ack().MpFastclose());
  EXPECT_TRUE(second_->Take()->view.flags.rst);
  EXPECT_TRUE(first_->Take()->view.flags.rst);
  EXPECT_EQ(bench_.Info().state, DataState::kClosed);
  EXPECT_EQ(bench_.failure(), Error::kReset);
}

// Covers: FC-5
TEST_F(Fastclose, OnAResetWithAWrongKeyItIsAResetAndNoMore) {
  Open();
  second_->Send(Rst().Seq(1).MpFastclose(0x1122334455667788));
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.failure(), std::nullopt);
  first_->Send(Data("abcd").Map(2, 2, 4).DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(6));
}

// Covers: FC-6
TEST_F(Fastclose, TwoThatCrossAreAnsweredByReset) {
  Open();
  bench_.Abort();
  bench_.Advance(Duration::Millis(1));
  const CapturedPtr on_first = first_->Take();
  Flow& carrier = HasOption(*on_first, MptcpSubtype::kFastclose) ? *first_ : *second_;
  carrier.Skip();
  carrier.Send(Ack().MpFastclose());
  EXPECT_TRUE(carrier.Take()->view.flags.rst);
  EXPECT_EQ(bench_.Info().state, DataState::kClosed);
  EXPECT_EQ(bench_.Info().subflow_count, 0);
  carrier.ExpectNothing(Duration::Seconds(30));
}

// Covers: RST-7, FC-5
TEST_F(Fastclose, AResetElsewhereInTheWindowIsChallengedWhateverItSays) {
  Open();
  second_->Send(Rst().Seq(100).MpFastclose());
  second_->Expect(Ack(1));
  second_->Send(Rst().Seq(100).MpTcpRst(ResetReason::kProhibited));
  second_->Expect(Ack(1));
  EXPECT_EQ(bench_.Info().subflow_count, 2);
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

// Covers: RST-4
TEST_F(Fastclose, ReservedFlagsOfAReasonAreIgnored) {
  Open();
  second_->Send(Rst().Seq(1).Raw({30, 4, 0x8f, 0x05}));
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.CounterOf(Counter::kMPRstRx), 1u);
}

}  // namespace
}  // namespace mptcpp::conformance
