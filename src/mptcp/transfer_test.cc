// SPDX-License-Identifier: Apache-2.0
// Whole connections: handshake, transfer over one and two subflows, loss, failover.
#include "mptcp/connection_pair.h"

namespace mptcpp::core {
namespace {

constexpr std::uint64_t kMega = 1'000'000;

TEST(Transfer, OverOneSubflow) {
  ConnectionPair pair;
  pair.Open();
  EXPECT_EQ(pair.c().Info().mode, Mode::kMultipath);
  EXPECT_EQ(pair.s().Info().mode, Mode::kMultipath);
  pair.TransferAndClose(3 * kMega, kMega);
  EXPECT_EQ(pair.client().host.Seen(EventKind::kClosed), 1u);
  EXPECT_EQ(pair.server().host.Seen(EventKind::kClosed), 1u);
  EXPECT_TRUE(pair.client().host.tuples.empty());
}

TEST(Transfer, AsPlainTcp) {
  ConnectionPair pair;
  pair.client().options.multipath = false;
  pair.Open();
  EXPECT_EQ(pair.c().Info().mode, Mode::kPlainTcp);
  EXPECT_EQ(pair.s().Info().mode, Mode::kPlainTcp);
  pair.TransferAndClose(3 * kMega, kMega);
}

TEST(Transfer, WithChecksums) {
  ConnectionPair pair;
  pair.server().options.checksum = true;  // one side's wish is enough (RFC 8684 3.1)
  pair.Open();
  EXPECT_TRUE(pair.c().Info().checksum);
  pair.TransferAndClose(3 * kMega, kMega);
  EXPECT_EQ(pair.client().host[Counter::kDataCsumErr] + pair.server().host[Counter::kDataCsumErr], 0u);
}

TEST(Transfer, NothingAtAll) {
  ConnectionPair pair;
  pair.Open();
  pair.TransferAndClose(0, 0);
}

TEST(Transfer, OverTwoSubflowsUsesBoth) {
  ConnectionPair pair;
  for (TestPath& path : pair.paths) path.rate = Rate::MegabitsPerSecond(20);
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.Run(Duration::Millis(100));
  EXPECT_EQ(pair.c().Info().subflow_count, 2);
  EXPECT_EQ(pair.s().Info().subflow_count, 2);
  const Instant start = pair.now;
  pair.client().to_write = 10 * kMega;
  EXPECT_TRUE(pair.RunUntil([&] { return pair.server().read == 10 * kMega; }));
  const double seconds = (pair.now - start).seconds();
  EXPECT_LT(seconds, 10 * 8.0 / 20 * 0.75) << "the second path brought little";
  SubflowInfo info[4];
  ASSERT_EQ(pair.c().Subflows(info), 2u);
  EXPECT_GT(info[0].bytes_acked, kMega);
  EXPECT_GT(info[1].bytes_acked, kMega);
  pair.TransferAndClose(10 * kMega, 0);
}

TEST(Transfer, SurvivesLossOnBothPaths) {
  ConnectionPair pair;
  for (TestPath& path : pair.paths) {
    path.rate = Rate::MegabitsPerSecond(50);
    path.loss = 0.02;
  }
  pair.Open();
  pair.Run(Duration::Millis(300));
  pair.AddPath(1);
  pair.TransferAndClose(2 * kMega, 2 * kMega, Duration::Seconds(300));
}

TEST(Transfer, SurvivesLossWithChecksums) {
  ConnectionPair pair;
  pair.client().options.checksum = true;
  for (TestPath& path : pair.paths) path.loss = 0.02;
  pair.Open();
  pair.Run(Duration::Millis(300));
  pair.AddPath(1);
  pair.TransferAndClose(2 * kMega, kMega, Duration::Seconds(300));
  EXPECT_EQ(pair.server().host[Counter::kDataCsumErr], 0u);
}

// Two paths of 20 ms, one falls silent in the middle of a transfer: the application hardly notices.
// Covers: RTX-6
TEST(Transfer, FailoverWithinAHundredMilliseconds) {
  for (const int dead : {0, 1}) {
    ConnectionPair pair;
    for (TestPath& path : pair.paths) {
      path.rate = Rate::MegabitsPerSecond(50);
      path.queue = Duration::Millis(20);
    }
    pair.Open();
    pair.Run(Duration::Millis(50));
    pair.AddPath(1);
    pair.client().to_write = 20 * kMega;
    ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read > 5 * kMega; }));
    pair.server().longest_gap = Duration::Zero();
    pair.paths[static_cast<std::size_t>(dead)].down = true;
    ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 20 * kMega; }));
    EXPECT_LE(pair.server().longest_gap.millis(), 100) << "path " << dead;
    EXPECT_LE(pair.s().Info().longest_delivery_gap.millis(), 100);
    SubflowInfo info[4];
    ASSERT_EQ(pair.c().Subflows(info), 2u);
    EXPECT_EQ(info[dead].health, SubflowHealth::kStale);
  }
}

TEST(Transfer, AStaleSubflowRecovers) {
  ConnectionPair pair;
  for (TestPath& path : pair.paths) {
    path.rate = Rate::MegabitsPerSecond(20);
    path.queue = Duration::Millis(50);  // timeouts follow the queue
  }
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.client().to_write = 30 * kMega;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read > 2 * kMega; }));
  pair.paths[1].down = true;
  pair.Run(Duration::Seconds(2));
  EXPECT_EQ(pair.client().host[Counter::kSubflowStale], 1u);
  pair.paths[1].down = false;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.client().host[Counter::kSubflowRecover] == 1; }));
  pair.TransferAndClose(30 * kMega, 0);
}

