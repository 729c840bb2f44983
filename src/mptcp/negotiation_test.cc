// SPDX-License-Identifier: Apache-2.0
// The MP_CAPABLE and MP_JOIN handshakes as decisions.
#include "mptcp/negotiation.h"

#include <gtest/gtest.h>

#include "mptcp/join.h"

namespace mptcpp::core {
namespace {

const crypto::Key kKeyA(0x0102030405060708);
const crypto::Key kKeyB(0x1112131415161718);
const Dialect& kV0 = DialectOf(MptcpVersion::k0);
const Dialect& kV1 = DialectOf(MptcpVersion::k1);

// Covers: CAP-29
TEST(Negotiation, ChecksumsIfEitherSideWantsThem) {
  for (const bool client : {false, true}) {
    for (const bool server : {false, true}) {
      ConnectionOptions a{.checksum = client};
      ConnectionOptions b{.checksum = server};
      const Negotiated at_server = OnCapableSyn(CapableSyn(kV1, a, kKeyA), b);
      ASSERT_TRUE(at_server.multipath);
      const Negotiated at_client = OnCapableSynAck(kV1, CapableSynAck(kV1, kKeyB, at_server.checksum, false), a);
      ASSERT_TRUE(at_client.multipath);
      EXPECT_EQ(at_client.peer_key, kKeyB.value());
      const Negotiated done = OnCapableAck({kV1, kKeyB, {}, at_server.checksum, at_server.peer_denies_join},
                                           CapableAck(kV1, kKeyA, kKeyB, at_client.checksum, false));
      ASSERT_TRUE(done.multipath);
      EXPECT_EQ(done.checksum, client || server);
      EXPECT_EQ(done.peer_key, kKeyA.value());
    }
  }
}

TEST(Negotiation, SynsThatAreNotForUs) {
  const ConnectionOptions options;
  EXPECT_FALSE(OnCapableSyn(std::nullopt, options).multipath);
  auto version_0 = CapableSyn(kV1, options, kKeyA);
  version_0.version = 0;
  EXPECT_FALSE(OnCapableSyn(version_0, options).multipath);
  auto with_key = CapableSyn(kV1, options, kKeyA);
  with_key.sender_key = 1;
  EXPECT_FALSE(OnCapableSyn(with_key, options).multipath);
  auto extended = CapableSyn(kV1, options, kKeyA);
  extended.flags.extensibility = true;
  EXPECT_FALSE(OnCapableSyn(extended, options).multipath);
  auto no_crypto = CapableSyn(kV1, options, kKeyA);
  no_crypto.flags.crypto = 0;
  EXPECT_FALSE(OnCapableSyn(no_crypto, options).multipath);
  auto other_crypto = CapableSyn(kV1, options, kKeyA);
  other_crypto.flags.crypto = 0x02;
  EXPECT_FALSE(OnCapableSyn(other_crypto, options).multipath);
  EXPECT_EQ(OnCapableSyn(CapableSyn(kV1, options, kKeyA), ConnectionOptions{.multipath = false}).reason, FallbackReason::kNotRequested);
}

// Covers: CAP-11
TEST(Negotiation, AHigherVersionIsAnsweredWithOurs) {
  const ConnectionOptions options;
  auto version_2 = CapableSyn(kV1, options, kKeyA);
  version_2.version = 2;
  EXPECT_TRUE(OnCapableSyn(version_2, options).multipath);
  EXPECT_EQ(CapableSynAck(kV1, kKeyB, false, false).version, 1);
}

TEST(Negotiation, SynAcksThatAreNotForUs) {
  const ConnectionOptions options;
  EXPECT_FALSE(OnCapableSynAck(kV1, std::nullopt, options).multipath);
  EXPECT_FALSE(OnCapableSynAck(kV1, CapableSyn(kV1, options, kKeyA), options).multipath) << "a mirror";
  auto version_2 = CapableSynAck(kV1, kKeyB, false, false);
  version_2.version = 2;
  EXPECT_FALSE(OnCapableSynAck(kV1, version_2, options).multipath);
}

// Covers: CAP-19
TEST(Negotiation, ThirdAckMustHaveOurKey) {
  EXPECT_FALSE(OnCapableAck({kV1, kKeyB, {}}, std::nullopt).multipath);
  EXPECT_FALSE(OnCapableAck({kV1, kKeyB, {}}, CapableAck(kV1, kKeyA, kKeyA, false, false)).multipath);
  EXPECT_FALSE(OnCapableAck({kV1, kKeyB, {}}, CapableSynAck(kV1, kKeyA, false, false)).multipath);
  // We asked for checksums and the answer knows nothing of it: somebody changed the flag.
  EXPECT_FALSE(OnCapableAck({kV1, kKeyB, {}, true}, CapableAck(kV1, kKeyA, kKeyB, false, false)).multipath);
}

TEST(Negotiation, FlagCIsRemembered) {
  const ConnectionOptions options{.deny_join_initial_address = true};
  EXPECT_TRUE(OnCapableSyn(CapableSyn(kV1, options, kKeyA), {}).peer_denies_join);
  EXPECT_TRUE(OnCapableSynAck(kV1, CapableSynAck(kV1, kKeyB, false, true), {}).peer_denies_join);
}

// RFC 8684 3.2: key and nonce of the sender first, whoever opened the connection.
// Covers: JOIN-9, SEC-1
TEST(Join, BothSidesProveTheirKeys) {
  Join opener;
  Join responder;
  opener.Open(0xaabbccdd);
  const auto syn = opener.Syn(Token(0xccad45ac), AddressId(2), false);
  EXPECT_EQ(syn.nonce, 0xaabbccddu);
  responder.Accept(0x10203040, syn.nonce);
  const auto syn_ack = responder.SynAck(kKeyB, kKeyA, AddressId(0), true);
  EXPECT_EQ(syn_ack.truncated_hmac, 0x3cf9fc7dd070c15du);
  EXPECT_TRUE(syn_ack.backup);
  Instant now;
  EXPECT_TRUE(opener.OnSynAck(syn_ack, kKeyA, kKeyB, now, Duration::Millis(200)));
  EXPECT_EQ(opener.state(), Join::State::kPreEstablished);
  EXPECT_FALSE(opener.IsComplete());
  const auto ack = opener.Ack(kKeyA, kKeyB);
  EXPECT_EQ(std::to_integer<int>(ack.hmac[0]), 0xae);
  EXPECT_TRUE(responder.OnAck(ack, kKeyB, kKeyA));
  EXPECT_TRUE(responder.IsComplete());
  EXPECT_TRUE(opener.OnFourthPacket());
  EXPECT_TRUE(opener.IsComplete());
  EXPECT_FALSE(opener.OnFourthPacket());
}

// Covers: JOIN-14, JOIN-15
TEST(Join, WrongHmacsAreRefused) {
  Join opener;
  Join responder;
  opener.Open(1);
  responder.Accept(2, 1);
  auto syn_ack = responder.SynAck(kKeyB, kKeyA, AddressId(0), false);
  ++syn_ack.truncated_hmac;
  EXPECT_FALSE(opener.OnSynAck(syn_ack, kKeyA, kKeyB, Instant(), Duration::Millis(200)));
  EXPECT_FALSE(responder.OnAck(std::nullopt, kKeyB, kKeyA));
  auto ack = opener.Ack(kKeyA, kKeyB);
  EXPECT_FALSE(responder.OnAck(ack, kKeyB, kKeyA)) << "made before the responder's nonce was known";
}

// Covers: JOIN-12
TEST(Join, ThirdAckIsRepeatedWithBackOffAndAnEnd) {
  Join opener;
  Join responder;
  opener.Open(1);
  responder.Accept(2, 1);
  Instant now;
  opener.OnSynAck(responder.SynAck(kKeyB, kKeyA, AddressId(0), false), kKeyA, kKeyB, now, Duration::Millis(200));
  EXPECT_EQ(opener.NextRepeat(), now + Duration::Millis(200));
  now = opener.NextRepeat();
  EXPECT_TRUE(opener.OnRepeat(now));
  EXPECT_EQ(opener.NextRepeat(), now + Duration::Millis(400));
  int repeats = 1;
  while (opener.OnRepeat(now)) ++repeats;
  EXPECT_EQ(repeats, 7);
}

}  // namespace
}  // namespace mptcpp::core
