// SPDX-License-Identifier: Apache-2.0
#include "tcp/ecn_state.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

EcnState Negotiated() {
  EcnState b(false, true);
  b.OnSyn({.syn = true, .ece = true, .cwr = true});
  wire::TcpFlags syn_ack{.syn = true, .ack = true};
  b.DecorateSynAck(syn_ack);
  return b;
}

TEST(EcnState, NegotiatedByBothSyns) {
  EcnState a(true, true), b(false, true);
  wire::TcpFlags syn{.syn = true};
  a.DecorateSyn(syn, false);
  EXPECT_TRUE(syn.ece && syn.cwr);
  b.OnSyn(syn);
  wire::TcpFlags syn_ack{.syn = true, .ack = true};
  b.DecorateSynAck(syn_ack);
  EXPECT_TRUE(b.in_use());
  EXPECT_TRUE(syn_ack.ece);
  EXPECT_FALSE(syn_ack.cwr);
  a.OnSynAck(syn_ack);
  EXPECT_TRUE(a.in_use());
}

TEST(EcnState, NotOfferedOnARepeatedSynNorWhenUnwanted) {
  EcnState a(true, true);
  wire::TcpFlags syn{.syn = true};
  a.DecorateSyn(syn, true);
  EXPECT_FALSE(syn.ece || syn.cwr);
  a.OnSynAck({.syn = true, .ack = true, .ece = true});
  EXPECT_FALSE(a.in_use());
  EcnState b(false, false);
  b.OnSyn({.syn = true, .ece = true, .cwr = true});
  EXPECT_FALSE(b.in_use());
}

TEST(EcnState, ReflectingPeerIsNotBelieved) {  // RFC 3168 6.1.1.1: both flags in a SYN/ACK
  EcnState a(true, true);
  wire::TcpFlags syn{.syn = true};
  a.DecorateSyn(syn, false);
  a.OnSynAck({.syn = true, .ack = true, .ece = true, .cwr = true});
  EXPECT_FALSE(a.in_use());
}

TEST(EcnState, EchoesUntilCwr) {
  EcnState b = Negotiated();
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
  EcnState b = Negotiated();
  b.OnWindowReduced();
  wire::TcpFlags first, second;
  EXPECT_EQ(b.OnNewData(first), Ecn::kEct0);
  EXPECT_EQ(b.OnNewData(second), Ecn::kEct0);
  EXPECT_TRUE(first.cwr);
  EXPECT_FALSE(second.cwr);
}

// RFC 3168 6.1.1: the SYN went again without ECN, and then the answer to the first one comes. The peer may send ECT now, so marks
// are echoed; we may not.
TEST(EcnState, TheAnswerToAnOfferThatWasTakenBack) {
  EcnState a(true, true);
  wire::TcpFlags syn{.syn = true};
  a.DecorateSyn(syn, false);
  a.DecorateSyn(syn, true);
  EXPECT_FALSE(syn.ece || syn.cwr);
  a.OnSynAck({.syn = true, .ack = true, .ece = true});
  EXPECT_FALSE(a.in_use());
  EXPECT_TRUE(a.OnReceived(Ecn::kCe, {.ack = true}));
  wire::TcpFlags ack{.ack = true};
  a.Decorate(ack);
  EXPECT_TRUE(ack.ece);
}

TEST(EcnState, NothingIsEchoedWithoutAgreement) {
  EcnState a(true, true);
  wire::TcpFlags syn{.syn = true};
  a.DecorateSyn(syn, false);
  a.OnSynAck({.syn = true, .ack = true});
  EXPECT_FALSE(a.OnReceived(Ecn::kCe, {.ack = true}));
  EXPECT_FALSE(a.IsEcho({.ack = true, .ece = true}));
}

TEST(EcnState, AnEchoCountsOnlyForWhoSentEct) {
  EcnState b = Negotiated();
  EXPECT_FALSE(b.IsEcho({.ack = true, .ece = true}));
  wire::TcpFlags flags;
  b.OnNewData(flags);
  EXPECT_TRUE(b.IsEcho({.ack = true, .ece = true}));
}

TEST(EcnState, TimeoutsWithoutAnyMarkedSegmentArrivingEndEct) {
  EcnState b = Negotiated();
  wire::TcpFlags flags;
  EXPECT_FALSE(b.OnTimeout()) << "nothing was sent with ECT";
  b.OnNewData(flags);
  EXPECT_FALSE(b.OnTimeout());
  b.OnFirstAttemptDelivered();
  EXPECT_FALSE(b.OnTimeout());
  EXPECT_TRUE(b.OnTimeout());
  EXPECT_EQ(b.OnNewData(flags), Ecn::kNotEct);
  b.OnReceived(Ecn::kCe, {.ack = true});
  b.Decorate(flags);
  EXPECT_TRUE(flags.ece) << "the other direction goes on";
}

}  // namespace
}  // namespace mptcpp::tcp
