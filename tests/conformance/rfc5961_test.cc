// SPDX-License-Identifier: Apache-2.0
// Blind attacks (RFC 5961) against first and joined subflows: whoever cannot see the numbers gets a challenge ACK, and that not too
// often, and whatever options a segment carries, they count only after TCP's own checks (RFC 8684 3).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

using wire::ResetReason;

ConnectionOptions Options() {
  ConnectionOptions options;
  options.tcp.no_delay = true;
  return options;
}

// The subflow under attack: the first one of a plain connection or of a multipath one, or a joined one.
enum class Target { kPlain, kFirst, kJoined };

struct Attacked {
  explicit Attacked(Target target) {
    if (target == Target::kPlain) {
      ConnectionOptions options = Options();
      options.multipath = false;
      flow = &bench.AcceptTcp(options);
      return;
    }
    Flow& first = bench.AcceptMptcp(Options());
    bench.ExchangeOneByte(first);
    flow = &first;
    if (target == Target::kJoined) flow = &bench.Join(first);
    bench.Advance(Duration::Millis(100));
    flow->Skip();
    challenges_before = bench.CounterOf(Counter::kChallengeAckTx);
  }
  std::int64_t next() const { return static_cast<std::int64_t>(flow->next_seq()); }
  std::int64_t acked() const { return static_cast<std::int64_t>(flow->acked_seq()); }
  void ExpectChallenge() { flow->Expect(Ack(next()).Seq(acked()).Length(0), Duration::Millis(1)); }
  std::uint64_t challenges() const { return bench.CounterOf(Counter::kChallengeAckTx) - challenges_before; }
  bool Alive() const { return !bench.failure() && bench.CounterOf(Counter::kRstRx) == 0; }

  Bench bench;
  Flow* flow = nullptr;
  std::uint64_t challenges_before = 0;
};

class BlindAttack : public testing::TestWithParam<Target> {};
INSTANTIATE_TEST_SUITE_P(Targets, BlindAttack, testing::Values(Target::kPlain, Target::kFirst, Target::kJoined),
                         [](const auto& test) {
                           return test.param == Target::kPlain ? "Plain" : test.param == Target::kFirst ? "First" : "Joined";
                         });

// --- 3.2: RST ---

