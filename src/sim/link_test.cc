// SPDX-License-Identifier: Apache-2.0
#include "sim/link.h"

#include <gtest/gtest.h>

#include <vector>

namespace mptcpp::sim {
namespace {

constexpr std::size_t kSegment = 1230;  // with an IPv4 header 1250 bytes: 1 ms at 10 Mbit/s

class LinkTest : public ::testing::Test {
 protected:
  PacketPtr Make(std::size_t length = kSegment) {
    PacketPtr packet = pool_.Take(length);
    packet->source = IpAddress::V4(10, 0, 0, 1);
    packet->destination = IpAddress::V4(10, 0, 0, 2);
    std::ranges::fill(packet->segment(), std::byte{0});
    packet->buffer[0] = static_cast<std::byte>(made_);
    packet->buffer[1] = static_cast<std::byte>(made_++ >> 8);
    return packet;
  }
  static int NumberOf(const Packet& packet) {
    return std::to_integer<int>(packet.buffer[0]) + (std::to_integer<int>(packet.buffer[1]) << 8);
  }
  // Everything that comes out, whatever the time.
  std::vector<PacketPtr> Drain(Link& link) {
    std::vector<PacketPtr> out;
    while (!link.NextDeadline().IsInfinite()) {
      const Instant at = link.NextDeadline();
      while (auto packet = link.Pop(at)) out.push_back(std::move(packet));
    }
    return out;
  }
  static Instant Ms(std::int64_t n) { return Instant::FromNanos(n * 1'000'000); }

  PacketPool pool_;
  int made_ = 0;
};

TEST_F(LinkTest, SerialisesAtTheRateAndAddsTheDelay) {
  Link link("l", {.rate = Rate::MegabitsPerSecond(10), .delay = Duration::Millis(20)}, 1, pool_);
  for (int i = 0; i < 3; ++i) link.Push(Make(), Ms(100));
  const auto out = Drain(link);
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0]->arrival, Ms(121));
  EXPECT_EQ(out[1]->arrival, Ms(122));
  EXPECT_EQ(out[2]->arrival, Ms(123));
}

TEST_F(LinkTest, DropsWhatDoesNotFitTheBuffer) {
  Link link("l", {.rate = Rate::MegabitsPerSecond(10), .buffer = Bytes(2600)}, 1, pool_);
  for (int i = 0; i < 5; ++i) link.Push(Make(), Ms(0));  // one in transmission, two in the buffer
  EXPECT_EQ(Drain(link).size(), 3u);
  EXPECT_EQ(link.counters().dropped_full, 2u);
  EXPECT_EQ(link.counters().longest_queue, Bytes(2500));
}

