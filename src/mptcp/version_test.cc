// SPDX-License-Identifier: Apache-2.0
// Two connections that speak version 0 (RFC 6824), or have to find out which version the other one speaks (RFC 8684 3.1).
#include "mptcp/connection_pair.h"
#include "mptcp/join.h"

namespace mptcpp::core {
namespace {

constexpr std::uint64_t kSome = 300'000;
constexpr std::uint64_t kLittle = 200'000;  // fits the receive buffer

bool IsFromClient(const TestWire& wire) { return wire.to == ConnectionPair::kServer; }

class Version0 : public testing::Test {
 protected:
  Version0() { pair_.client().options.version = pair_.server().options.version = VersionPolicy::kVersion0; }
  void ExpectVersion(std::optional<MptcpVersion> version) {
    EXPECT_EQ(pair_.c().Info().version, version);
    EXPECT_EQ(pair_.s().Info().version, version);
  }
  ConnectionPair pair_;
};

// Covers: V0-1, V0-3
TEST_F(Version0, KeysTravelInTheSynAndNoDataBesideThem) {
  pair_.capture = true;
  pair_.client().to_write = 4000;
  pair_.Open();
  pair_.RunUntil([&] { return pair_.server().read == 4000; });
  ASSERT_GE(pair_.captured.size(), 4u);
  const auto syn = FindCapable(pair_.captured[0].view), syn_ack = FindCapable(pair_.captured[1].view),
             ack = FindCapable(pair_.captured[2].view);
  ASSERT_TRUE(syn && syn_ack && ack);
  EXPECT_EQ(syn->version, 0);
  EXPECT_TRUE(syn->sender_key && !syn->receiver_key);
  EXPECT_TRUE(syn_ack->sender_key && !syn_ack->receiver_key);
  EXPECT_EQ(ack->sender_key, syn->sender_key);
  EXPECT_EQ(ack->receiver_key, syn_ack->sender_key);
  EXPECT_TRUE(pair_.captured[2].view.payload.empty());
  for (std::size_t i = 3; i < pair_.captured.size(); ++i) EXPECT_FALSE(FindCapable(pair_.captured[i].view)) << i;
  ExpectVersion(MptcpVersion::k0);
}

// Covers: V0-2
TEST_F(Version0, TokensAndProofsAreSha1) {
  pair_.capture = true;
  pair_.Open();
  const auto syn_ack = FindCapable(pair_.captured[1].view);
  ASSERT_TRUE(syn_ack);
  EXPECT_EQ(pair_.s().Info().local_token, DialectOf(MptcpVersion::k0).Derive(crypto::Key(*syn_ack->sender_key)).token);
  pair_.client().to_write = 10;
  pair_.RunUntil([&] { return pair_.server().read == 10; });
  pair_.AddPath(1);
  ASSERT_TRUE(pair_.RunUntil([&] { return pair_.s().Info().subflow_count == 2 && pair_.c().Info().subflow_count == 2; }));
  pair_.TransferAndClose(kSome, kSome);
}

TEST(Dialect, ProofsAreThoseOfTheVectors) {
  const crypto::Key a(0x0102030405060708), b(0x1112131415161718);
  const Dialect& v0 = DialectOf(MptcpVersion::k0);
  EXPECT_EQ(v0.ProveJoin(b, a, 0x10203040, 0xaabbccdd).Leftmost64(), 0xe5b0bff873868849u);
  EXPECT_EQ(v0.Derive(a).idsn, Dsn(0x3a95ed6e4ebb4ad5));
  const Dialect& v1 = DialectOf(MptcpVersion::k1);
  EXPECT_EQ(v1.ProveJoin(b, a, 0x10203040, 0xaabbccdd).Leftmost64(), 0x3cf9fc7dd070c15du);
  EXPECT_EQ(v1.Derive(a).idsn, Dsn(0xf5a101d3d29d6f72));
}

// RFC 6824 3.1: no data carries the keys, so the first packet after the SYN/ACK has to.
TEST_F(Version0, ALostThirdAckMeansTcp) {
  bool lost = false;
  pair_.filter = [&](TestWire& wire) {
    const bool third = IsFromClient(wire) && !wire.view.flags.syn && !lost;
    lost |= third;
    return !third;
  };
  pair_.Connect();
  pair_.TransferAndClose(kSome, kSome);
  EXPECT_EQ(pair_.s().Info().fallback, FallbackReason::kThirdAckWithoutOption);
  EXPECT_NE(pair_.c().Info().mode, Mode::kMultipath);
  EXPECT_FALSE(pair_.s().Info().version);
}

TEST_F(Version0, ChecksumsOverTwoPathsWithLoss) {
  pair_.client().options.checksum = true;
  pair_.paths[0].loss = pair_.paths[1].loss = 0.01;
  pair_.Open();
  pair_.client().to_write = 10;
  pair_.RunUntil([&] { return pair_.server().read == 10; });
  pair_.AddPath(1);
  pair_.TransferAndClose(2'000'000, kSome);
  ExpectVersion(MptcpVersion::k0);
  EXPECT_TRUE(pair_.s().Info().checksum);
}

TEST_F(Version0, ChangedPayloadOnTheOnlySubflowLeadsToTcp) {
  pair_.client().options.checksum = true;
  int data = 0;
  pair_.filter = [&](TestWire& wire) {
    if (IsFromClient(wire) && !wire.view.payload.empty() && ++data == 20) {
      wire.bytes.back() ^= std::byte{1};
      wire.Mend();
    }
    return true;
  };
  pair_.Open();
  pair_.server().reading = false;  // the changed byte is among what TCP delivers, and the stream test would complain
  pair_.client().to_write = kLittle;
  pair_.RunUntil([&] { return pair_.s().Info().bytes_received == kLittle; });
  EXPECT_EQ(pair_.s().Info().fallback, FallbackReason::kChecksum);
  EXPECT_EQ(pair_.c().Info().fallback, FallbackReason::kPeerReportedFailure);
  EXPECT_EQ(pair_.c().Info().mode, Mode::kInfiniteMapping);
  EXPECT_EQ(pair_.s().Info().bytes_received, kLittle);
}

// --- who speaks what --------------------------------------------------------------------------------------------------------

struct Meeting {
  VersionPolicy client, server;
  std::optional<MptcpVersion> result;
  FallbackReason at_client, at_server;
};

class Versions : public testing::TestWithParam<Meeting> {};
using enum VersionPolicy;
INSTANTIATE_TEST_SUITE_P(
    All, Versions,
    testing::Values(Meeting{kVersion1, kVersion1, MptcpVersion::k1, FallbackReason::kNone, FallbackReason::kNone},
                    Meeting{kVersion1, kAuto, MptcpVersion::k1, FallbackReason::kNone, FallbackReason::kNone},
                    Meeting{kAuto, kVersion1, MptcpVersion::k1, FallbackReason::kNone, FallbackReason::kNone},
                    Meeting{kAuto, kAuto, MptcpVersion::k1, FallbackReason::kNone, FallbackReason::kNone},
                    Meeting{kVersion0, kAuto, MptcpVersion::k0, FallbackReason::kNone, FallbackReason::kNone},
                    Meeting{kVersion0, kVersion1, {}, FallbackReason::kPeerNotCapable, FallbackReason::kVersionNotSpoken},
                    Meeting{kVersion1, kVersion0, {}, FallbackReason::kPeerNotCapable, FallbackReason::kVersionNotSpoken}));

// Covers: CAP-10, CAP-11
TEST_P(Versions, TheServerAnswersInTheClientsVersion) {
  ConnectionPair pair;
  pair.client().options.version = GetParam().client;
  pair.server().options.version = GetParam().server;
  pair.capture = true;
  pair.Open();
  const auto offered = FindCapable(pair.captured[0].view);
  ASSERT_TRUE(offered);
  EXPECT_EQ(offered->version, GetParam().client == kVersion0 ? 0 : 1);
  EXPECT_EQ(pair.c().Info().version, GetParam().result);
  EXPECT_EQ(pair.s().Info().version, GetParam().result);
  EXPECT_EQ(pair.c().Info().fallback, GetParam().at_client);
  EXPECT_EQ(pair.s().Info().fallback, GetParam().at_server);
  pair.TransferAndClose(kSome, kSome);
}

}  // namespace
}  // namespace mptcpp::core
