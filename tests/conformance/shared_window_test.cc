// SPDX-License-Identifier: Apache-2.0
// The sender's side of the shared window (RFC 8684 3.3.4, 3.3.5): one right edge for the connection, which only moves right, and each
// subflow's own window besides.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

struct TwoFlows {
  TwoFlows() {
    ConnectionOptions options;
    options.tcp.no_delay = true;
    first = &bench.AcceptMptcp(options);
    bench.ExchangeOneByte(*first);
    second = &bench.Join(*first);
    first->Send(Ack().DataAck(2));
    second->Send(Ack().DataAck(2));
    bench.Advance(Duration::Millis(100));
    first->Skip();
    second->Skip();
  }
  // Payload that came on this flow within 5 ms: no timer has fired.
  std::size_t Received(Flow& flow) {
    bench.Advance(Duration::Millis(5));
    std::size_t n = 0;
    while (flow.HasWaiting()) n += flow.Take()->view.payload.size();
    return n;
  }
  Bench bench;
  Flow* first = nullptr;
  Flow* second = nullptr;
};

// Covers: WIN-7
TEST(SharedWindow, ASmallerEdgeDoesNotTakeAnythingBack) {
  TwoFlows t;
  const Bytes before = t.bench.Info().send_window;
  EXPECT_EQ(before, Bytes(65535));
  t.second->Send(Ack().DataAck(2).Window(10));  // the same Data ACK
  EXPECT_EQ(t.bench.Info().send_window, before);
  t.second->Send(Ack().DataAck(1).Window(100));  // an older one, late
  EXPECT_EQ(t.bench.Info().send_window, before);
  t.bench.Write(std::string(10'000, 'x'));
  EXPECT_EQ(t.Received(*t.first), 10'000u);
}

// Covers: WIN-8
TEST(SharedWindow, TheLargestThatAnySubflowShowsCounts) {
  TwoFlows t;
  t.first->Send(Ack().DataAck(2).Window(1000));  // some box shrinks it on this path
  EXPECT_EQ(t.bench.Info().send_window, Bytes(65535));
}

// Covers: WIN-9
TEST(SharedWindow, EachSubflowsOwnWindowIsObeyedBesides) {
  TwoFlows t;
  t.first->Send(Ack().DataAck(2).Window(1000));
  t.bench.Write(std::string(30'000, 'x'));
  EXPECT_LE(t.Received(*t.first), 1000u);
  EXPECT_GT(t.Received(*t.second), 10'000u);
}

}  // namespace
}  // namespace mptcpp::conformance
