// SPDX-License-Identifier: Apache-2.0
#include "tcp/acceptance.h"

#include <gtest/gtest.h>

#include <vector>

namespace mptcpp::tcp {
namespace {

// RCV.NXT 1000, window 500; SND.UNA 5000, SND.NXT 5100, largest window ever 200.
AcceptanceFacts Facts(std::uint32_t window = 500) {
  return {.rcv_nxt = SeqNum(1000), .window = window, .snd_una = SeqNum(5000), .snd_nxt = SeqNum(5100), .max_snd_wnd = 200};
}

wire::SegmentView Segment(std::uint32_t seq, std::size_t length, std::uint32_t ack, wire::TcpFlags flags = {.ack = true}) {
  static const std::vector<std::byte> bytes(2000);
  wire::SegmentView s;
  s.seq = SeqNum(seq);
  s.ack = SeqNum(ack);
  s.flags = flags;
  s.payload = std::span(bytes).first(length);
  return s;
}

TEST(Window, WithoutPayload) {
  EXPECT_FALSE(InWindow(SeqNum(999), 0, SeqNum(1000), 500));
  EXPECT_TRUE(InWindow(SeqNum(1000), 0, SeqNum(1000), 500));
  EXPECT_TRUE(InWindow(SeqNum(1500), 0, SeqNum(1000), 500)) << "a pure ACK behind a full window of lost data";
  EXPECT_FALSE(InWindow(SeqNum(1501), 0, SeqNum(1000), 500));
  EXPECT_TRUE(InWindow(SeqNum(1000), 0, SeqNum(1000), 0));
  EXPECT_FALSE(InWindow(SeqNum(1001), 0, SeqNum(1000), 0));
}

TEST(Window, WithPayload) {
  EXPECT_FALSE(InWindow(SeqNum(900), 100, SeqNum(1000), 500)) << "all old";
  EXPECT_TRUE(InWindow(SeqNum(900), 101, SeqNum(1000), 500));
  EXPECT_TRUE(InWindow(SeqNum(1499), 100, SeqNum(1000), 500));
  EXPECT_FALSE(InWindow(SeqNum(1500), 1, SeqNum(1000), 500));
  EXPECT_TRUE(InWindow(SeqNum(900), 1000, SeqNum(1000), 500)) << "covers the window";
  EXPECT_TRUE(InWindow(SeqNum(1000), 100, SeqNum(1000), 0)) << "its ACK counts at a shut window";
  EXPECT_FALSE(InWindow(SeqNum(1001), 100, SeqNum(1000), 0));
}

TEST(Window, AcrossTheWrap) {
  EXPECT_TRUE(InWindow(SeqNum(3), 10, SeqNum(0xfffffff0), 100));
  EXPECT_TRUE(InWindow(SeqNum(0xffffffe0), 0x20, SeqNum(0xfffffff0), 100));
  EXPECT_FALSE(InWindow(SeqNum(0xffffffe0), 0x10, SeqNum(0xfffffff0), 100));
}

TEST(Reset, OnlyTheExactNumberIsObeyed) {  // RFC 5961 3.2
  const wire::TcpFlags rst{.rst = true};
  EXPECT_EQ(Judge(Segment(1000, 0, 0, rst), Facts()), Acceptance::kReset);
  EXPECT_EQ(Judge(Segment(1000, 0, 0, rst), Facts(0)), Acceptance::kReset);
  EXPECT_EQ(Judge(Segment(1001, 0, 0, rst), Facts()), Acceptance::kChallenge);
  EXPECT_EQ(Judge(Segment(1499, 0, 0, rst), Facts()), Acceptance::kChallenge);
  EXPECT_EQ(Judge(Segment(1500, 0, 0, rst), Facts()), Acceptance::kDrop);
  EXPECT_EQ(Judge(Segment(999, 0, 0, rst), Facts()), Acceptance::kDrop);
}

TEST(Reset, PawsDoesNotProtectAgainstIt) {  // RFC 7323 5.3 R1
  AcceptanceFacts facts = Facts();
  facts.old_timestamp = true;
  EXPECT_EQ(Judge(Segment(1000, 0, 0, {.rst = true}), facts), Acceptance::kReset);
  EXPECT_EQ(Judge(Segment(1000, 10, 5000), facts), Acceptance::kPaws);
}

TEST(Syn, IsChallengedWhereverItStands) {  // RFC 5961 4.2
  EXPECT_EQ(Judge(Segment(1000, 0, 0, {.syn = true}), Facts()), Acceptance::kChallenge);
  EXPECT_EQ(Judge(Segment(77, 0, 5000, {.syn = true, .ack = true}), Facts()), Acceptance::kChallenge);
}

TEST(Ack, RangeOfRfc5961) {
  EXPECT_EQ(Judge(Segment(1000, 10, 5100), Facts()), Acceptance::kAccept);
  EXPECT_EQ(Judge(Segment(1000, 10, 5101), Facts()), Acceptance::kAckTooNew);
  EXPECT_EQ(Judge(Segment(1000, 10, 4800), Facts()), Acceptance::kAccept);
  EXPECT_EQ(Judge(Segment(1000, 10, 4799), Facts()), Acceptance::kAckTooOld);
  EXPECT_EQ(Judge(Segment(1000, 10, 5000, {}), Facts()), Acceptance::kDrop) << "no ACK flag";
}

TEST(Ack, InSynReceivedMustCoverTheSyn) {
  AcceptanceFacts facts = Facts();
  facts.syn_received = true;
  EXPECT_EQ(Judge(Segment(1000, 0, 5001), facts), Acceptance::kAccept);
  EXPECT_EQ(Judge(Segment(1000, 0, 5000), facts), Acceptance::kAckRefused);
  EXPECT_EQ(Judge(Segment(1000, 0, 5101), facts), Acceptance::kAckRefused);
}

TEST(Outside, TheWindowComesBeforeTheAck) { EXPECT_EQ(Judge(Segment(2000, 10, 9999), Facts()), Acceptance::kOutside); }

}  // namespace
}  // namespace mptcpp::tcp
