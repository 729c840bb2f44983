// SPDX-License-Identifier: Apache-2.0
// Every limit of docs/limits.md exhausted once: what happens, and the counter that says so. Those of openings are in
// syn_cookie_test.cc and fast_open_server_test.cc.
#include <gtest/gtest.h>

#include <set>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

// Covers: SEC-6
TEST(Limits, Connections) {
  EndpointOptions options;
  options.max_connections = 2;
  Bench bench(options);
  bench.Listen();
  for (std::uint16_t i = 0; i < 2; ++i) {
    Flow& peer = bench.NewFlow({Bench::kPeerAddress, static_cast<std::uint16_t>(40000 + i)});
    peer.Send(Syn().Mss(1460));
    peer.Expect(SynAck());
  }
  Flow& third = bench.NewFlow({Bench::kPeerAddress, 40002});
  third.Send(Syn().Mss(1460));
  third.ExpectNothing();
  EXPECT_EQ(bench.CounterOf(Counter::kConnectionLimit), 1u);
  const auto refused = bench.endpoint().Connect({Bench::kDutAddress, 0}, {Bench::kPeerAddress, 80}, {}, bench.now());
  EXPECT_EQ(refused.error(), Error::kLimit);
  EXPECT_EQ(bench.CounterOf(Counter::kConnectionLimit), 2u);
}

// Covers: SEC-6
TEST(Limits, HalfOpenJoinsWithoutCookies) {
  EndpointOptions options;
  options.syn_cookies = SynCookies::kNever;
  Bench bench(options);
  ConnectionOptions of_connection;
  of_connection.half_open_joins_limit = 2;
  Flow& first = bench.AcceptMptcp(of_connection);
  bench.ExchangeOneByte(first);
  for (std::uint16_t i = 0; i < 3; ++i) {
    Flow& join = bench.NewFlow(first, {Bench::kPeerAddress2, static_cast<std::uint16_t>(41000 + i)});
    join.Send(Syn().Mss(1460).MpJoin(2));
    if (i < 2) {
      join.Expect(SynAck());
    } else {
      join.Expect(RstAck().MpTcpRst(wire::ResetReason::kNoResources, true));
    }
  }
  EXPECT_EQ(bench.CounterOf(Counter::kMPJoinHalfOpenLimit), 1u);
}

// Covers: SEC-6
TEST(Limits, HalfOpenJoinsOfTheEndpointAreCountedAndForgotten) {
  EndpointOptions options;
  options.syn_cookies = SynCookies::kNever;
  options.max_half_open_joins = 1;
  Bench bench(options);
  Flow& first = bench.AcceptMptcp();
  bench.ExchangeOneByte(first);
  Flow& silent = bench.NewFlow(first, {Bench::kPeerAddress2, 41000});
  silent.Send(Syn().Mss(1460).MpJoin(2));
  silent.Expect(SynAck());
  Flow& refused = bench.NewFlow(first, {Bench::kPeerAddress2, 41001});
  refused.Send(Syn().Mss(1460).MpJoin(3));
  refused.Expect(RstAck().MpTcpRst(wire::ResetReason::kNoResources, true));
  silent.Send(Ack().MpJoin(2));
  silent.Expect(Ack(1).DataAck(2));
  Flow& welcome = bench.NewFlow(first, {Bench::kPeerAddress2, 41002});
  welcome.Send(Syn().Mss(1460).MpJoin(3));
  welcome.Expect(SynAck());
}

// Covers: SEC-6
TEST(Limits, AnnouncedAddressesThatAreRemembered) {
  ConnectionOptions options;
  options.addresses_limit = 3;
  Bench bench;
  Flow& peer = bench.ConnectMptcp(options);
  bench.ExchangeOneByte(peer);
  for (std::uint8_t id = 2; id < 7; ++id) {
    peer.Send(Ack().DataAck(2).AddAddr({.address_id = id, .address = IpAddress::V4(198, 51, 100, id)}));
    bench.Advance(Duration::Millis(50));
  }
  EXPECT_EQ(bench.CounterOf(Counter::kAddAddr), 5u);
  EXPECT_EQ(bench.CounterOf(Counter::kAddAddrLimit), 2u);
  EXPECT_EQ(bench.CounterOf(Counter::kAddAddrDrop), 2u);
}

