// SPDX-License-Identifier: Apache-2.0
#include "tcp/ecn_state.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

TEST(EcnState, NegotiatedByBothSyns) {
  EcnState a(true), b(true);
  wire::TcpFlags syn{.syn = true};
  a.DecorateSyn(syn, false);
  EXPECT_TRUE(syn.ece && syn.cwr);
  b.OnSyn(syn);
  EXPECT_TRUE(b.in_use());
  wire::TcpFlags syn_ack{.syn = true, .ack = true};
  b.DecorateSynAck(syn_ack);
  EXPECT_TRUE(syn_ack.ece);
  EXPECT_FALSE(syn_ack.cwr);
  a.OnSynAck(syn_ack);
  EXPECT_TRUE(a.in_use());
}

TEST(EcnState, NotOfferedOnARepeatedSynNorWhenUnwanted) {
  EcnState a(true);
  wire::TcpFlags syn{.syn = true};
  a.DecorateSyn(syn, true);
  EXPECT_FALSE(syn.ece || syn.cwr);
  a.OnSynAck({.syn = true, .ack = true, .ece = true});
  EXPECT_FALSE(a.in_use());
  EcnState b(false);
  b.OnSyn({.syn = true, .ece = true, .cwr = true});
  EXPECT_FALSE(b.in_use());
}

TEST(EcnState, ReflectingPeerIsNotBelieved) {  // RFC 3168 6.1.1.1: both flags in a SYN/ACK
  EcnState a(true);
  wire::TcpFlags syn{.syn = true};
  a.DecorateSyn(syn, false);
  a.OnSynAck({.syn = true, .ack = true, .ece = true, .cwr = true});
  EXPECT_FALSE(a.in_use());
}

TEST(EcnState, EchoesUntilCwr) {
  EcnState b(true);
  b.OnSyn({.syn = true, .ece = true, .cwr = true});
  wire::TcpFlags flags;
  b.OnReceived(Ecn::kCe, {.ack = true});
  b.OnReceived(Ecn::kEct0, {.ack = true});
  b.Decorate(flags);
  EXPECT_TRUE(flags.ece);
  b.OnReceived(Ecn::kEct0, {.ack = true, .cwr = true});
  b.Decorate(flags);
  EXPECT_FALSE(flags.ece);
  b.OnReceived(Ecn::kCe, {.ack = true, .cwr = true});
  b.Decorate(flags);
  EXPECT_TRUE(flags.ece) << "marked again";
}

TEST(EcnState, CwrGoesOnOneSegmentOfNewData) {
  EcnState b(true);
  b.OnSyn({.syn = true, .ece = true, .cwr = true});
  b.OnWindowReduced();
  wire::TcpFlags first, second;
  EXPECT_EQ(b.OnNewData(first), Ecn::kEct0);
  EXPECT_EQ(b.OnNewData(second), Ecn::kEct0);
  EXPECT_TRUE(first.cwr);
  EXPECT_FALSE(second.cwr);
}

}  // namespace
}  // namespace mptcpp::tcp
