// SPDX-License-Identifier: Apache-2.0
#include "path_manager/policy.h"

#include <gtest/gtest.h>

namespace mptcpp::path_manager {
namespace {

const IpAddress kLocal0 = IpAddress::V4(10, 0, 0, 1);
const IpAddress kLocal1 = IpAddress::V4(10, 0, 1, 1);
const SocketAddress kRemote0{IpAddress::V4(10, 9, 0, 1), 443};
const SocketAddress kRemote1{IpAddress::V4(10, 9, 1, 1), 443};

KnownPathEndpoint Endpoint(std::uint8_t id, const IpAddress& address, bool subflow, bool fullmesh, bool backup = false) {
  return {AddressId(id), {.address = address, .subflow = subflow, .backup = backup, .fullmesh = fullmesh}};
}

class PolicyTest : public ::testing::Test {
 protected:
  Policy::Setting Default() { return {.is_client = true, .first = {{kLocal0, 1000}, kRemote0}}; }
  // Opens all that is wanted and returns how many that were.
  int OpenAll() {
    int n = 0;
    while (const auto command = policy.Next(now)) {
      last = *command;
      policy.OnOpened(command->local_id, command->remote_id);
      ++n;
    }
    return n;
  }
  Policy policy;
  OpenCommand last;
  Instant now = Instant::FromNanos(1'000'000'000);
};

TEST_F(PolicyTest, WantsNothingByItself) {
  policy.Start(Default());
  EXPECT_EQ(OpenAll(), 0);
  EXPECT_EQ(policy.NextDeadline(), Instant::Infinite());
}

TEST_F(PolicyTest, SubflowEndpointGoesToTheFirstAddressOnce) {
  policy.Start(Default());
  policy.OnEndpointAdded(Endpoint(4, kLocal1, true, false, true));
  EXPECT_EQ(OpenAll(), 1);
  EXPECT_EQ(last.local, kLocal1);
  EXPECT_EQ(last.local_id, AddressId(4));
  EXPECT_EQ(last.remote, kRemote0);
  EXPECT_EQ(last.remote_id, AddressId(0));
  EXPECT_TRUE(last.backup);
}

// Covers: HEU-5
TEST_F(PolicyTest, ServerOpensNothing) {
  auto setting = Default();
  setting.is_client = false;
  policy.Start(setting);
  policy.OnEndpointAdded(Endpoint(4, kLocal1, true, true));
  EXPECT_TRUE(policy.OnAnnounced(AddressId(9), kRemote1));
  EXPECT_EQ(OpenAll(), 0);
}

// Covers: CAP-24
TEST_F(PolicyTest, FlagC) {
  auto setting = Default();
  setting.peer_denies_join = true;
  policy.Start(setting);
  policy.OnEndpointAdded(Endpoint(4, kLocal1, true, false));
  EXPECT_EQ(OpenAll(), 0);
  policy.OnAnnounced(AddressId(9), kRemote1);
  EXPECT_EQ(OpenAll(), 1);
  EXPECT_EQ(last.remote, kRemote1);
  EXPECT_EQ(last.local, kLocal0);
}

TEST_F(PolicyTest, FullmeshIsEveryPair) {
  policy.Start(Default());
  policy.OnEndpointAdded(Endpoint(4, kLocal1, false, true));
  policy.OnEndpointAdded(Endpoint(5, kLocal0, false, true));  // the first subflow's address has id 0
  policy.OnAnnounced(AddressId(9), kRemote1);
  EXPECT_EQ(OpenAll(), 3);
  policy.OnEndpointAdded(Endpoint(6, IpAddress::V4(10, 0, 2, 1), false, true));
  EXPECT_EQ(OpenAll(), 2);
}

// Covers: ADDR-18
TEST_F(PolicyTest, OtherFamilyNeedsAnEndpointOfThatFamily) {
  policy.Start(Default());
  const auto v6 = *IpAddress::Parse("2001:db8::1");
  policy.OnAnnounced(AddressId(9), {*IpAddress::Parse("2001:db8::9"), 443});
  EXPECT_EQ(OpenAll(), 0);
  policy.OnEndpointAdded(Endpoint(4, v6, true, false));
  EXPECT_EQ(OpenAll(), 0);  // not to the first address, which is IPv4
  policy.OnAnnounced(AddressId(9), {*IpAddress::Parse("2001:db8::9"), 444});
  EXPECT_EQ(OpenAll(), 1);
  EXPECT_EQ(last.local, v6);
}

// Covers: ADDR-19
TEST_F(PolicyTest, Limits) {
  auto setting = Default();
  setting.subflows_limit = 2;
  setting.add_addr_accepted_limit = 1;
  policy.Start(setting);
  for (std::uint8_t i = 1; i < 6; ++i) policy.OnEndpointAdded(Endpoint(i, IpAddress::V4(10, 0, i, 1), true, false));
  EXPECT_EQ(OpenAll(), 2);
  EXPECT_TRUE(policy.AtLimit());
  EXPECT_TRUE(policy.OnAnnounced(AddressId(9), kRemote1));
  EXPECT_TRUE(policy.OnAnnounced(AddressId(9), kRemote1));
  EXPECT_FALSE(policy.OnAnnounced(AddressId(8), kRemote1));
  policy.OnEnded(AddressId(1), AddressId(0), Ending::kWanted, now);
  EXPECT_EQ(OpenAll(), 1);
}

// Covers: RST-2
TEST_F(PolicyTest, LostSubflowsAreTriedAgainWithBackOff) {
  policy.Start(Default());
  policy.OnEndpointAdded(Endpoint(4, kLocal1, true, false));
  OpenAll();
  Duration waited = Duration::Seconds(1);
  for (int i = 0; i < 8; ++i) {
    policy.OnEnded(AddressId(4), AddressId(0), Ending::kLost, now);
    EXPECT_EQ(OpenAll(), 0);
    EXPECT_EQ(policy.NextDeadline(), now + waited);
    now = policy.NextDeadline();
    EXPECT_EQ(OpenAll(), 1);
    waited = Shorter(waited * 2, Duration::Seconds(60));
  }
  policy.OnEstablished(AddressId(4), AddressId(0));
  policy.OnEnded(AddressId(4), AddressId(0), Ending::kLost, now);
  EXPECT_EQ(policy.NextDeadline(), now + Duration::Seconds(1));
}

// Covers: ADDR-12, HEU-8
TEST_F(PolicyTest, RefusedIsForGoodUntilAnnouncedAgain) {
  policy.Start(Default());
  policy.OnAnnounced(AddressId(9), kRemote1);
  OpenAll();
  policy.OnEnded(AddressId(0), AddressId(9), Ending::kRefused, now);
  now = now + Duration::Seconds(1000);
  EXPECT_EQ(OpenAll(), 0);
  policy.OnAnnounced(AddressId(9), {kRemote1.address, 8443});
  EXPECT_EQ(OpenAll(), 1);
  EXPECT_EQ(last.remote.port, 8443);
}

// Covers: ADDR-4, ADDR-12, ADDR-19, HEU-8
TEST_F(PolicyTest, TheSameAnnouncementAgainAllowsOneMoreAttemptNotAtOnce) {
  policy.Start(Default());
  policy.OnAnnounced(AddressId(9), kRemote1);
  OpenAll();
  policy.OnEnded(AddressId(0), AddressId(9), Ending::kRefused, now);
  policy.OnAnnouncedAgain(AddressId(9));
  EXPECT_EQ(OpenAll(), 0) << "announcements do not set the pace of our SYNs";
  now = now + Duration::Seconds(1);
  EXPECT_EQ(OpenAll(), 1);
  policy.OnAnnouncedAgain(AddressId(9));
  EXPECT_EQ(OpenAll(), 0) << "it is being tried";
}

// Covers: RST-2
TEST_F(PolicyTest, SomeReasonsAskForMorePatience) {
  policy.Start(Default());
  policy.OnEndpointAdded(Endpoint(4, kLocal1, true, false));
  OpenAll();
  policy.OnEnded(AddressId(4), AddressId(0), Ending::kLost, now, 10);
  EXPECT_EQ(policy.NextDeadline(), now + Duration::Seconds(10));
}

TEST_F(PolicyTest, NoRetryIfSwitchedOff) {
  auto setting = Default();
  setting.retry = Duration::Zero();
  policy.Start(setting);
  policy.OnEndpointAdded(Endpoint(4, kLocal1, true, false));
  OpenAll();
  policy.OnEnded(AddressId(4), AddressId(0), Ending::kLost, now);
  EXPECT_EQ(policy.NextDeadline(), Instant::Infinite());
}

TEST_F(PolicyTest, TheFirstPathIsRestoredToo) {
  policy.Start(Default());
  policy.OnEnded(AddressId(0), AddressId(0), Ending::kLost, now);
  now = policy.NextDeadline();
  EXPECT_EQ(OpenAll(), 1);
  EXPECT_EQ(last.remote, kRemote0);
}

// Covers: HEU-3
TEST_F(PolicyTest, SeveralPortsPerPath) {
  auto setting = Default();
  setting.ports_per_path = 3;
  policy.Start(setting);
  EXPECT_EQ(OpenAll(), 2);
}

// Covers: RM-4
TEST_F(PolicyTest, RemovedAddressesAreLeftAlone) {
  policy.Start(Default());
  policy.OnAnnounced(AddressId(9), kRemote1);
  policy.OnRemoved(AddressId(9));
  EXPECT_EQ(OpenAll(), 0);
  policy.OnEndpointAdded(Endpoint(4, kLocal1, true, false));
  policy.OnEndpointRemoved(AddressId(4));
  EXPECT_EQ(OpenAll(), 0);
}

}  // namespace
}  // namespace mptcpp::path_manager