// Covers: ADDR-19, SEC-6
TEST(Limits, SynsThatAnnouncementsCause) {  // RFC 8684 5: a peer announces one victim after the other
  ConnectionOptions options;
  options.announced_joins_per_minute = 5;
  Bench bench;
  Flow& peer = bench.ConnectMptcp(options);
  bench.ExchangeOneByte(peer);
  constexpr std::uint64_t dsn = 2;
  const auto announce_and_withdraw = [&](int times) {
    for (int i = 0; i < times; ++i) {
      const IpAddress victim = IpAddress::V4(203, 0, 113, static_cast<std::uint8_t>(1 + i % 250));
      peer.Send(Ack().DataAck(dsn).AddAddr({.address_id = 2, .address = victim}));
      bench.Advance(Duration::Millis(30));
      if (bench.HasUnclaimed()) bench.ExpectNewFlow(peer, Syn().MpJoin(0)).Send(RstAck());  // the victim knows nothing of it
      peer.Send(Ack().DataAck(dsn).RemoveAddr({2}));
      bench.Advance(Duration::Millis(30));
    }
  };
  announce_and_withdraw(50);
  EXPECT_EQ(bench.CounterOf(Counter::kMPJoinSynTx), 5u);
  EXPECT_GE(bench.CounterOf(Counter::kAddAddrRateLimit), 1u);
  bench.Advance(Duration::Seconds(61));
  announce_and_withdraw(50);
  EXPECT_LE(bench.CounterOf(Counter::kMPJoinSynTx), 10u);
  EXPECT_GT(bench.CounterOf(Counter::kMPJoinSynTx), 5u);
}

// Covers: SEC-6
TEST(Limits, Subflows) {
  ConnectionOptions options;
  options.subflows_limit = 1;
  Bench bench;
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  bench.Join(first);
  Flow& second = bench.NewFlow(first, {Bench::kPeerAddress2, 41000});
  second.Send(Syn().Mss(1460).MpJoin(3));
  second.Expect(RstAck().MpTcpRst(wire::ResetReason::kNoResources, true));
  EXPECT_EQ(bench.CounterOf(Counter::kMPJoinRejected), 1u);
}

// Covers: SEC-6
TEST(Limits, MemoryForDataOutOfOrder) {
  EndpointOptions options;
  options.receive_memory = Bytes();  // whatever is held is too much: a byte that nobody reads
  Bench bench(options);
  Flow& peer = bench.AcceptMptcp();
  bench.ExchangeOneByte(peer);
  peer.Send(Data("-").Map(2, 2, 1).DataAck(2));
  peer.Send(Data("later").Seq(13).Map(13, 13, 5).DataAck(2));
  EXPECT_EQ(bench.CounterOf(Counter::kTCPOFODrop), 1u);
  EXPECT_EQ(bench.Info().out_of_order, Bytes());
  peer.Send(Data("in order..").Map(3, 3, 10).DataAck(2));
  EXPECT_EQ(bench.Read(), "-in order..");
  peer.Send(Data("later").Map(13, 13, 5).DataAck(2));
  EXPECT_EQ(bench.Read(), "later");
}

// Covers: SEC-6
TEST(Limits, MemoryForDataWithoutAMapping) {
  EndpointOptions options;
  options.receive_memory = Bytes();
  Bench bench(options);
  Flow& peer = bench.AcceptMptcp();
  bench.ExchangeOneByte(peer);
  peer.Send(Data("-").Map(2, 2, 1).DataAck(2));
  peer.Send(Data("bare"));
  EXPECT_EQ(bench.CounterOf(Counter::kTCPOFODrop), 1u);
  EXPECT_EQ(bench.CounterOf(Counter::kUnmappedData), 0u);
}

