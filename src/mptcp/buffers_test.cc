// SPDX-License-Identifier: Apache-2.0
// SendBuffer and ReceiveBuffer.
#include <gtest/gtest.h>

#include <vector>

#include "mptcp/receive_buffer.h"
#include "mptcp/send_buffer.h"

namespace mptcpp::core {
namespace {

std::byte Pattern(std::uint64_t i) { return static_cast<std::byte>(i * 31 % 253); }
std::vector<std::byte> Stretch(std::uint64_t from, std::uint64_t to) {
  std::vector<std::byte> bytes;
  for (std::uint64_t i = from; i < to; ++i) bytes.push_back(Pattern(i));
  return bytes;
}

TEST(SendBuffer, TakesWhatFitsAndGrowsWithTheWindow) {
  SlabPool pool(Bytes::MiB(4));
  SendBuffer buffer(pool, Bytes::MiB(4));
  const auto data = Stretch(0, 400'000);
  const std::size_t first = buffer.Write(data);
  EXPECT_EQ(first, 256u * 1024);
  EXPECT_EQ(buffer.Write(data), 0u);
  buffer.OnDataAcknowledged(200'000, first - 200'000);
  EXPECT_GT(buffer.limit(), Bytes::KiB(256));
  EXPECT_GT(buffer.Space(), Bytes::KiB(200));
  EXPECT_LE(buffer.limit(), Bytes::MiB(4));
}

// Covers: WIN-10
TEST(SendBuffer, GrowsBehindAHoleThatStopsTheDataAcks) {
  SlabPool pool(Bytes::MiB(4));
  SendBuffer buffer(pool, Bytes::MiB(2));
  std::uint64_t written = 0;
  for (int round = 0; round < 6; ++round) {
    while (const std::size_t n = buffer.Write(Stretch(0, 100'000))) written += n;
    buffer.Follow(written);  // all of it is in flight, nothing acknowledged
  }
  EXPECT_EQ(buffer.limit(), Bytes::MiB(2));
  EXPECT_EQ(written, 2u * 1024 * 1024);
}

TEST(SendBuffer, NeverExceedsItsMaximum) {
  SlabPool pool(Bytes::MiB(4));
  SendBuffer buffer(pool, Bytes::KiB(16));
  EXPECT_EQ(buffer.Write(Stretch(0, 100'000)), 16u * 1024);
  buffer.OnDataAcknowledged(16 * 1024, 0);
  EXPECT_EQ(buffer.limit(), Bytes::KiB(16));
}

// Covers: ACK-5, RTX-5
TEST(SendBuffer, KeepsPinnedBytesAfterTheirDataAck) {
  SlabPool pool(Bytes::MiB(4));
  SendBuffer buffer(pool, Bytes::MiB(4));
  buffer.Write(Stretch(0, 5000));
  buffer.Pin(1000, 2000);
  buffer.OnDataAcknowledged(5000, 0);
  EXPECT_EQ(buffer.slab_count(), 1u);
  TxPacket packet;
  buffer.AppendSlices(1000, 2000, packet);
  const auto expected = Stretch(1000, 3000);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), packet.slices[0].begin()));
  buffer.Unpin(1000, 2000);
  EXPECT_EQ(buffer.slab_count(), 0u);
}

// A peer that leaves a hole between any two bytes costs a bounded list; what fills the first hole is taken all the same.
TEST(ReceiveBuffer, HolesAreCounted) {
  constexpr std::uint64_t kMost = 4096;
  SlabPool pool(Bytes::MiB(4));
  ReceiveBuffer buffer(pool, Bytes::KiB(64), Bytes::KiB(64));
  for (std::uint64_t i = 1; i <= kMost; ++i) ASSERT_EQ(buffer.Insert(2 * i, Stretch(2 * i, 2 * i + 1)).fresh, 1u);
  const auto refused = buffer.Insert(2 * kMost + 2, Stretch(0, 5));
  EXPECT_EQ(refused.fresh, 0u);
  EXPECT_EQ(refused.outside, 5u);
  EXPECT_EQ(buffer.out_of_order(), Bytes(kMost));
  EXPECT_EQ(buffer.Insert(0, Stretch(0, 2)).fresh, 2u);
  EXPECT_EQ(buffer.next(), 3u);
  EXPECT_EQ(buffer.Insert(2 * kMost + 2, Stretch(0, 5)).fresh, 5u);
}

TEST(ReceiveBuffer, InOrder) {
  SlabPool pool(Bytes::MiB(4));
  ReceiveBuffer buffer(pool, Bytes::KiB(64), Bytes::KiB(64));
  const auto outcome = buffer.Insert(0, Stretch(0, 1000));
  EXPECT_EQ(outcome.fresh, 1000u);
  EXPECT_TRUE(outcome.advanced);
  std::vector<std::byte> out(600);
  EXPECT_EQ(buffer.Read(out), 600u);
  EXPECT_EQ(out, Stretch(0, 600));
  EXPECT_EQ(buffer.Peek().size(), 400u);
}

// Covers: RTX-2
TEST(ReceiveBuffer, HolesAreFilledAndDuplicatesIgnored) {
  SlabPool pool(Bytes::MiB(4));
  ReceiveBuffer buffer(pool, Bytes::KiB(64), Bytes::KiB(64));
  EXPECT_FALSE(buffer.Insert(500, Stretch(500, 1000)).advanced);
  EXPECT_EQ(buffer.out_of_order(), Bytes(500));
  std::vector<std::byte> other(800, std::byte{0xee});
  // The first copy of a byte wins: [500, 800) of this one is ignored.
  const auto outcome = buffer.Insert(400, std::span(other).first(400));
  EXPECT_EQ(outcome.fresh, 100u);
  EXPECT_EQ(outcome.duplicate, 300u);
  EXPECT_TRUE(buffer.Insert(0, Stretch(0, 400)).advanced);
  EXPECT_EQ(buffer.next(), 1000u);
  std::vector<std::byte> out(1000);
  EXPECT_EQ(buffer.Read(out), 1000u);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(out[i], i >= 400 && i < 500 ? std::byte{0xee} : Pattern(i)) << i;
  }
  EXPECT_EQ(buffer.Insert(0, Stretch(0, 1000)).duplicate, 1000u);
}

// Covers: WIN-3, ERR-2, WIN-4
TEST(ReceiveBuffer, DropsWhatIsOutsideTheWindow) {
  SlabPool pool(Bytes::MiB(4));
  ReceiveBuffer buffer(pool, Bytes(1000), Bytes(1000));
  const auto outcome = buffer.Insert(900, Stretch(900, 1200));
  EXPECT_EQ(outcome.fresh, 100u);
  EXPECT_EQ(outcome.outside, 200u);
  EXPECT_EQ(buffer.Insert(5000, Stretch(0, 10)).outside, 10u);
  EXPECT_EQ(buffer.Insert(0, Stretch(0, 1500)).outside, 500u);
  EXPECT_EQ(buffer.next(), 1000u);
  EXPECT_EQ(buffer.Window(), Bytes());
}

// Covers: WIN-2
TEST(ReceiveBuffer, RightEdgeNeverMovesLeft) {
  SlabPool pool(Bytes::MiB(4));
  ReceiveBuffer buffer(pool, Bytes(10'000), Bytes(100'000));
  Instant now;
  std::uint64_t edge = buffer.right_edge();
  std::uint32_t random = 3;
  for (int i = 0; i < 2000; ++i) {
    random = random * 1664525 + 1013904223;
    const std::uint64_t offset = buffer.next() + (random >> 8) % 3000;
    buffer.Insert(offset, Stretch(offset, offset + (random >> 20) % 1500));
    std::vector<std::byte> out((random >> 5) % 2000);
    const std::uint64_t from = buffer.consumed();
    out.resize(buffer.Read(out));
    ASSERT_EQ(out, Stretch(from, from + out.size()));
    now = now + Duration::Millis(1);
    buffer.Autotune(now, Duration::Millis(10));
    ASSERT_GE(buffer.right_edge(), edge);
    edge = buffer.right_edge();
  }
}

// Covers: WIN-6
TEST(ReceiveBuffer, TheLimitFollowsAQuickReader) {
  SlabPool pool(Bytes::MiB(4));
  ReceiveBuffer quick(pool, Bytes::KiB(64), Bytes::MiB(1));
  ReceiveBuffer slow(pool, Bytes::KiB(64), Bytes::MiB(1));
  Instant now;
  for (int round = 0; round < 20; ++round) {
    for (ReceiveBuffer* buffer : {&quick, &slow}) {
      const std::uint64_t n = static_cast<std::uint64_t>(buffer->Window().count());
      buffer->Insert(buffer->next(), Stretch(buffer->next(), buffer->next() + n));
      buffer->Consume(buffer == &quick ? buffer->readable() : std::min<std::uint64_t>(1000, buffer->readable()));
      buffer->Autotune(now, Duration::Millis(10));
    }
    now = now + Duration::Millis(11);
  }
  EXPECT_EQ(quick.limit(), Bytes::MiB(1));
  EXPECT_EQ(slow.limit(), Bytes::KiB(64));
}

// Covers: WIN-6
TEST(ReceiveBuffer, TheLimitGrowsWhenDataWaitsForASlowPath) {
  SlabPool pool(Bytes::MiB(4));
  ReceiveBuffer buffer(pool, Bytes::KiB(64), Bytes::MiB(1));
  Instant now;
  // Each round the fast path fills the window behind a hole, which the slow path then closes. What is read per round trip of the
  // handshake (10 ms) is little, because a round takes ten of those.
  for (int round = 0; round < 40; ++round) {
    const std::uint64_t hole = buffer.next(), rest = hole + 1000, end = buffer.right_edge();
    buffer.Insert(rest, Stretch(rest, end));
    now = now + Duration::Millis(100);
    buffer.Insert(hole, Stretch(hole, rest));
    for (int part = 0; part < 10; ++part) {
      buffer.Consume(part == 9 ? buffer.readable() : buffer.readable() / 10);
      buffer.Autotune(now, Duration::Millis(10));
      now = now + Duration::Millis(11);
    }
  }
  EXPECT_EQ(buffer.limit(), Bytes::MiB(1));
}

}  // namespace
}  // namespace mptcpp::core
