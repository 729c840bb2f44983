// SPDX-License-Identifier: Apache-2.0
#include "trace/connection_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/keys.h"
#include "crypto/keys_v0.h"
#include "trace/packets_for_testing.h"
#include "wire/checksum.h"
#include "wire/mptcp_v0_capable.h"

namespace mptcpp::trace {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kKeyA = 0x0102030405060708, kKeyB = 0x1112131415161718;
constexpr Dsn kFirstA(0xf5a101d3d29d6f73), kFirstB(0x535beea38e087c8f);
constexpr wire::TcpFlags kSyn{.syn = true}, kSynAck{.syn = true, .ack = true}, kAck{.ack = true};

const SocketAddress kClient{IpAddress::V4(192, 0, 2, 1), 40000};
const SocketAddress kServer{IpAddress::V4(198, 51, 100, 5), 80};
const SocketAddress kClient2{IpAddress::V4(192, 0, 2, 33), 40001};

class ConnectionTrackerTest : public ::testing::Test {
 protected:
  const TrackedSegment& Send(TestPacket packet) {
    packet.at_us = clock_ += 100;
    bytes_ = IpBytes(packet);
    const auto index =
        tracker_.Add({.number = ++number_, .at = Instant::FromNanos(1000 * packet.at_us), .ip = bytes_, .complete = complete_});
    EXPECT_TRUE(index.has_value());
    return tracker_.segments()[*index];
  }
  const TrackedSegment& FromClient(wire::TcpFlags flags, std::uint32_t seq, std::vector<std::byte> options,
                                   std::string payload = "") {
    return Send({.from = kClient,
                 .to = kServer,
                 .flags = flags,
                 .seq = 1000 + seq,
                 .ack = flags.syn ? 0u : 5001u,
                 .options = std::move(options),
                 .payload = std::move(payload)});
  }
  const TrackedSegment& FromServer(wire::TcpFlags flags, std::uint32_t seq, std::vector<std::byte> options,
                                   std::string payload = "") {
    return Send({.from = kServer,
                 .to = kClient,
                 .flags = flags,
                 .seq = 5000 + seq,
                 .ack = 1001,
                 .options = std::move(options),
                 .payload = std::move(payload)});
  }
  static std::vector<std::byte> Capable(wire::MpCapable value) { return Option(wire::WriteMpCapable, value); }
  static std::vector<std::byte> Mapping(Dsn dsn, std::uint32_t ssn, std::uint16_t length, std::optional<std::uint16_t> checksum,
                                        bool wide = true, bool fin = false) {
    const wire::WireDsn number{.value = wide ? dsn.value() : dsn.low32(), .is_64_bit = wide};
    return Option(
        wire::WriteDss,
        wire::Dss{.mapping = wire::DssMapping{.dsn = number, .subflow_seq = ssn, .length = length, .checksum = checksum},
                  .data_fin = fin});
  }
  void Handshake(bool checksum = false) {
    const wire::MpCapableFlags flags{.checksum_required = checksum};
    FromClient(kSyn, 0, Capable({.flags = flags}));
    FromServer(kSynAck, 0, Capable({.flags = flags, .sender_key = kKeyB}));
    FromClient(kAck, 1, Capable({.flags = flags, .sender_key = kKeyA, .receiver_key = kKeyB}));
  }
  const TrackedConnection& connection(std::size_t i = 0) const { return tracker_.connections().at(i); }
  std::vector<std::string> Problems(std::size_t i = 0) const {
    std::vector<std::string> texts;
    for (const Finding& finding : connection(i).findings) {
      if (finding.is_problem) texts.push_back(finding.text);
    }
    return texts;
  }

