// SPDX-License-Identifier: Apache-2.0
#include "tcp/recovery.h"

#include <gtest/gtest.h>

#include "tcp/timestamp_clock.h"

namespace mptcpp::tcp {
namespace {

using Phase = Recovery::Phase;
using Verdict = Recovery::Verdict;
constexpr Instant kNow = Instant::FromNanos(7'000'000'000);

struct RecoveryTest : testing::Test {
  Recovery recovery{SeqNum(0)};
  bool WasSpurious(const Recovery::Evidence& evidence) const { return recovery.Judge(evidence) != Verdict::kJustified; }
  void Enter(Phase phase, bool reduced = true) { recovery.Enter(phase, SeqNum(1000), SeqNum(9000), reduced); }
};

TEST_F(RecoveryTest, EndsWhenEverythingSentBeforeIsAcknowledged) {
  Enter(Phase::kRecovery);
  EXPECT_FALSE(recovery.OnAdvance(SeqNum(8999)));
  EXPECT_TRUE(recovery.repairing());
  EXPECT_TRUE(recovery.OnAdvance(SeqNum(9000)));
  EXPECT_TRUE(recovery.open());
  EXPECT_FALSE(recovery.IsPast(SeqNum(9000)));
  EXPECT_TRUE(recovery.IsPast(SeqNum(9001)));
}

TEST_F(RecoveryTest, TheOldPointDoesNotComeRoundTheCircle) {
  std::uint32_t una = 0;
  for (int i = 0; i < 10; ++i) {
    una += 0x40000000;
    recovery.OnAdvance(SeqNum(una));
    EXPECT_TRUE(recovery.IsPast(SeqNum(una)));
  }
}

TEST_F(RecoveryTest, DsacksMustCoverEveryRetransmission) {
  Enter(Phase::kRecovery);
  EXPECT_FALSE(WasSpurious({})) << "nothing was sent again yet";
  recovery.OnRetransmitted(1000, kNow);
  recovery.OnRetransmitted(500, kNow);
  recovery.OnDsack({SeqNum(1000), SeqNum(2000)});
  EXPECT_FALSE(WasSpurious({}));
  recovery.OnDsack({SeqNum(0), SeqNum(500)});  // of an older episode
  EXPECT_FALSE(WasSpurious({}));
  recovery.OnAdvance(SeqNum(9000));  // DSACKs may come after the end
  recovery.OnDsack({SeqNum(2000), SeqNum(2500)});
  EXPECT_TRUE(WasSpurious({}));
  recovery.Undo();
  EXPECT_FALSE(WasSpurious({}));
}

// Data above the recovery point is repaired in the same episode and may be acknowledged in the next one.
TEST_F(RecoveryTest, EifelIsNotFooledByTheRepairsOfAnEarlierEpisode) {
  Enter(Phase::kRecovery);
  recovery.OnRetransmitted(1000, kNow);
  recovery.OnAdvance(SeqNum(9000));
  Enter(Phase::kRecovery);
  const Instant later = kNow + Duration::Millis(60);
  recovery.OnRetransmitted(1000, later);
  EXPECT_FALSE(WasSpurious({.advanced = true, .acked_retransmission = kNow, .echo = TimestampAt(kNow)}));
  EXPECT_TRUE(WasSpurious({.advanced = true, .acked_retransmission = later, .echo = TimestampAt(kNow)}));
}

TEST_F(RecoveryTest, EifelNeedsAnEchoFromBeforeTheRetransmission) {
  Enter(Phase::kRecovery);
  recovery.OnRetransmitted(1000, kNow);
  const std::uint32_t stamp = TimestampAt(kNow);
  const Recovery::Evidence old{.advanced = true, .acked_retransmission = kNow, .echo = stamp - 1};
  EXPECT_FALSE(WasSpurious({.advanced = true, .acked_retransmission = kNow, .echo = stamp}));
  EXPECT_FALSE(WasSpurious({.advanced = true, .echo = stamp - 1}));
  EXPECT_TRUE(WasSpurious(old));
  recovery.OnAdvance(SeqNum(9000));
  EXPECT_FALSE(WasSpurious(old)) << "only during the episode";
}

TEST_F(RecoveryTest, ATimeoutIsSpuriousWhenPresumedLossesArrive) {
  const Recovery::Evidence evidence{.advanced = true, .acked_presumed_lost = true};
  Enter(Phase::kLoss);
  EXPECT_TRUE(WasSpurious(evidence));
  recovery.OnReneging();
  EXPECT_FALSE(WasSpurious(evidence));
}

TEST_F(RecoveryTest, ATimeoutDuringFastRecoveryDoesNotMakeThatAMistake) {
  Enter(Phase::kRecovery);
  Enter(Phase::kLoss, false);
  EXPECT_FALSE(WasSpurious({.advanced = true, .acked_presumed_lost = true}));
}

TEST_F(RecoveryTest, AnEcnMarkIsNeverAMistake) {
  Enter(Phase::kReduced);
  Enter(Phase::kRecovery, false);
  recovery.OnRetransmitted(1000, kNow);
  recovery.OnDsack({SeqNum(1000), SeqNum(2000)});
  EXPECT_FALSE(WasSpurious({}));
}

}  // namespace
}  // namespace mptcpp::tcp