TEST_F(LinkTest, DropsEarlyFromAQuarterOfTheBufferOn) {
  Link link("l", {.rate = Rate::MegabitsPerSecond(10), .buffer = Bytes(50'000), .early_drop = 0.5}, 1, pool_);
  for (int i = 0; i < 10; ++i) link.Push(Make(), Ms(0));
  EXPECT_EQ(link.counters().dropped_early, 0u);
  for (int i = 0; i < 200; ++i) link.Push(Make(), Ms(0));
  EXPECT_GT(link.counters().dropped_early, 5u);  // some, until the buffer is full all the same
  EXPECT_LT(link.counters().dropped_early, 25u);
  EXPECT_GT(link.counters().dropped_full, 100u);
}

TEST_F(LinkTest, LosesTheAskedFractionAlsoInBursts) {
  for (const double burst : {1.0, 5.0}) {
    Link link("l", {.loss = 0.1, .loss_burst = burst}, 3, pool_);
    for (int i = 0; i < 20000; ++i) link.Push(Make(40), Ms(i));
    EXPECT_NEAR(static_cast<double>(link.counters().lost), 2000, 300) << burst;
    Drain(link);
  }
}

TEST_F(LinkTest, JitterKeepsOrderReorderingDoesNot) {
  Link jittery("j", {.delay = Duration::Millis(5), .jitter = Duration::Millis(30)}, 1, pool_);
  Link reordering("r", {.delay = Duration::Millis(5), .reorder = 0.2, .reorder_delay = Duration::Millis(3)}, 1, pool_);
  for (int i = 0; i < 200; ++i) jittery.Push(Make(), Ms(i));
  int last = -1;
  bool late = false;
  for (const auto& packet : Drain(jittery)) {
    EXPECT_GT(NumberOf(*packet), last);
    last = NumberOf(*packet);
    late |= packet->arrival > Ms(last + 20);
  }
  EXPECT_TRUE(late);
  made_ = 0;
  for (int i = 0; i < 200; ++i) reordering.Push(Make(), Ms(i));
  int inversions = 0;
  last = -1;
  for (const auto& packet : Drain(reordering)) {
    inversions += NumberOf(*packet) < last;
    last = NumberOf(*packet);
  }
  EXPECT_GT(inversions, 10);
  EXPECT_GE(reordering.counters().reordered, 20u);
}

TEST_F(LinkTest, DuplicatesAndCorruptsOneByte) {
  Link link("l", {.duplicate = 1, .corrupt = 1}, 1, pool_);
  link.Push(Make(100), Ms(0));
  const auto out = Drain(link);
  ASSERT_EQ(out.size(), 2u);
  int different = 0;
  for (std::size_t i = 0; i < 100; ++i) different += out[0]->buffer[i] != out[1]->buffer[i];
  EXPECT_EQ(different, 1);
}

TEST_F(LinkTest, DownIsASilentBlackHole) {
  Link link("l", {.rate = Rate::MegabitsPerSecond(10), .delay = Duration::Millis(20)}, 1, pool_);
  for (int i = 0; i < 3; ++i) link.Push(Make(), Ms(0));
  LinkOptions changed = link.options();
  changed.up = false;
  link.Change(changed, Ms(1) + Duration::Micros(500));  // the first is on the wire
  link.Push(Make(), Ms(2));
  EXPECT_EQ(Drain(link).size(), 1u);
  EXPECT_EQ(link.counters().dropped_down, 3u);
  changed.up = true;
  link.Change(changed, Ms(50));
  link.Push(Make(), Ms(50));
  EXPECT_EQ(Drain(link).size(), 1u);
}

TEST_F(LinkTest, ANewRateTakesEffectInTheMiddleOfAPacket) {
  Link link("l", {.rate = Rate::MegabitsPerSecond(10)}, 1, pool_);
  link.Push(Make(), Ms(0));
  LinkOptions slower = link.options();
  slower.rate = Rate::MegabitsPerSecond(1);
  link.Change(slower, Instant::FromNanos(500'000));
  const auto out = Drain(link);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_NEAR(static_cast<double>(out[0]->arrival.nanos()), 5.5e6, 1e5);
}

TEST_F(LinkTest, MarksInsteadOfDroppingAboveTheThreshold) {
  Link link("l", {.rate = Rate::MegabitsPerSecond(10), .ecn_threshold = Bytes(1300)}, 1, pool_);
  for (int i = 0; i < 4; ++i) {
    auto packet = Make();
    packet->ecn = i == 3 ? Ecn::kEct0 : Ecn::kNotEct;
    link.Push(std::move(packet), Ms(0));
  }
  EXPECT_EQ(Drain(link).back()->ecn, Ecn::kCe);
  EXPECT_EQ(link.counters().marked, 1u);
}

TEST_F(LinkTest, BuffersAreReused) {
  Link link("l", {.rate = Rate::MegabitsPerSecond(10), .delay = Duration::Millis(5)}, 1, pool_);
  for (int i = 0; i < 1000; ++i) {
    link.Push(Make(), Ms(i));
    while (link.Pop(Ms(i))) {
    }
  }
  EXPECT_LT(pool_.allocated(), 20u);
}

}  // namespace
}  // namespace mptcpp::sim
