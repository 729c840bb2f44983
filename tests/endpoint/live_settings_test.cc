// SPDX-License-Identifier: Apache-2.0
// What an application changes while a connection lives: congestion control, preferences and priorities of paths.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/two_endpoints.h"

namespace mptcpp {
namespace {

const SocketAddress kServer{IpAddress::V4(10, 0, 0, 2), 80};
const IpAddress kClient1 = IpAddress::V4(10, 0, 0, 1);
const IpAddress kClient2 = IpAddress::V4(10, 0, 1, 1);

class LiveSettings : public ::testing::Test {
 protected:
  // Two subflows, the second from a path endpoint of the client's.
  void SetUp() override {
    const auto listener = world_.server.Listen(kServer, {}, 4);
    ASSERT_TRUE(listener);
    endpoint_ = world_.client.AddPathEndpoint({.address = kClient2, .subflow = true}, world_.now).value();
    a_ = world_.client.Connect({kClient1, 0}, kServer, {}, world_.now).value();
    world_.Run(Duration::Millis(50));
    b_ = world_.server.Accept(*listener).value();
    Send(1000);
    world_.Run(Duration::Millis(200));
    ASSERT_EQ(Subflows(world_.client, a_).size(), 2u);
  }
  static std::vector<SubflowInfo> Subflows(const Endpoint& endpoint, ConnectionId id) {
    std::vector<SubflowInfo> all(8);
    all.resize(endpoint.Subflows(id, all).value());
    return all;
  }
  std::vector<SubflowInfo> Client() const { return Subflows(world_.client, a_); }
  // So many bytes from the client to the server.
  void Send(std::size_t n) {
    const std::vector<std::byte> data(16384);
    std::vector<std::byte> in(65536);
    for (std::size_t left = n, arrived = 0; arrived < n;) {
      if (const auto written = world_.client.Write(a_, std::span(data).first(std::min(left, data.size())), world_.now)) left -= *written;
      world_.Run(Duration::Millis(1));
      if (const auto read = world_.server.Read(b_, in, world_.now)) arrived += *read;
    }
  }

  testing::TwoEndpoints world_;
  AddressId endpoint_{};
  ConnectionId a_, b_;
};

TEST_F(LiveSettings, CongestionControlOfAllSubflows) {
  Send(100'000);
  const Bytes before = Client()[0].cwnd;
  ASSERT_TRUE(world_.client.SetCongestion(a_, "newreno", world_.now));
  EXPECT_EQ(Client()[0].congestion, "newreno");
  EXPECT_EQ(Client()[1].congestion, "newreno");
  EXPECT_EQ(Client()[0].cwnd, before) << "what is known of the path goes on";
  Send(100'000);
}

TEST_F(LiveSettings, CongestionControlOfOneSubflow) {
  const std::string_view others = Client()[0].congestion;
  ASSERT_NE(others, "newreno");
  ASSERT_TRUE(world_.client.SetSubflowCongestion(a_, Client()[1].id, "newreno", world_.now));
  EXPECT_EQ(Client()[0].congestion, others);
  EXPECT_EQ(Client()[1].congestion, "newreno");
  Send(100'000);
}

TEST_F(LiveSettings, CongestionControlInTurn) {
  ASSERT_TRUE(world_.client.SetCongestion(a_, "newreno,lia", world_.now));
  EXPECT_EQ(Client()[0].congestion, "newreno");
  EXPECT_EQ(Client()[1].congestion, "lia");
  EXPECT_EQ(world_.client.Info(a_)->congestion, "newreno") << "of the first subflow";
}

TEST_F(LiveSettings, CongestionControlThatDoesNotExist) {
  const SubflowId second = Client()[1].id;
  EXPECT_EQ(world_.client.SetCongestion(a_, "magic", world_.now).error(), Error::kInvalidArgument);
  EXPECT_EQ(world_.client.SetSubflowCongestion(a_, second, "magic", world_.now).error(), Error::kInvalidArgument);
  EXPECT_EQ(world_.client.SetSubflowCongestion(a_, second, "newreno,lia", world_.now).error(), Error::kInvalidArgument) << "one name";
  EXPECT_EQ(world_.client.SetSubflowCongestion(a_, SubflowId(99), "newreno", world_.now).error(), Error::kInvalidArgument);
  EXPECT_EQ(Client()[1].congestion, Client()[0].congestion);
}

TEST_F(LiveSettings, APreferenceCountsFromTheNextSegmentOn) {
  ASSERT_TRUE(world_.client.SetScheduler(a_, "weighted"));
  ASSERT_TRUE(world_.client.SetPreference(a_, Client()[0].id, {.weight = 3}));
  const std::uint64_t first = Client()[0].bytes_sent, second = Client()[1].bytes_sent;
  Send(1'000'000);
  EXPECT_GT(Client()[0].bytes_sent - first, 2 * (Client()[1].bytes_sent - second));
  EXPECT_EQ(world_.client.SetPreference(a_, Client()[0].id, {.weight = 0}).error(), Error::kInvalidArgument);
  EXPECT_EQ(world_.client.SetPreference(a_, SubflowId(99), {}).error(), Error::kInvalidArgument);
}

// Covers: PRIO-1
TEST_F(LiveSettings, APathEndpointThatBecomesBackupTellsThePeer) {
  const std::uint64_t before = Client()[1].bytes_sent;
  ASSERT_TRUE(world_.client.SetPathEndpointBackup(endpoint_, true, world_.now));
  world_.Run(Duration::Millis(50));
  EXPECT_FALSE(Client()[0].local_backup);
  EXPECT_TRUE(Client()[1].local_backup);
  EXPECT_TRUE(Subflows(world_.server, b_)[1].remote_backup);
  EXPECT_FALSE(Subflows(world_.server, b_)[0].remote_backup);
  Send(200'000);
  EXPECT_EQ(Client()[1].bytes_sent, before) << "a backup rests while another path works";
  ASSERT_TRUE(world_.client.SetPathEndpointBackup(endpoint_, false, world_.now));
  world_.Run(Duration::Millis(50));
  EXPECT_FALSE(Subflows(world_.server, b_)[1].remote_backup);
  EXPECT_EQ(world_.client.SetPathEndpointBackup(AddressId(77), true, world_.now).error(), Error::kUnknownHandle);
}

}  // namespace
}  // namespace mptcpp
