// SPDX-License-Identifier: Apache-2.0
#include "tcp/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace mptcpp::tcp {
namespace {

using ::testing::ElementsAre;

SynOptions FullOffer() { return OfferFor(TcpOptions{}, 1460, Bytes::MiB(6)); }

wire::TcpOptions FullPeer() {
  wire::TcpOptions peer;
  peer.mss = 1400;
  peer.window_scale = 8;
  peer.sack_permitted = true;
  peer.timestamps = wire::Timestamps{.value = 1, .echo_reply = 0};
  return peer;
}

std::vector<int> Written(const SynOptions& syn) {
  std::array<std::byte, 40> out;
  const std::size_t n = WriteSynOptions(syn, {.value = 0x01020304, .echo_reply = 0x05060708}, out);
  std::vector<int> bytes;
  for (std::size_t i = 0; i < n; ++i) bytes.push_back(std::to_integer<int>(out[i]));
  return bytes;
}

TEST(Handshake, BothWantEverything) {
  const Negotiated n = Negotiate(FullOffer(), FullPeer(), false);
  EXPECT_EQ(n.peer_mss, 1400u);
  EXPECT_TRUE(n.sack);
  EXPECT_TRUE(n.timestamps);
  EXPECT_EQ(n.send_shift, 8);
  EXPECT_EQ(n.receive_shift, 7);
}

TEST(Handshake, ScalingNeedsBothSides) {  // RFC 7323 2.2
  wire::TcpOptions peer = FullPeer();
  peer.window_scale.reset();
  const Negotiated n = Negotiate(FullOffer(), peer, false);
  EXPECT_EQ(n.receive_shift, 0);
  EXPECT_FALSE(Answer(FullOffer(), n).window_shift.has_value());
}

TEST(Handshake, ShiftAboveFourteenIsFourteen) {
  wire::TcpOptions peer = FullPeer();
  peer.window_scale = 200;
  EXPECT_EQ(Negotiate(FullOffer(), peer, false).send_shift, 14);
}

TEST(Handshake, MssWhenAbsent) {  // RFC 9293 MUST-15
  EXPECT_EQ(Negotiate(FullOffer(), {}, false).peer_mss, 536u);
  EXPECT_EQ(Negotiate(FullOffer(), {}, true).peer_mss, 1220u);
}

TEST(Handshake, BytesOfTheUsualSyn) {
  EXPECT_THAT(Written(FullOffer()), ElementsAre(2, 4, 0x05, 0xb4,              // MSS 1460
                                                4, 2,                          // SACK permitted
                                                8, 10, 1, 2, 3, 4, 5, 6, 7, 8,  // timestamps
                                                1, 3, 3, 7));                  // window scale
}

TEST(Handshake, BytesWithoutTimestampsOrSack) {
  SynOptions syn = FullOffer();
  syn.timestamps = false;
  EXPECT_THAT(Written(syn), ElementsAre(2, 4, 5, 0xb4, 4, 2, 1, 1, 1, 3, 3, 7));
  syn.sack = false;
  EXPECT_THAT(Written(syn), ElementsAre(2, 4, 5, 0xb4, 1, 3, 3, 7));
  syn.window_shift.reset();
  EXPECT_THAT(Written(syn), ElementsAre(2, 4, 5, 0xb4));
  syn.timestamps = true;
  EXPECT_THAT(Written(syn), ElementsAre(2, 4, 5, 0xb4, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8));
}

}  // namespace
}  // namespace mptcpp::tcp
