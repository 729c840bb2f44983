// SPDX-License-Identifier: Apache-2.0
// Whole connections in random weather: loss, duplicates, reordering, paths that come and go, subflows opened, closed and
// reprioritised by both sides. Whatever happens, the stream arrives intact and the connection ends in order.
#include "mptcp/connection_pair.h"

namespace mptcpp::core {
namespace {

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed * 77 + 5) {
    static constexpr const char* kSchedulers[] = {"minrtt", "roundrobin", "redundant", "blest", "minrtt"};
    static constexpr const char* kControllers[] = {"cubic", "newreno", "lia", "bbr", "mpcc-latency", "wvegas", "vivace,olia", "balia"};
    for (ConnectionPair::End* end : {&pair.client(), &pair.server()}) {
      end->options.scheduler = kSchedulers[Pick(5)];
      end->options.congestion = kControllers[Pick(8)];
      end->options.checksum = Pick(3) == 0;
      end->options.subflow_retry = Duration::Millis(300);
      end->options.initial_receive_buffer = Bytes::KiB(16 << Pick(6));
      end->options.tcp.timestamps = Pick(4) != 0;
      end->options.tcp.sack = Pick(5) != 0;
      end->options.tcp.no_delay = Pick(2) != 0;
      end->options.close_timeout = Duration::Seconds(120);
    }
    if (Pick(12) == 0) pair.client().options.multipath = false;
    for (TestPath& path : pair.paths) {
      path.delay = Duration::Millis(1 + Pick(60));
      path.rate = Rate::MegabitsPerSecond(2 + Pick(100));
      path.queue = Duration::Millis(10 + Pick(100));
      path.loss = Pick(3) == 0 ? Pick(5) / 100.0 : 0;
    }
  }

  void Run() {
    pair.Open();
    if (::testing::Test::HasFatalFailure()) return;
    const std::uint64_t up = Pick(1'500'000);
    const std::uint64_t down = Pick(3) == 0 ? Pick(700'000) : Pick(2000);
    pair.client().to_write = up;
    pair.server().to_write = down;
    for (int i = 0; i < 25; ++i) {
      Disturb();
      pair.Run(Duration::Millis(Pick(120)));
      if (::testing::Test::HasFatalFailure()) return;
    }
    for (TestPath& path : pair.paths) path.down = false;
    // The disturbances may have closed every subflow; then somebody has to open one.
    (void)pair.c().AddSubflow({ConnectionPair::Address(3, 0), 0}, ConnectionPair::ServerAddress(3), false, pair.now);
    pair.client().reading = pair.server().reading = true;
    pair.TransferAndClose(up, down, Duration::Seconds(400));
    EXPECT_TRUE(pair.client().host.tuples.empty());
    EXPECT_EQ(pair.client().host[Counter::kDSSNotMatching] + pair.server().host[Counter::kDSSNotMatching], 0u);
    EXPECT_EQ(pair.client().host[Counter::kDataCsumErr] + pair.server().host[Counter::kDataCsumErr], 0u);
  }

 private:
  std::uint32_t Pick(std::uint32_t n) { return random_.Next32() % n; }

  void Disturb() {
    const auto path = Pick(3);
    SubflowInfo info[32];
    const std::size_t n = pair.c().Subflows(info);
    const SubflowId some = n > 0 ? info[Pick(static_cast<std::uint32_t>(n))].id : SubflowId(0);
    Connection& either = Pick(2) != 0 ? pair.c() : pair.s();
    switch (Pick(9)) {
      case 0:
      case 1:
        (void)pair.c().AddSubflow({ConnectionPair::Address(static_cast<int>(path), 0), 0},
                                  ConnectionPair::ServerAddress(static_cast<int>(path)), Pick(4) == 0, pair.now);
        break;
      case 2: pair.paths[path].down = true; break;
      case 3: pair.paths[path].down = false; break;
      case 4:
        if (pair.c().Info().subflow_count > 1) (void)either.CloseSubflow(some, pair.now);
        break;
      case 5: (void)either.SetBackup(some, Pick(2) != 0, pair.now); break;
      case 6: pair.paths[path].delay = Duration::Millis(1 + Pick(100)); break;  // shorter: reordering
      case 7: (Pick(2) != 0 ? pair.client() : pair.server()).reading = Pick(3) != 0; break;
      default: (void)either.Announce({ConnectionPair::Address(3, Pick(2) != 0), 0}, pair.now); break;
    }
  }

  ConnectionPair pair;
  TestRandom random_;
};

class StormTest : public ::testing::TestWithParam<int> {};

TEST_P(StormTest, TheStreamArrives) {
  SCOPED_TRACE(GetParam());
  Storm(static_cast<std::uint64_t>(GetParam())).Run();
}

INSTANTIATE_TEST_SUITE_P(Seeds, StormTest, ::testing::Range(0, 40));

}  // namespace
}  // namespace mptcpp::core
