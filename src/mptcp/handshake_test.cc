// SPDX-License-Identifier: Apache-2.0
// MP_CAPABLE and every way back to TCP, through middleboxes where they take a middlebox (RFC 8684 3.1, 3.7, 3.9.3).
#include "mptcp/connection_pair.h"

namespace mptcpp::core {
namespace {

constexpr std::uint64_t kSome = 300'000;

bool IsFromClient(const TestWire& wire) { return wire.to == ConnectionPair::kServer; }
bool IsSyn(const TestWire& wire) { return wire.view.flags.syn; }
bool HasKind30(const TestWire& wire) { return wire.view.mptcp_count > 0; }
bool All(wire::MptcpSubtype) { return true; }
bool OnlyDss(wire::MptcpSubtype subtype) { return subtype == wire::MptcpSubtype::kDss; }

std::optional<wire::MpCapable> CapableIn(const TestWire& wire) { return FindCapable(wire.view); }

// Transfers both ways and expects plain TCP on both sides.
void ExpectTcp(ConnectionPair& pair, FallbackReason client, FallbackReason server) {
  pair.TransferAndClose(kSome, kSome);
  EXPECT_NE(pair.c().Info().mode, Mode::kMultipath);
  EXPECT_NE(pair.s().Info().mode, Mode::kMultipath);
  EXPECT_EQ(pair.c().Info().fallback, client);
  EXPECT_EQ(pair.s().Info().fallback, server);
  EXPECT_TRUE(pair.client().host.tokens.empty());
  EXPECT_TRUE(pair.server().host.tokens.empty());
  EXPECT_EQ(pair.client().host[Counter::kMPCurrEstab], 0u);
  EXPECT_EQ(pair.server().host[Counter::kMPCurrEstab], 0u);
}

// Covers: CAP-1, CAP-2, CAP-3
TEST(Handshake, FormsFollowThePackets) {
  ConnectionPair pair;
  pair.capture = true;
  pair.Open();
  pair.client().to_write = 4000;
  pair.RunUntil([&] { return pair.server().read == 4000; });
  ASSERT_GE(pair.captured.size(), 4u);
  const auto syn = CapableIn(pair.captured[0]);
  const auto syn_ack = CapableIn(pair.captured[1]);
  const auto ack = CapableIn(pair.captured[2]);
  ASSERT_TRUE(syn && syn_ack && ack);
  EXPECT_FALSE(syn->sender_key);
  EXPECT_TRUE(syn_ack->sender_key && !syn_ack->receiver_key);
  EXPECT_TRUE(ack->sender_key && ack->receiver_key && !ack->data_length);
  EXPECT_EQ(*ack->receiver_key, *syn_ack->sender_key);
  EXPECT_EQ(syn->version, 1);
  EXPECT_EQ(syn->flags.crypto, 1);
}

// Covers: CAP-5
TEST(Handshake, FirstDataCarriesTheKeysUntilTheyAreConfirmed) {
  ConnectionPair pair;
  pair.capture = true;
  pair.client().to_write = 20000;
  pair.Open();
  pair.RunUntil([&] { return pair.server().read == 20000; });
  bool seen = false;
  for (const TestWire& wire : pair.captured) {
    if (!IsFromClient(wire) || wire.view.payload.empty()) continue;
    if (!seen) {
      const auto option = CapableIn(wire);
      ASSERT_TRUE(option);
      EXPECT_TRUE(option->data_length.has_value());
    }
    seen = true;
  }
  EXPECT_TRUE(seen);
  EXPECT_EQ(pair.s().Info().mode, Mode::kMultipath);
}

// Covers: CAP-40
TEST(Handshake, DataRepairsALostThirdAck) {
  ConnectionPair pair;
  bool lost = false;
  pair.filter = [&](TestWire& wire) {
    const bool third = IsFromClient(wire) && !IsSyn(wire) && wire.view.payload.empty() && !lost;
    lost |= third;
    return !third;
  };
  pair.Connect();
  ASSERT_TRUE(pair.RunUntil([&] { return lost; }));
  pair.client().to_write = kSome;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == kSome; }));
  EXPECT_EQ(pair.s().Info().mode, Mode::kMultipath);
}

TEST(Handshake, ServerMaySpeakFirst) {
  ConnectionPair pair;
  pair.server().to_write = kSome;
  pair.Open();
  ASSERT_TRUE(pair.RunUntil([&] { return pair.client().read == kSome; }));
  pair.TransferAndClose(kSome, kSome);
  EXPECT_EQ(pair.c().Info().mode, Mode::kMultipath);
}

// Covers: CAP-35
TEST(Handshake, OptionStrippedFromSyn) {
  ConnectionPair pair;
  pair.filter = [](TestWire& wire) {
    if (IsSyn(wire) && IsFromClient(wire)) wire.Strip(All);
    return true;
  };
  pair.Connect();
  ExpectTcp(pair, FallbackReason::kPeerNotCapable, FallbackReason::kPeerNotCapable);
}

// Covers: CAP-34
TEST(Handshake, OptionStrippedFromSynAck) {
  ConnectionPair pair;
  pair.filter = [](TestWire& wire) {
    if (IsSyn(wire) && !IsFromClient(wire)) wire.Strip(All);
    return true;
  };
  pair.Connect();
  ExpectTcp(pair, FallbackReason::kPeerNotCapable, FallbackReason::kThirdAckWithoutOption);
}

