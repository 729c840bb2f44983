// SPDX-License-Identifier: Apache-2.0
// MappingOut, ReinjectionQueue, SilenceLimit, DataClose.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "mptcp/data_close.h"
#include "mptcp/mapping_out.h"
#include "mptcp/reinjection.h"

namespace mptcpp::core {
namespace {

OutgoingMapping Mapping(std::uint64_t stream, std::uint64_t data, std::uint32_t length) {
  return {.stream_offset = stream, .data_offset = data, .length = length};
}

TEST(MappingOut, RangesLeadBackToTheirMapping) {
  MappingOut out;
  const std::uint64_t a = out.Push(Mapping(0, 1000, 100));
  const std::uint64_t b = out.Push(Mapping(100, 1100, 50));
  EXPECT_NE(a + 100, b) << "a subflow must never take two mappings for one stretch";
  EXPECT_EQ(out.DataOffset({a + 30, 10}), 1030u);
  EXPECT_EQ(out.DataOffset({b + 30, 10}), 1130u);
  EXPECT_EQ(out.Find({b, 1})->stream_offset, 100u);
}

TEST(MappingOut, AcknowledgementsDropWholeMappings) {
  MappingOut out;
  out.Push(Mapping(0, 0, 100));
  const std::uint64_t b = out.Push(Mapping(100, 500, 100));
  out.OnAcknowledged(99);
  EXPECT_EQ(out.size(), 2u);
  out.OnAcknowledged(51);
  EXPECT_EQ(out.size(), 1u);
  EXPECT_EQ(out.DataOffset({b + 50, 50}), 550u);
  EXPECT_EQ(out.Find({0, 1}), nullptr);
  out.OnAcknowledged(50);
  EXPECT_TRUE(out.empty());
  const std::uint64_t c = out.Push(Mapping(200, 900, 10));
  EXPECT_EQ(out.DataOffset({c, 10}), 900u);
}

TEST(MappingOut, EachIsHandedOnOnce) {
  MappingOut out;
  for (std::uint64_t i = 0; i < 4; ++i) out.Push(Mapping(i * 10, i * 10, 10));
  EXPECT_EQ(out.FirstNotReinjected(), 0u);
  out[0].reinjected = out[1].reinjected = true;
  EXPECT_EQ(out.FirstNotReinjected(), 2u);
  out.OnAcknowledged(10);
  EXPECT_EQ(out.FirstNotReinjected(), 1u);
  out.Push(Mapping(40, 40, 10));
  EXPECT_EQ(out.FirstNotReinjected(), 1u);
}

// Random life of a subflow: new data, data of others sent again, acknowledgements on both levels. At() finds what a search finds.
TEST(MappingOut, TheMappingOfTheOldestByteIsFound) {
  std::minstd_rand random(5);
  const auto below = [&](std::uint64_t n) { return n == 0 ? 0 : random() % n; };
  int found = 0, not_first = 0;
  for (int round = 0; round < 200; ++round) {
    MappingOut out;
    std::uint64_t una = 0, next = 0, stream = 0;
    for (int step = 0; step < 300; ++step) {
      const auto length = static_cast<std::uint32_t>(1 + below(100));
      switch (below(5)) {
        case 0: next += below(200); [[fallthrough]];  // others took some
        case 1: out.Push(Mapping(stream, next, length)), stream += length, next += length; break;
        case 2:
          if (const std::uint64_t from = una + below(next - una); from + length <= next) {
            out.Push(Mapping(stream, from, length)), stream += length;
          }
          break;
        case 3: una += below(std::min<std::uint64_t>(next - una, 150)); break;
        case 4: out.OnAcknowledged(below(std::min<std::uint64_t>(stream - out.acknowledged(), 120))); break;
      }
      if (below(500) == 0) out.Clear();
      if (below(3) != 0) continue;
      const OutgoingMapping* expected = nullptr;
      for (std::size_t i = 0; i < out.size() && expected == nullptr; ++i) {
        if (out[i].data_offset <= una && una < out[i].DataEnd()) expected = &out[i];
      }
      ASSERT_EQ(out.At(una), expected) << round << ", " << step;
      found += expected != nullptr;
      not_first += expected != nullptr && expected != &out[0];
    }
  }
  EXPECT_GT(found, 1000);
  EXPECT_GT(not_first, 1000);
}

// Covers: CLOSE-2
TEST(MappingOut, DataFinCountsInTheLengthOnTheWire) {
  OutgoingMapping mapping = Mapping(0, 0, 10);
  mapping.data_fin = true;
  EXPECT_EQ(mapping.WireLength(), 11);      // RFC 8684 3.3.3
}

TEST(ReinjectionQueue, SkipsWhatWasAcknowledgedMeanwhile) {
  ReinjectionQueue queue;
  queue.Push({.data_offset = 0, .length = 100});
  queue.Push({.data_offset = 100, .length = 100});
  queue.SkipAcknowledged(150);
  ASSERT_EQ(queue.size(), 1u);
  EXPECT_EQ(queue.front().data_offset, 150u);
  EXPECT_EQ(queue.front().length, 50u);
  queue.SkipAcknowledged(200);
  EXPECT_TRUE(queue.empty());
}

TEST(SilenceLimit, IsARoundTripAndItsSpread) {
  const SilenceFacts facts{
      .smoothed_rtt = Duration::Millis(20), .rtt_variation = Duration::Millis(3), .rto = Duration::Millis(220)};
  EXPECT_EQ(SilenceLimit(facts), Duration::Millis(32));
}

TEST(SilenceLimit, LeavesTimeForADelayedAckOfOneSegment) {
  const SilenceFacts facts{.smoothed_rtt = Duration::Millis(20),
                           .rtt_variation = Duration::Millis(3),
                           .rto = Duration::Millis(220),
                           .one_segment = true};
  EXPECT_EQ(SilenceLimit(facts), Duration::Millis(72));
}

TEST(SilenceLimit, IsNeverLongerThanTheTimeout) {
  EXPECT_EQ(
      SilenceLimit({.smoothed_rtt = Duration::Millis(200), .rtt_variation = Duration::Millis(100), .rto = Duration::Millis(300)}),
      Duration::Millis(300));
  EXPECT_EQ(SilenceLimit({.rto = Duration::Seconds(1)}), Duration::Seconds(1));
}

// Every arc of RFC 8684 appendix D.
// Covers: CLOSE-14
TEST(DataClose, ActiveCloseThenPassive) {
  DataClose close;
  close.OnEstablished();
  EXPECT_EQ(close.state(), DataState::kEstablished);
  close.OnLocalClose();
  EXPECT_EQ(close.state(), DataState::kFinWait1);
  EXPECT_TRUE(close.FinUnacknowledged());
  EXPECT_FALSE(close.CanWrite());
  close.OnFinAcknowledged();
  EXPECT_EQ(close.state(), DataState::kFinWait2);
  EXPECT_FALSE(close.IsDone());
  close.OnPeerFin();
  EXPECT_EQ(close.state(), DataState::kTimeWait);
  EXPECT_TRUE(close.IsDone());
  close.OnSubflowsGone();
  EXPECT_EQ(close.state(), DataState::kClosed);
  EXPECT_TRUE(close.IsDone());
}

// Covers: CLOSE-11
TEST(DataClose, PassiveClose) {
  DataClose close;
  close.OnEstablished();
  close.OnPeerFin();
  EXPECT_EQ(close.state(), DataState::kCloseWait);
  EXPECT_TRUE(close.CanWrite());
  close.OnLocalClose();
  EXPECT_EQ(close.state(), DataState::kLastAck);
  close.OnFinAcknowledged();
  EXPECT_EQ(close.state(), DataState::kClosed);
  EXPECT_TRUE(close.IsDone());
}

TEST(DataClose, BothAtOnce) {
  DataClose close;
  close.OnEstablished();
  close.OnLocalClose();
  close.OnPeerFin();
  EXPECT_EQ(close.state(), DataState::kClosing);
  close.OnPeerFin();  // a copy
  EXPECT_EQ(close.state(), DataState::kClosing);
  close.OnFinAcknowledged();
  EXPECT_EQ(close.state(), DataState::kTimeWait);
}

TEST(DataClose, AbortIsNoOrderlyEnd) {
  DataClose close;
  close.OnEstablished();
  close.OnFastcloseSent();
  EXPECT_EQ(close.state(), DataState::kFastcloseWait);
  close.OnSubflowsGone();
  EXPECT_EQ(close.state(), DataState::kClosed);
  EXPECT_FALSE(close.IsDone());
}

// Covers: CLOSE-17
TEST(DataClose, DataFinIsRepeatedWithBackOff) {
  DataClose close;
  close.OnEstablished();
  EXPECT_EQ(close.NextDeadline(), Instant::Infinite());
  close.OnLocalClose();
  Instant now = Instant::FromNanos(1000);
  close.OnFinSent(now, Duration::Millis(200));
  EXPECT_EQ(close.NextDeadline(), now + Duration::Millis(200));
  close.OnFinSent(now, Duration::Millis(200));
  EXPECT_EQ(close.NextDeadline(), now + Duration::Millis(400));
  close.OnFinAcknowledged();
  EXPECT_EQ(close.NextDeadline(), Instant::Infinite());
}

}  // namespace
}  // namespace mptcpp::core
