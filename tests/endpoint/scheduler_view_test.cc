// SPDX-License-Identifier: Apache-2.0
// What a scheduler is shown: a witness in its place writes down the snapshots of a connection.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/two_endpoints.h"

namespace mptcpp {
namespace {

const SocketAddress kServer{IpAddress::V4(10, 0, 0, 2), 80};
const IpAddress kClient[] = {IpAddress::V4(10, 0, 0, 1), IpAddress::V4(10, 0, 1, 1), IpAddress::V4(10, 0, 2, 1)};

struct Seen {
  Bytes unsent;
  std::vector<scheduler::SubflowSnapshot> subflows;
};
std::vector<Seen> seen;

// The first that has room and did not have it before.
scheduler::Decision Watch(const scheduler::Snapshot& snapshot, scheduler::SchedulerState&) {
  seen.push_back({snapshot.unsent, {snapshot.subflows.begin(), snapshot.subflows.end()}});
  for (const scheduler::SubflowSnapshot& s : snapshot.subflows) {
    if (s.usable && !s.stale && !s.carried_segment && s.space > Bytes()) return scheduler::Decision::On(s.index);
  }
  return scheduler::Decision::Wait();
}
const scheduler::SchedulerInfo kWitness[] = {{.name = "witness", .summary = "writes down what it sees", .choose = Watch}};

class SchedulerView : public ::testing::Test {
 protected:
  // Three subflows of the client's.
  void SetUp() override {
    ConnectionOptions options;
    options.scheduler = "witness";
    const auto listener = world_.server.Listen(kServer, options, 4);
    a_ = world_.client.Connect({kClient[0], 0}, kServer, options, world_.now).value();
    world_.Run(Duration::Millis(50));
    b_ = world_.server.Accept(*listener).value();
    Write(1000);
    world_.Run(Duration::Millis(100));
    for (int i : {1, 2}) ASSERT_TRUE(world_.client.AddSubflow(a_, {kClient[i], 0}, kServer, false, world_.now));
    world_.Run(Duration::Millis(100));
    ASSERT_EQ(world_.client.Info(a_)->subflow_count, 3);
    seen.clear();
  }
  void Write(std::size_t n) { ASSERT_EQ(world_.client.Write(a_, std::vector<std::byte>(n), world_.now).value(), n); }

  testing::TwoEndpoints world_{EndpointOptions{.schedulers = kWitness}};
  ConnectionId a_, b_;
};

TEST_F(SchedulerView, OfNewDataShowsWhatIsLeftAndThatNobodyHadIt) {
  Write(20'000);
  world_.Run(Duration::Millis(1));
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front().unsent, Bytes(20'000));
  EXPECT_EQ(seen.front().subflows.size(), 3u);
  for (const Seen& s : seen) EXPECT_TRUE(std::ranges::none_of(s.subflows, &scheduler::SubflowSnapshot::carried_segment));
}

// RFC 8684 3.3.6: data of a path that fell silent goes again on another, and the scheduler is told on which it was.
TEST_F(SchedulerView, OfDataThatIsSentAgainShowsWhoHadIt) {
  world_.drop = [](const TxPacket& p) { return p.source == kClient[0]; };
  Write(5'000);
  world_.Run(Duration::Seconds(3));
  const auto again = [](const Seen& s) { return std::ranges::any_of(s.subflows, &scheduler::SubflowSnapshot::carried_segment); };
  ASSERT_TRUE(std::ranges::any_of(seen, again));
  for (const Seen& s : seen) {
    if (!again(s)) continue;
    EXPECT_TRUE(s.subflows[0].carried_segment);
    EXPECT_FALSE(s.subflows[1].carried_segment);
    EXPECT_FALSE(s.subflows[2].carried_segment);
  }
  EXPECT_EQ(world_.server.Info(b_)->bytes_received, 6'000u);
}

}  // namespace
}  // namespace mptcpp
