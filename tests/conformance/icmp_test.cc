// SPDX-License-Identifier: Apache-2.0
// ICMP errors reach the subflow that they quote, and say no more than RFC 5461 and RFC 5927 let them say.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

class Icmp : public ::testing::Test {
 protected:
  // A router's word about a segment of the endpoint on this flow.
  void Say(wire::IcmpKind kind, const Flow& flow, SeqNum quoted, std::uint32_t mtu = 0) {
    const FourTuple tuple{flow.theirs(), flow.own()};
    bench_.endpoint().ReceiveIcmp({.kind = kind, .tuple = tuple, .quoted_seq = quoted, .next_hop_mtu = mtu}, bench_.now());
    bench_.Pump();
  }
  Bench bench_;
};

TEST_F(Icmp, PacketTooBigShrinksTheSegmentsOfThatSubflowAlone) {  // RFC 1191, RFC 8201
  ConnectionOptions options;
  options.tcp.no_delay = true;
  Flow& first = bench_.AcceptMptcp(options);
  bench_.ExchangeOneByte(first);
  Flow& second = bench_.Join(first);
  const auto mtu_of = [&](std::size_t i) { return bench_.Subflows().at(i).path_mtu; };
  const std::uint32_t before = mtu_of(1);
  bench_.Write(std::string(8000, 'x'));
  while (!first.HasWaiting() && !second.HasWaiting()) bench_.Advance(Duration::Millis(1));
  Flow& carrier = first.HasWaiting() ? first : second;
  const std::size_t index = &carrier == &first ? 0 : 1;
  const CapturedPtr big = carrier.Take();
  Say(wire::IcmpKind::kPacketTooBig, carrier, big->view.seq, 1000);
  EXPECT_EQ(mtu_of(index), 1000u);
  EXPECT_EQ(mtu_of(1 - index), before);
  // What was too big goes again in smaller pieces, with the same mapping.
  CapturedPtr again = carrier.Take();
  while (again->view.seq != big->view.seq) again = carrier.Take();
  EXPECT_LE(again->bytes.size() + 20, 1000u);
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

TEST_F(Icmp, WhatQuotesNothingInFlightIsIgnored) {  // RFC 5927 4
  Flow& flow = bench_.AcceptMptcp();
  bench_.ExchangeOneByte(flow);
  const std::uint32_t before = bench_.Subflows().at(0).path_mtu;
  Say(wire::IcmpKind::kPacketTooBig, flow, SeqNum(12345), 600);
  EXPECT_EQ(bench_.Subflows().at(0).path_mtu, before);
  EXPECT_EQ(bench_.CounterOf(Counter::kIcmpIgnored), 1u);
}

TEST_F(Icmp, PortUnreachableEndsAnOpeningConnection) {  // RFC 5461 4.1: hard errors during the handshake
  Flow& flow = bench_.Connect();
  const CapturedPtr syn = flow.Take();
  Say(wire::IcmpKind::kHardUnreachable, flow, syn->view.seq);
  EXPECT_EQ(bench_.failure(), Error::kUnreachable);
}

TEST_F(Icmp, PortUnreachableDoesNotEndAnEstablishedOne) {  // RFC 5927 5.2: anybody can send these
  ConnectionOptions options;
  options.tcp.no_delay = true;
  Flow& flow = bench_.AcceptMptcp(options);
  bench_.ExchangeOneByte(flow);
  bench_.Write("abcd");
  const CapturedPtr data = flow.Take();
  Say(wire::IcmpKind::kHardUnreachable, flow, data->view.seq);
  flow.Send(Data("efgh").Map(2, 2, 4).DataAck(6).Acking(6));
  flow.ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

TEST_F(Icmp, AnUnreachableJoinIsTheJoinsLossAlone) {
  ASSERT_TRUE(bench_.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true}, bench_.now()));
  Flow& first = bench_.ConnectMptcp();
  bench_.ExchangeOneByte(first);
  Flow& second = bench_.ExpectNewFlow(first, Syn().MpJoin(1));
  ASSERT_EQ(bench_.Info().subflow_count, 2);
  Say(wire::IcmpKind::kHardUnreachable, second, second.Incoming().seq.value());
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

}  // namespace
}  // namespace mptcpp::conformance