TEST(Transfer, ReaderThatStopsShutsTheSharedWindowAndOpensItAgain) {
  ConnectionPair pair;
  pair.server().reading = false;
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.client().to_write = 3 * kMega;
  pair.Run(Duration::Seconds(20));
  EXPECT_LT(pair.s().Info().bytes_received, 3 * kMega);
  EXPECT_EQ(pair.s().Info().bytes_received, static_cast<std::uint64_t>(Bytes::KiB(256).count()));
  pair.server().reading = true;
  pair.TransferAndClose(3 * kMega, 0);
}

// Covers: PRIO-1, PRIO-5
TEST(Transfer, BackupCarriesNothingUntilItIsNeeded) {
  ConnectionPair pair;
  pair.Open();
  pair.Run(Duration::Millis(50));
  ASSERT_TRUE(pair.c().AddSubflow({ConnectionPair::Address(1, 0), 0}, ConnectionPair::ServerAddress(1), true, pair.now));
  pair.Run(Duration::Millis(100));
  pair.client().to_write = 2 * kMega;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 2 * kMega; }));
  SubflowInfo info[4];
  ASSERT_EQ(pair.c().Subflows(info), 2u);
  EXPECT_EQ(info[1].bytes_sent, 0u);
  pair.paths[0].down = true;
  pair.client().to_write = 4 * kMega;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 4 * kMega; }));
  ASSERT_EQ(pair.c().Subflows(info), 2u);
  EXPECT_GT(info[1].bytes_acked, kMega);
}

TEST(Transfer, RedundantSchedulerSendsEverythingTwice) {
  ConnectionPair pair;
  pair.client().options.scheduler = "redundant";
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.Run(Duration::Millis(100));
  pair.client().to_write = 2 * kMega;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 2 * kMega; }));
  SubflowInfo info[4];
  ASSERT_EQ(pair.c().Subflows(info), 2u);
  EXPECT_GT(info[0].bytes_acked, kMega);
  EXPECT_GT(info[1].bytes_acked, kMega);
  pair.TransferAndClose(2 * kMega, 0);
}

// The primary dies while the window is shut; that it is open again is heard on the backup alone.
TEST(Transfer, WindowThatOpensOnTheBackupFreesTheDeadPrimary) {
  ConnectionPair pair;
  pair.server().options.receive_buffer = pair.server().options.initial_receive_buffer = Bytes::KiB(64);
  pair.Open();
  pair.Run(Duration::Millis(50));
  ASSERT_TRUE(pair.c().AddSubflow({ConnectionPair::Address(1, 0), 0}, ConnectionPair::ServerAddress(1), true, pair.now));
  pair.Run(Duration::Millis(200));
  pair.server().reading = false;
  pair.client().to_write = 1'000'000;
  pair.Run(Duration::Seconds(3));
  ASSERT_EQ(pair.c().Info().send_window, Bytes());
  pair.paths[0].down = true;
  pair.server().reading = true;
  EXPECT_TRUE(pair.RunUntil([&] { return pair.server().read == 1'000'000; }, Duration::Seconds(5)));
}

// The same, and even that word is lost: somebody must go on asking where it is heard.
TEST(Transfer, ShutWindowIsProbedOnEverySubflow) {
  ConnectionPair pair;
  pair.server().options.receive_buffer = pair.server().options.initial_receive_buffer = Bytes::KiB(64);
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.Run(Duration::Millis(200));
  pair.server().reading = false;
  pair.client().to_write = 1'000'000;
  pair.Run(Duration::Seconds(3));
  ASSERT_EQ(pair.c().Info().send_window, Bytes());
  pair.paths[0].down = pair.paths[1].down = true;
  pair.server().reading = true;
  pair.Run(Duration::Millis(100));
  pair.paths[1].down = false;
  EXPECT_TRUE(pair.RunUntil([&] { return pair.server().read == 1'000'000; }, Duration::Seconds(20)));
}

// The fast subflow's ACKs stay away for a moment, and it hands on what it holds: only the slow one could carry that, and that one is
// dead. What the dead one held comes behind it in the queue and must not wait.
// Covers: RTX-3
TEST(Transfer, AReinjectionWithoutCarrierHoldsUpNoOther) {
  ConnectionPair pair;
  pair.paths[0].delay = Duration::Millis(40);
  pair.paths[1].delay = Duration::Millis(5);
  pair.Open();
  pair.Run(Duration::Millis(100));
  pair.AddPath(1);
  pair.Run(Duration::Millis(300));
  pair.client().to_write = 3'000'000;
  pair.Run(Duration::Millis(89));  // both windows are full
  const Instant hole = pair.now;
  pair.filter = [&](const TestWire& wire) {
    if (wire.path == 0) return false;
    return wire.to == ConnectionPair::kServer || pair.now - hole > Duration::Millis(20);
  };
  EXPECT_TRUE(pair.RunUntil([&] { return pair.server().read == 3'000'000; }, Duration::Seconds(10)));
}

}  // namespace
}  // namespace mptcpp::core
