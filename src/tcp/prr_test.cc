// SPDX-License-Identifier: Apache-2.0
#include "tcp/prr.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr std::uint32_t kMss = 1000;
Bytes Segments(std::int64_t n) { return Bytes(n * kMss); }

// RFC 9937's first example: 20 segments in flight, one lost, window halved. Every other ACK lets a segment go, and the pipe
// ends at ssthresh.
TEST(Prr, HalvesOverOneRoundTrip) {
  Prr prr;
  prr.Start(Segments(20), Segments(10), kMss);
  Bytes in_flight = Segments(20);
  in_flight -= Segments(2);  // one SACKed, one lost
  int sent = 0;
  for (int ack = 0; ack < 19; ++ack) {
    if (ack > 0) in_flight -= Segments(1);
    prr.OnAck(Segments(1), in_flight, false);
    while (prr.window() - in_flight >= Segments(1)) {
      prr.OnSent(Segments(1));
      in_flight += Segments(1);
      ++sent;
    }
  }
  EXPECT_EQ(in_flight, Segments(10));
  EXPECT_EQ(sent, 10);
}

TEST(Prr, ForcesTheFastRetransmit) {
  Prr prr;
  prr.Start(Segments(100), Segments(50), kMss);
  prr.OnAck(Bytes(), Segments(99), false);
  EXPECT_EQ(prr.window() - Segments(99), Segments(1));
}

TEST(Prr, ReplacesWhatWasDeliveredWhenLossesWereHeavier) {
  Prr prr;
  prr.Start(Segments(20), Segments(10), kMss);
  // 15 of 20 lost: 4 in flight, one delivered.
  prr.OnAck(Segments(1), Segments(4), false);
  EXPECT_EQ(prr.window(), Segments(5));
  prr.OnSent(Segments(1));
  prr.OnAck(Segments(1), Segments(4), true);  // safe: one more
  EXPECT_EQ(prr.window(), Segments(6));
}

TEST(Prr, NeverSendsBeyondTheThreshold) {
  Prr prr;
  prr.Start(Segments(20), Segments(10), kMss);
  prr.OnAck(Segments(8), Segments(9), true);
  EXPECT_EQ(prr.window(), Segments(10));
}

}  // namespace
}  // namespace mptcpp::tcp