TEST(Limits, ChallengeAcksPerSecond) {  // RFC 5961 10
  EndpointOptions options;
  options.challenge_acks_per_second = 3;
  Bench bench(options);
  ConnectionOptions plain;
  plain.multipath = false;
  Flow& peer = bench.AcceptTcp(plain);
  for (int i = 0; i < 10; ++i) peer.Send(Rst().Seq(100));
  EXPECT_EQ(bench.CounterOf(Counter::kChallengeAckTx), 3u);
  EXPECT_EQ(bench.CounterOf(Counter::kChallengeAckLimited), 7u);
}

TEST(Limits, AnswersToStrangers) {
  Bench bench;
  std::vector<std::vector<std::byte>> bytes;
  std::vector<RxPacket> packets;
  for (std::uint16_t i = 0; i < 1100; ++i) {
    Flow& peer = bench.NewFlow({Bench::kPeerAddress, static_cast<std::uint16_t>(10000 + i)});
    bytes.push_back(Encode(peer, Syn(), SeqNum(1), SeqNum(0)));
    packets.push_back({Bench::kPeerAddress, Bench::kDutAddress, {}, bench.now(), 0, false});
  }
  for (std::size_t i = 0; i < packets.size(); ++i) packets[i].segment = bytes[i];
  bench.endpoint().Receive(packets, bench.now());  // all before anything can leave
  EXPECT_EQ(bench.CounterOf(Counter::kRstTx), 1024u);
  EXPECT_EQ(bench.CounterOf(Counter::kRstLimited), 76u);
}

// --- secrets ----------------------------------------------------------------------------------------------------------------

// Covers: SEC-3
TEST(Secrets, KeysAreSeenInMpCapableAndMpFastcloseOnly) {
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .signal = true}, bench.now()).has_value());
  Flow& first = bench.AcceptMptcp();
  const std::uint64_t key = first.peer().their_key.value();
  const auto leaks = [&](Flow& flow) {
    int n = 0;
    for (bench.Advance(Duration::Millis(300)); flow.HasWaiting();) {
      const CapturedPtr captured = flow.Take();
      for (std::size_t i = 0; i + 8 <= captured->bytes.size(); ++i) {
        std::uint64_t value = 0;
        for (std::size_t k = 0; k < 8; ++k) value = value << 8 | static_cast<std::uint64_t>(captured->bytes[i + k]);
        n += value == key || value == first.peer().own_key;
      }
    }
    return n;
  };
  bench.ExchangeOneByte(first);
  Flow& second = bench.Join(first);
  bench.Write(std::string(5000, 'x'));
  EXPECT_TRUE(bench.endpoint().SetBackup(bench.connection, SubflowId(1), true, bench.now()).has_value());
  bench.Pump();
  EXPECT_EQ(leaks(first), 0);
  EXPECT_EQ(leaks(second), 0);
  bench.Abort();  // MP_FASTCLOSE says the peer's key
  EXPECT_GT(leaks(first) + leaks(second), 0);
}

// Covers: CAP-14
TEST(Secrets, KeysDifferAndLookRandom) {
  Bench bench;
  std::set<std::uint64_t> keys;
  std::array<int, 64> ones{};
  for (std::uint16_t i = 0; i < 256; ++i) {
    bench.Listen({}, static_cast<std::uint16_t>(1000 + i));
    Flow& peer = bench.NewFlow({Bench::kPeerAddress, 40000}, {Bench::kDutAddress, static_cast<std::uint16_t>(1000 + i)});
    peer.Send(Syn().Mss(1460).MpCapable());
    peer.Expect(SynAck().MpCapable());
    const std::uint64_t key = peer.peer().their_key.value();
    EXPECT_TRUE(keys.insert(key).second);
    for (std::size_t bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>(key >> bit & 1);
  }
  for (const int n : ones) EXPECT_NEAR(n, 128, 48);  // six standard deviations
}

}  // namespace
}  // namespace mptcpp::conformance