  ConnectionTracker tracker_;
  std::vector<std::byte> bytes_;
  std::int64_t clock_ = 0;
  std::uint64_t number_ = 0;
  bool complete_ = true;
};

TEST_F(ConnectionTrackerTest, LearnsKeysTokensAndWhereNumbersBegin) {
  Handshake();
  EXPECT_EQ(connection().protocol, Protocol::kMptcpV1);
  EXPECT_EQ(connection().token[0], Token(0x66840dda));
  EXPECT_EQ(connection().token[1], Token(0xccad45ac));
  EXPECT_EQ(connection().idsn[0], kFirstA - 1);
  EXPECT_EQ(tracker_.segments()[2].key, Verdict::kRight);
  EXPECT_EQ(tracker_.subflows()[0].isn[0], SeqNum(1000));
  EXPECT_EQ(tracker_.subflows()[0].isn[1], SeqNum(5000));
  EXPECT_THAT(connection().findings, IsEmpty());
}

TEST_F(ConnectionTrackerTest, AWrongEchoIsNoticed) {
  FromClient(kSyn, 0, Capable({}));
  FromServer(kSynAck, 0, Capable({.sender_key = kKeyB}));
  EXPECT_EQ(FromClient(kAck, 1, Capable({.sender_key = kKeyA, .receiver_key = kKeyB + 1})).key, Verdict::kWrong);
  EXPECT_THAT(Problems(), SizeIs(1));
}

TEST_F(ConnectionTrackerTest, AJoinBelongsToTheConnectionOfItsToken) {
  Handshake();
  Send({.from = kClient2, .to = kServer, .flags = kSyn, .seq = 77, .options = FromHex("1e0c1102ccad45acaabbccdd")});
  const auto& answer = Send({.from = kServer,
                             .to = kClient2,
                             .flags = kSynAck,
                             .seq = 99,
                             .ack = 78,
                             .options = FromHex("1e1010003cf9fc7dd070c15d10203040")});
  EXPECT_EQ(answer.hmac, Verdict::kRight);
  EXPECT_EQ(answer.from, Side::kServer);
  const auto& third = Send({.from = kClient2,
                            .to = kServer,
                            .flags = kAck,
                            .seq = 78,
                            .ack = 100,
                            .options = FromHex("1e181000ae0507dd6d0b48ebb1a1e2720a9aba214f4a2b79")});
  EXPECT_EQ(third.hmac, Verdict::kRight);
  EXPECT_THAT(tracker_.connections(), SizeIs(1));
  ASSERT_THAT(connection().subflows, SizeIs(2));
  const TrackedSubflow& joined = tracker_.subflows()[1];
  EXPECT_TRUE(joined.is_join);
  EXPECT_TRUE(joined.backup);
  EXPECT_EQ(joined.opener, Side::kClient);
  EXPECT_EQ(joined.address_id[0], AddressId(2));
  EXPECT_EQ(joined.address_id[1], AddressId(0));
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ConnectionTrackerTest, TheServerMayJoinToo) {
  Handshake();
  Send({.from = kServer, .to = kClient2, .flags = kSyn, .seq = 1, .options = FromHex("1e0c100366840dda10203040")});
  EXPECT_EQ(tracker_.subflows()[1].opener, Side::kServer);
  // The client answers with HMAC(KA||KB, RA||RB), as it does when it asks.
  const auto& answer = Send({.from = kClient2,
                             .to = kServer,
                             .flags = kSynAck,
                             .seq = 5,
                             .ack = 2,
                             .options = FromHex("1e101000ae0507dd6d0b48ebaabbccdd")});
  EXPECT_EQ(answer.from, Side::kClient);
  EXPECT_EQ(answer.hmac, Verdict::kRight);
}

TEST_F(ConnectionTrackerTest, AFlippedBitInAnHmacIsNoticed) {
  Handshake();
  Send({.from = kClient2, .to = kServer, .flags = kSyn, .seq = 77, .options = FromHex("1e0c1002ccad45acaabbccdd")});
  EXPECT_EQ(Send({.from = kServer,
                  .to = kClient2,
                  .flags = kSynAck,
                  .seq = 99,
                  .ack = 78,
                  .options = FromHex("1e1010003cf9fc7dd070c15c10203040")})
                .hmac,
            Verdict::kWrong);
  EXPECT_THAT(Problems(), ::testing::ElementsAre(HasSubstr("HMAC of MP_JOIN")));
}

TEST_F(ConnectionTrackerTest, AJoinWithoutItsHandshakeIsUnchecked) {
  Send({.from = kClient2, .to = kServer, .flags = kSyn, .seq = 77, .options = FromHex("1e0c1002ccad45acaabbccdd")});
  EXPECT_EQ(Send({.from = kServer,
                  .to = kClient2,
                  .flags = kSynAck,
                  .seq = 99,
                  .ack = 78,
                  .options = FromHex("1e1010003cf9fc7dd070c15d10203040")})
                .hmac,
            Verdict::kUnchecked);
  Send({.from = {kClient2.address, 40002},
        .to = kServer,
        .flags = kSyn,
        .seq = 7,
        .options = FromHex("1e0c1004ccad45acaabbccdd")});
  EXPECT_THAT(connection().subflows, SizeIs(2));  // the same token: the same connection
  EXPECT_EQ(connection().protocol, Protocol::kMptcpV1);
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ConnectionTrackerTest, ChecksTheHmacOfAddAddr) {
  Handshake();
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e103002c000022122405bc9f152e4b7")).hmac, Verdict::kRight);
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e123002c000022120fbfec342f6fa361f1e")).hmac, Verdict::kRight);
  EXPECT_EQ(FromServer(kAck, 1, FromHex("1e1c300320010db8000000000000000000000077ed14d0cb0d325ada")).hmac, Verdict::kRight);
  EXPECT_EQ(FromServer(kAck, 1, FromHex("1e083102c0000221")).hmac, Verdict::kNone);                   // an echo has none
  EXPECT_EQ(FromServer(kAck, 1, FromHex("1e103002c000022122405bc9f152e4b7")).hmac, Verdict::kWrong);  // the other host's
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e123002c000022120fb22405bc9f152e4b7")).hmac, Verdict::kWrong);
  EXPECT_THAT(Problems(), ::testing::ElementsAre(HasSubstr("is wrong"), HasSubstr("leaves the port out")));
}

TEST_F(ConnectionTrackerTest, DataSequenceNumbersAreRelative) {
  Handshake();
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e160101010203040506070811121314151617180004"), "abcd").dsn, 1);
  EXPECT_EQ(FromServer(kAck, 1, FromHex("1e0c2003f5a101d3d29d6f77")).data_ack, 5);
  EXPECT_EQ(FromClient(kAck, 5, Mapping(kFirstA + 4, 5, 2, std::nullopt, false), "ef").dsn, 5);
  EXPECT_EQ(FromServer(kAck, 1, Mapping(kFirstB, 1, 3, std::nullopt), "xyz").dsn, 1);
}

TEST_F(ConnectionTrackerTest, NumbersBeginWithTheFirstSeenIfTheHandshakeIsMissing) {
  EXPECT_EQ(FromClient(kAck, 501, Mapping(Dsn(0xfffffff0), 501, 4, std::nullopt, false), "abcd").dsn, 1);
  EXPECT_EQ(FromClient(kAck, 505, Mapping(Dsn(0x4), 505, 4, std::nullopt, false), "efgh").dsn, 21);  // over the wrap
  EXPECT_EQ(tracker_.subflows()[0].isn[0], SeqNum(1500));
  EXPECT_EQ(connection().protocol, Protocol::kMptcpV1);
  EXPECT_EQ(tracker_.subflows()[0].opener, Side::kClient);  // the higher port
}

TEST_F(ConnectionTrackerTest, ChecksMappingChecksums) {
  Handshake(true);
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e18018101020304050607081112131415161718000401ae"), "abcd").checksum, Verdict::kRight);
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e14200cf5a101d3d29d6f7300000001000ac164"), "0123456789").checksum, Verdict::kRight);
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e102004d29d6f7300000001000ac164"), "0123456789").checksum, Verdict::kRight);
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e14200cf5a101d3d29d6f7300000001000ac164"), "0123456780").checksum, Verdict::kWrong);
  EXPECT_EQ(FromClient(kAck, 11, FromHex("1e1c201f535beea38e087c8ff5a101d3d29d6f7d000000000001c66e")).checksum, Verdict::kRight);
  EXPECT_THAT(Problems(), SizeIs(1));
}

TEST_F(ConnectionTrackerTest, AMappingIsCheckedOverItsSegmentsInAnyOrder) {
  Handshake(true);
  const auto mapping = Mapping(kFirstA, 1, 5, 0x82a1);  // "hello"
  EXPECT_EQ(FromClient(kAck, 1, mapping, "h").checksum, Verdict::kUnchecked);
  const std::size_t carrier = tracker_.segments().size() - 1;
  FromClient(kAck, 4, {}, "lo");
  FromClient(kAck, 1, mapping, "hel");  // the first byte again, and the rest
  EXPECT_EQ(tracker_.segments()[carrier].checksum, Verdict::kRight);
}

TEST_F(ConnectionTrackerTest, WhatWasCutOffIsNotChecked) {
  Handshake(true);
  complete_ = false;
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e14200cf5a101d3d29d6f7300000001000ac164"), "0123456789").checksum, Verdict::kUnchecked);
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ConnectionTrackerTest, AMissingChecksumIsAProblemIfAgreedOn) {
  Handshake(true);
  FromClient(kAck, 1, Mapping(kFirstA, 1, 4, std::nullopt), "abcd");
  EXPECT_THAT(Problems(), ::testing::ElementsAre(HasSubstr("without the checksum")));
}

TEST_F(ConnectionTrackerTest, Version0HashesItsKeysOtherwise) {
  FromClient(kSyn, 0, FromHex("1e0c00010102030405060708"));
  FromServer(kSynAck, 0, FromHex("1e0c00011112131415161718"));
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e14000101020304050607081112131415161718")).key, Verdict::kRight);
  EXPECT_EQ(connection().protocol, Protocol::kMptcpV0);
  EXPECT_EQ(connection().token[1], Token(0x3383d918));
  Send({.from = kClient2, .to = kServer, .flags = kSyn, .seq = 77, .options = FromHex("1e0c10023383d918aabbccdd")});
  EXPECT_EQ(Send({.from = kServer,
                  .to = kClient2,
                  .flags = kSynAck,
                  .seq = 99,
                  .ack = 78,
                  .options = FromHex("1e101000e5b0bff87386884910203040")})
                .hmac,
            Verdict::kRight);
  EXPECT_EQ(Send({.from = kClient2,
                  .to = kServer,
                  .flags = kAck,
                  .seq = 78,
                  .ack = 100,
                  .options = FromHex("1e181000b66429359483ffdf92a6cf5a57ba03465dbf7f8c")})
                .hmac,
            Verdict::kRight);
  EXPECT_THAT(tracker_.connections(), SizeIs(1));
}

TEST_F(ConnectionTrackerTest, Version0OffersAreNoAgreement) {
  FromClient(kSyn, 0, FromHex("1e0c00010102030405060708"));
  FromServer(kSynAck, 0, {});
  EXPECT_EQ(connection().protocol, Protocol::kTcp);
}

TEST_F(ConnectionTrackerTest, AnAnswerWithoutTheOptionIsPlainTcp) {
  FromClient(kSyn, 0, Capable({}));
  FromServer(kSynAck, 0, {});
  EXPECT_EQ(connection().protocol, Protocol::kTcp);
  EXPECT_TRUE(connection().offered_mptcp);
  EXPECT_THAT(connection().findings, SizeIs(1));
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(ConnectionTrackerTest, RetransmissionsAndReusedPorts) {
  FromClient(kSyn, 0, {});
  EXPECT_TRUE(FromClient(kSyn, 0, {}).retransmission);
  FromServer(kSynAck, 0, {});
  EXPECT_FALSE(FromClient(kAck, 1, {}, "abcd").retransmission);
  EXPECT_FALSE(FromClient(kAck, 5, {}, "ef").retransmission);
  EXPECT_TRUE(FromClient(kAck, 1, {}, "abcd").retransmission);
  EXPECT_THAT(tracker_.connections(), SizeIs(1));
  FromClient({.rst = true}, 7, {});
  FromClient(kSyn, 500000, {});
  EXPECT_THAT(tracker_.connections(), SizeIs(2));
}

TEST_F(ConnectionTrackerTest, FastcloseShowsTheReceiversKey) {
  Handshake();
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e0c70001112131415161718")).key, Verdict::kRight);
  EXPECT_EQ(FromClient(kAck, 1, FromHex("1e0c70000102030405060708")).key, Verdict::kWrong);
}

TEST_F(ConnectionTrackerTest, OtherPacketsAreNotSegments) {
  EXPECT_FALSE(tracker_.Add({.number = 1, .ip = {}}).has_value());
  auto bytes = IpBytes({.from = kClient, .to = kServer, .flags = kSyn});
  EXPECT_FALSE(tracker_.Add({.number = 1, .ip = std::span(bytes).first(30)}).has_value());
  EXPECT_THAT(tracker_.connections(), IsEmpty());
}

}  // namespace
}  // namespace mptcpp::trace