// Covers: SEC-8
TEST_P(BlindAttack, AResetInsideTheWindowIsChallenged) {
  Attacked a(GetParam());
  for (const std::int64_t off : {1, 100, 60'000}) {
    a.flow->Send(Rst().Seq(a.next() + off));
    a.ExpectChallenge();
  }
  EXPECT_EQ(a.challenges(), 3u);
  EXPECT_TRUE(a.Alive());
}

TEST_P(BlindAttack, AResetOutsideTheWindowIsDroppedWithoutAWord) {
  Attacked a(GetParam());
  for (const std::int64_t off : {-1, -5000, 0x30000000}) a.flow->Send(Rst().Seq(a.next() + off));
  a.flow->ExpectNothing(Duration::Millis(50));
  EXPECT_EQ(a.challenges(), 0u);
  EXPECT_TRUE(a.Alive());
}

TEST_P(BlindAttack, AResetAtTheExactNumberIsObeyed) {
  Attacked a(GetParam());
  a.flow->Send(Rst().Seq(a.next()));
  EXPECT_EQ(a.bench.CounterOf(Counter::kRstRx), 1u);
  a.flow->ExpectNothing(Duration::Millis(50));
}

// Whoever was challenged and really has no connection any more answers with the exact number.
TEST_P(BlindAttack, TheTrueResetFollowsTheChallenge) {
  Attacked a(GetParam());
  a.flow->Send(Rst().Seq(a.next() + 10));
  a.ExpectChallenge();
  a.flow->Send(Rst().Seq(a.next()));
  EXPECT_EQ(a.bench.CounterOf(Counter::kRstRx), 1u);
}

// --- 4.2: SYN ---

// Covers: SEC-8
TEST_P(BlindAttack, ASynAnywhereIsChallenged) {
  Attacked a(GetParam());
  for (const std::int64_t off : {0, 100, -5000, 0x30000000}) {
    a.flow->Send(Syn().Seq(a.next() + off).Mss(1460));
    a.ExpectChallenge();
  }
  a.flow->Send(SynAck().Seq(a.next() + 7));
  a.ExpectChallenge();
  EXPECT_EQ(a.challenges(), 5u);
  EXPECT_TRUE(a.Alive());
}

// --- 5.2: ACK ---

// Covers: SEC-8
TEST_P(BlindAttack, DataWithAnImpossibleAckIsNotTaken) {
  Attacked a(GetParam());
  a.flow->Send(Data("evil").Acking(a.acked() + 1).Seq(a.next()));           // of what was never sent
  a.ExpectChallenge();
  a.flow->Send(Data("evil").Acking(a.acked() - 0x20000000).Seq(a.next()));  // below SND.UNA - MAX.SND.WND
  a.ExpectChallenge();
  a.bench.Advance(Duration::Millis(100));
  EXPECT_EQ(a.bench.Read(), "");
  EXPECT_EQ(a.challenges(), 2u);
  EXPECT_EQ(a.bench.CounterOf(Counter::kAckInvalid), 2u);
}

// --- 10: rate ---

// Covers: SEC-8
TEST_P(BlindAttack, ChallengesHaveALimitThatASecondRenews) {
  Attacked a(GetParam());
  const auto attack = [&] {
    for (int i = 0; i < 1500; ++i) a.flow->Send(Rst().Seq(a.next() + 100));
    a.flow->Skip();
  };
  attack();
  EXPECT_LE(a.challenges(), 1000u);
  EXPECT_GE(a.challenges(), 990u);
  EXPECT_GT(a.bench.CounterOf(Counter::kChallengeAckLimited), 400u);
  a.bench.Advance(Duration::Seconds(1));
  const std::uint64_t before = a.challenges();
  attack();
  EXPECT_EQ(a.challenges() - before, 1000u);
  EXPECT_TRUE(a.Alive());
}

// --- options come after the checks ---

// Covers: RST-7, GEN-4
TEST(BlindAttackWithOptions, AnInexactResetDoesNothingWhateverItSays) {
  for (const Target target : {Target::kFirst, Target::kJoined}) {
    Attacked a(target);
    a.flow->Send(Rst().Seq(a.next() + 100).MpTcpRst(ResetReason::kBadPerformance, true));
    a.ExpectChallenge();
    a.flow->Send(Rst().Seq(a.next() + 100).MpFastclose());
    a.ExpectChallenge();
    EXPECT_EQ(a.bench.CounterOf(Counter::kMPRstRx), 0u);
    EXPECT_EQ(a.bench.CounterOf(Counter::kMPFastcloseRx), 0u);
    EXPECT_TRUE(a.Alive());
  }
}

// Covers: GEN-4
TEST(BlindAttackWithOptions, OptionsOfARefusedSegmentHaveNoEffect) {
  for (const Target target : {Target::kFirst, Target::kJoined}) {
    Attacked a(target);
    a.flow->Send(Ack().Acking(a.acked() + 5).MpFastclose());  // an ACK of what was never sent
    a.ExpectChallenge();
    a.bench.Advance(Duration::Millis(500));
    a.flow->Send(Ack().Acking(a.acked() + 5).AddAddr({.address_id = 9, .address = IpAddress::V4(203, 0, 113, 9)}));
    a.ExpectChallenge();
    a.bench.Advance(Duration::Millis(500));
    a.flow->Send(Ack().Acking(a.acked() + 5).MpPrio(true));
    a.ExpectChallenge();
    a.flow->Send(Syn().Seq(a.next()).MpFastclose());
    a.ExpectChallenge();
    a.bench.Advance(Duration::Millis(200));
    EXPECT_EQ(a.bench.CounterOf(Counter::kMPFastcloseRx), 0u);
    EXPECT_EQ(a.bench.CounterOf(Counter::kAddAddr), 0u);
    EXPECT_EQ(a.bench.CounterOf(Counter::kMPPrioRx), 0u);
    EXPECT_TRUE(a.Alive());
  }
}

// In SYN-RECEIVED, too: an inexact RST and a SYN with another number are asked about.
TEST(BlindAttackOnTheHandshake, BeforeItIsComplete) {
  Bench bench;
  bench.Listen(Options());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Rst().Seq(100));
  peer.Expect(Ack(1), Duration::Millis(1));
  peer.Send(Syn().Seq(100).Mss(1460));
  peer.Expect(Ack(1), Duration::Millis(1));
  peer.Send(Ack().MpCapable());
  EXPECT_TRUE(bench.CanAccept());
}

}  // namespace
}  // namespace mptcpp::conformance
