// SPDX-License-Identifier: Apache-2.0
#include "path_manager/announcer.h"

#include <gtest/gtest.h>

namespace mptcpp::path_manager {
namespace {

constexpr Instant kStart = Instant::FromNanos(1'000'000'000);
constexpr Announcer::Timing kTiming{
    .spacing = Duration::Millis(10), .first_repeat = Duration::Millis(400), .longest_repeat = Duration::Seconds(1)};

SocketAddress Address(int last) { return {IpAddress::V4(10, 0, 0, static_cast<std::uint8_t>(last)), 0}; }
wire::AddAddr EchoOf(int id) {
  return {.echo = true, .address_id = AddressId(static_cast<std::uint8_t>(id)), .address = Address(id).address};
}

class AnnouncerTest : public testing::Test {
 protected:
  AnnouncerTest() { announcer_.SetTiming(kTiming); }
  void Announce(int id) { announcer_.Announce(AddressId(static_cast<std::uint8_t>(id)), Address(id)); }
  // What is said at `now`, as "announce 2"; empty: nothing.
  std::string Say() {
    announcer_.GiveUp(now_);
    const Signal* next = announcer_.Next(now_);
    if (next == nullptr) return {};
    constexpr const char* kNames[] = {"announce ", "echo ", "remove "};
    const std::string said = kNames[static_cast<int>(next->kind)] + std::to_string(next->id.value());
    announcer_.OnSent(Signal(*next), now_);
    return said;
  }
  // Serves deadlines, as a connection does, and collects what is said with its time in milliseconds.
  std::vector<std::string> SayFor(Duration time) {
    std::vector<std::string> said;
    const Instant end = now_ + time;
    for (int round = 0; round < 100; ++round) {
      if (const std::string text = Say(); !text.empty())
        said.push_back(text + " at " + std::to_string((now_ - kStart).nanos() / 1'000'000));
      const Instant next = announcer_.NextDeadline();
      if (next > end) break;
      now_ = next > now_ ? next : now_;
    }
    now_ = end;
    return said;
  }

  Announcer announcer_;
  Instant now_ = kStart;
};

using Said = std::vector<std::string>;

TEST_F(AnnouncerTest, NextAnnouncementWaitsForTheEchoOfTheLast) {
  Announce(2);
  Announce(3);
  EXPECT_EQ(SayFor(Duration::Millis(100)), (Said{"announce 2 at 0"}));
  EXPECT_TRUE(announcer_.OnEcho(EchoOf(2)));
  EXPECT_EQ(SayFor(Duration::Millis(100)), (Said{"announce 3 at 100"}));
  EXPECT_FALSE(announcer_.OnEcho(EchoOf(2)));
  EXPECT_TRUE(announcer_.OnEcho(EchoOf(3)));
  EXPECT_TRUE(announcer_.empty());
}

// Covers: ADDR-10
TEST_F(AnnouncerTest, AnnouncementIsRepeatedWithBackOffAndThenGivenUp) {
  Announce(2);
  Announce(3);
  EXPECT_EQ(SayFor(Duration::Seconds(4)), (Said{"announce 2 at 0", "announce 2 at 400", "announce 2 at 1200",
                                                "announce 2 at 2200", "announce 3 at 3200", "announce 3 at 3600"}));
}

TEST_F(AnnouncerTest, LateEchoOfTheLastRepetitionCounts) {
  Announce(2);
  EXPECT_EQ(SayFor(Duration::Millis(2300)).size(), 4u);
  EXPECT_TRUE(announcer_.OnEcho(EchoOf(2)));
  EXPECT_EQ(announcer_.NextDeadline(), Instant::Infinite());
}

TEST_F(AnnouncerTest, EchoesAndRemovalsDoNotWaitForAnEcho) {
  Announce(2);
  EXPECT_EQ(Say(), "announce 2");
  announcer_.Echo({.address_id = AddressId(7), .address = Address(7).address});
  announcer_.Remove(AddressId(4));
  EXPECT_EQ(SayFor(Duration::Millis(100)), (Said{"echo 7 at 10", "remove 4 at 20"}));
}

// Covers: GEN-3
TEST_F(AnnouncerTest, EchoesGoFirstAndOneSignalPerRoundTrip) {
  Announce(2);
  announcer_.Remove(AddressId(4));
  announcer_.Echo({.address_id = AddressId(7), .address = Address(7).address});
  EXPECT_EQ(SayFor(Duration::Millis(100)), (Said{"echo 7 at 0", "announce 2 at 10", "remove 4 at 20"}));
}

// Covers: ADDR-10
TEST_F(AnnouncerTest, EchoMustMatchIdAddressAndPort) {
  Announce(2);
  EXPECT_FALSE(announcer_.OnEcho(EchoOf(2)));  // of what was not said yet
  EXPECT_EQ(Say(), "announce 2");
  wire::AddAddr other_id = EchoOf(2), other_address = EchoOf(2), other_port = EchoOf(2);
  other_id.address_id = AddressId(3);
  other_address.address = Address(3).address;
  other_port.port = 80;
  EXPECT_FALSE(announcer_.OnEcho(other_id));
  EXPECT_FALSE(announcer_.OnEcho(other_address));
  EXPECT_FALSE(announcer_.OnEcho(other_port));
  EXPECT_TRUE(announcer_.OnEcho(EchoOf(2)));
}

TEST_F(AnnouncerTest, WithdrawnAnnouncementIsNotRepeated) {
  Announce(2);
  EXPECT_EQ(Say(), "announce 2");
  announcer_.Remove(AddressId(2));
  EXPECT_EQ(SayFor(Duration::Seconds(5)), (Said{"remove 2 at 10", "remove 2 at 410", "remove 2 at 1210"}));
}

TEST_F(AnnouncerTest, ARemovalIsNotRepeatedOnceTheIdIsInUseAgain) {
  announcer_.Remove(AddressId(2));
  EXPECT_EQ(Say(), "remove 2");
  announcer_.Restore(AddressId(2));
  EXPECT_EQ(SayFor(Duration::Seconds(5)), Said{});
}

// Covers: ADDR-15
TEST_F(AnnouncerTest, ARemovalThatWasNotSaidYetPrecedesTheNewAddress) {
  announcer_.Remove(AddressId(2));
  Announce(2);
  EXPECT_EQ(SayFor(Duration::Millis(300)), (Said{"remove 2 at 0", "announce 2 at 10"}));
  EXPECT_TRUE(announcer_.OnEcho(EchoOf(2)));
  EXPECT_EQ(SayFor(Duration::Seconds(5)), Said{});
}

TEST_F(AnnouncerTest, WhatFitsIntoNoHeaderIsForgotten) {
  Announce(2);
  Announce(3);
  const Signal* next = announcer_.Next(now_);
  ASSERT_NE(next, nullptr);
  announcer_.OnImpossible(Signal(*next));
  EXPECT_EQ(Say(), "announce 3");
}

}  // namespace
}  // namespace mptcpp::path_manager