// Covers: CAP-36
TEST(Handshake, OptionStrippedFromThirdAck) {
  ConnectionPair pair;
  bool done = false;
  pair.filter = [&](TestWire& wire) {
    if (!IsSyn(wire) && IsFromClient(wire) && !done) {
      done = true;
      wire.Strip(All);
    }
    return true;
  };
  pair.Connect();
  ExpectTcp(pair, FallbackReason::kFirstDataWithoutMapping, FallbackReason::kThirdAckWithoutOption);
}

TEST(Handshake, OptionsStrippedFromAllDataBothWays) {
  ConnectionPair pair;
  pair.filter = [](TestWire& wire) {
    if (!wire.view.payload.empty() || !IsFromClient(wire)) {
      if (!IsSyn(wire)) wire.Strip(All);
    }
    return true;
  };
  pair.Connect();
  pair.TransferAndClose(kSome, kSome);
  EXPECT_NE(pair.c().Info().mode, Mode::kMultipath);
  EXPECT_NE(pair.s().Info().mode, Mode::kMultipath);
}

TEST(Handshake, OptionsStrippedOneWayOnly) {
  for (const bool from_client : {true, false}) {
    ConnectionPair pair;
    pair.filter = [&](TestWire& wire) {
      if (!IsSyn(wire) && IsFromClient(wire) == from_client && FindCapable(wire.view).has_value() == false) wire.Strip(All);
      if (!IsSyn(wire) && IsFromClient(wire) == from_client && !wire.view.payload.empty()) wire.Strip(All);
      return true;
    };
    pair.Connect();
    pair.TransferAndClose(kSome, kSome);
    EXPECT_NE(pair.c().Info().mode, Mode::kMultipath) << from_client;
    EXPECT_NE(pair.s().Info().mode, Mode::kMultipath) << from_client;
  }
}

// Covers: CAP-38
TEST(Handshake, SynWithOptionDisappears) {
  ConnectionPair pair;
  pair.filter = [](TestWire& wire) { return !(IsSyn(wire) && HasKind30(wire)); };
  pair.Connect();
  ExpectTcp(pair, FallbackReason::kSynTimeout, FallbackReason::kPeerNotCapable);
  EXPECT_EQ(pair.client().host[Counter::kMPCapableSYNTXDrop], 1u);
}

// Covers: CAP-19
TEST(Handshake, AForeignKeyInTheThirdAckIsNotBelieved) {
  ConnectionPair pair;
  pair.filter = [](TestWire& wire) {
    const auto option = CapableIn(wire);
    if (IsFromClient(wire) && option && option->receiver_key) {
      auto& byte = wire.bytes[static_cast<std::size_t>(wire.view.mptcp[0].data() - wire.bytes.data()) + 15];
      byte ^= std::byte{1};
      wire.Mend();
    }
    return true;
  };
  pair.Connect();
  pair.TransferAndClose(kSome, kSome);
  EXPECT_EQ(pair.s().Info().fallback, FallbackReason::kForeignKey);
  EXPECT_NE(pair.c().Info().mode, Mode::kMultipath);
}

// Covers: CAP-18
TEST(Handshake, WithoutAUniqueTokenThereIsTcp) {
  ConnectionPair pair;
  pair.server().host.refuse_tokens = 100;
  pair.Connect();
  ExpectTcp(pair, FallbackReason::kPeerNotCapable, FallbackReason::kTokenCollision);
  EXPECT_EQ(pair.server().host[Counter::kMPFallbackTokenInit], 1u);
}

// Covers: CAP-18
TEST(Handshake, WithoutAUniqueTokenTheClientAsksForTcp) {
  ConnectionPair pair;
  pair.client().host.refuse_tokens = 100;
  pair.Connect();
  ExpectTcp(pair, FallbackReason::kTokenCollision, FallbackReason::kPeerNotCapable);
  EXPECT_EQ(pair.client().host[Counter::kMPFallbackTokenInit], 1u);
}

// Covers: CAP-15
TEST(Handshake, AFewCollisionsCostAFewKeys) {
  ConnectionPair pair;
  pair.client().host.refuse_tokens = 3;
  pair.server().host.refuse_tokens = 3;
  pair.Open();
  EXPECT_EQ(pair.s().Info().mode, Mode::kMultipath);
}

TEST(Handshake, AServerThatWantsTcpGetsIt) {
  ConnectionPair pair;
  pair.server().options.multipath = false;
  pair.Connect();
  ExpectTcp(pair, FallbackReason::kPeerNotCapable, FallbackReason::kNotRequested);
}

TEST(Handshake, RefusedConnectionFails) {
  ConnectionPair pair;
  pair.paths[0].down = true;
  pair.client().options.tcp.syn_retries = 2;
  pair.Connect();
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished(); }, Duration::Seconds(100)));
  EXPECT_EQ(pair.c().failure(), Error::kTimedOut);
  EXPECT_EQ(pair.client().host.Seen(EventKind::kFailed), 1u);
  EXPECT_TRUE(pair.client().host.tuples.empty());
}

// M3i of the middlebox classes: options vanish from a tenth of all segments, both ways, after the handshake.
TEST(Handshake, RandomlyStrippedOptionsDoNotStopTheStream) {
  for (const std::uint32_t percent : {1u, 10u}) {
    ConnectionPair pair;
    TestRandom random(percent);
    pair.filter = [&](TestWire& wire) {
      if (!IsSyn(wire) && pair.segments > 40 && random.Next32() % 100 < percent) wire.Strip(OnlyDss);
      return true;
    };
    pair.Open();
    pair.client().to_write = kSome;
    EXPECT_TRUE(pair.RunUntil([&] { return pair.server().read == kSome; })) << percent;
  }
}

}  // namespace
}  // namespace mptcpp::core
