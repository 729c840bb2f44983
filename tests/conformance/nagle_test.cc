// SPDX-License-Identifier: Apache-2.0
// Nagle's algorithm (RFC 9293 3.7.4) where TCP's acknowledgment and the Data ACK are two things.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

TEST(Nagle, AShortSegmentWaitsForTheSubflowsAcknowledgment) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp();
  bench.ExchangeOneByte(peer);
  bench.Write("one");
  peer.Expect(Data("one"));
  bench.Write("two");
  peer.ExpectNothing(Duration::Millis(50));
  peer.Send(Ack().DataAck(5));
  peer.Expect(Data("two"));
}

// The Data ACK stays behind because another subflow owes something: no reason to wait.
TEST(Nagle, AShortSegmentDoesNotWaitForTheDataAck) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp();
  bench.ExchangeOneByte(peer);
  bench.Write("one");
  peer.Expect(Data("one"));
  bench.Write("two");
  peer.Send(Ack().DataAck(2));
  peer.Expect(Data("two"), Duration::Millis(5));
}

}  // namespace
}  // namespace mptcpp::conformance
