// SPDX-License-Identifier: Apache-2.0
#include "path_manager/path_memory.h"

#include <gtest/gtest.h>

namespace mptcpp::path_manager {
namespace {

constexpr Instant kStart = Instant::FromNanos(1'000'000'000);
constexpr Duration kHour = Duration::Seconds(3600);
const IpAddress kHome = IpAddress::V4(192, 0, 2, 1), kOffice = IpAddress::V4(192, 0, 2, 2), kPeer = IpAddress::V4(198, 51, 100, 1);

IpAddress Peer(int i) { return IpAddress::V4(10, 0, static_cast<std::uint8_t>(i / 256), static_cast<std::uint8_t>(i % 256)); }

// Covers: HEU-6
TEST(BlackHoles, APathIsRememberedNotAHost) {
  BlackHoles holes(kHour);
  holes.OnSwallowed(kHome, kPeer, kStart);
  EXPECT_TRUE(holes.IsAvoided(kHome, kPeer, kStart));
  EXPECT_FALSE(holes.IsAvoided(kOffice, kPeer, kStart));
  EXPECT_FALSE(holes.IsAvoided(kHome, Peer(1), kStart));
}

TEST(BlackHoles, EachTimeInARowCountsDoubleUpTo64) {
  BlackHoles holes(kHour);
  Instant now = kStart;
  for (const int hours : {1, 2, 4, 8, 16, 32, 64, 64}) {
    holes.OnSwallowed(kHome, kPeer, now);
    EXPECT_TRUE(holes.IsAvoided(kHome, kPeer, now + kHour * hours - Duration::Nanos(1))) << hours;
    now = now + kHour * hours;
    EXPECT_FALSE(holes.IsAvoided(kHome, kPeer, now)) << hours;
  }
}

TEST(BlackHoles, OneSuccessClearsIt) {
  BlackHoles holes(kHour);
  holes.OnSwallowed(kHome, kPeer, kStart);
  holes.OnSwallowed(kHome, kPeer, kStart + kHour);
  holes.OnPassed(kHome, kPeer);
  EXPECT_FALSE(holes.IsAvoided(kHome, kPeer, kStart + kHour));
  holes.OnSwallowed(kHome, kPeer, kStart);
  EXPECT_FALSE(holes.IsAvoided(kHome, kPeer, kStart + kHour)) << "it begins with the first timeout again";
}

TEST(BlackHoles, ZeroMeansNoMemory) {
  BlackHoles holes(Duration::Zero());
  holes.OnSwallowed(kHome, kPeer, kStart);
  EXPECT_FALSE(holes.IsAvoided(kHome, kPeer, kStart));
  EXPECT_EQ(holes.size(), 0u);
}

TEST(PathMemory, IsBoundedAndTheOldestLeaves) {
  PathMemory memory{EndpointOptions()};
  for (int i = 0; i < 3000; ++i) {
    const Instant now = kStart + Duration::Millis(i);
    memory.black_holes.OnSwallowed(kHome, Peer(i), now);
    memory.versions.Learn(Peer(i), MptcpVersion::k0, now);
  }
  EXPECT_EQ(memory.black_holes.size(), 1024u);
  EXPECT_EQ(memory.versions.size(), 1024u);
  const Instant now = kStart + Duration::Seconds(3);
  EXPECT_FALSE(memory.black_holes.IsAvoided(kHome, Peer(0), now));
  EXPECT_TRUE(memory.black_holes.IsAvoided(kHome, Peer(2999), now));
  EXPECT_FALSE(memory.versions.Find(Peer(0), now));
  EXPECT_TRUE(memory.versions.Find(Peer(2999), now));
}

// Covers: CAP-13
TEST(PeerVersions, KnowledgeGrowsOld) {
  PeerVersions versions(kHour);
  EXPECT_FALSE(versions.Find(kPeer, kStart));
  versions.Learn(kPeer, MptcpVersion::k0, kStart);
  ASSERT_TRUE(versions.Find(kPeer, kStart));
  EXPECT_EQ(versions.Find(kPeer, kStart)->version, MptcpVersion::k0);
  versions.Learn(kPeer, std::nullopt, kStart);
  ASSERT_TRUE(versions.Find(kPeer, kStart));
  EXPECT_FALSE(versions.Find(kPeer, kStart)->version);
  EXPECT_FALSE(versions.Find(kPeer, kStart + kHour));
}

}  // namespace
}  // namespace mptcpp::path_manager
