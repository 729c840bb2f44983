// SPDX-License-Identifier: Apache-2.0
// Addresses and paths between two connections: announcements, endpoints, removal, priority, limits, retries.
#include "mptcp/connection_pair.h"

namespace mptcpp::core {
namespace {

using wire::MptcpSubtype;

KnownPathEndpoint Endpoint(int id, const IpAddress& address, bool signal, bool subflow, bool fullmesh = false) {
  return {AddressId(static_cast<std::uint8_t>(id)),
          {.address = address, .signal = signal, .subflow = subflow, .fullmesh = fullmesh}};
}

template <typename Option>
void Count(const TestWire& wire, MptcpSubtype subtype, int& n, const Option& matches) {
  for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
    if (wire::SubtypeOf(wire.view.mptcp[i]) == subtype && matches(wire.view.mptcp[i])) ++n;
  }
}

// Covers: JOIN-1, HEU-1, HEU-2
TEST(Paths, ClientEndpointOpensASubflowByItself) {
  ConnectionPair pair;
  pair.client().host.endpoints = {Endpoint(3, ConnectionPair::Address(1, 0), false, true)};
  pair.Open();
  pair.Run(Duration::Millis(200));
  SubflowInfo info[4];
  ASSERT_EQ(pair.c().Subflows(info), 2u);
  EXPECT_EQ(info[1].local_address_id, AddressId(3));
  EXPECT_EQ(info[1].remote_address_id, AddressId(0));
  EXPECT_EQ(info[1].tuple.remote, ConnectionPair::ServerAddress(0));
  EXPECT_EQ(info[1].tuple.local.port, info[0].tuple.local.port);  // RFC 8684 3.9.1
  EXPECT_EQ(pair.server().host[Counter::kMPJoinAckRx], 1u);
}

// Covers: CAP-24
TEST(Paths, FlagCForbidsTheFirstAddressButNotAnAnnouncedOne) {
  ConnectionPair pair;
  pair.server().options.deny_join_initial_address = true;
  pair.client().host.endpoints = {Endpoint(3, ConnectionPair::Address(1, 0), false, true)};
  pair.server().host.endpoints = {Endpoint(5, ConnectionPair::Address(2, 1), true, false)};
  pair.Open();
  pair.Run(Duration::Millis(500));
  SubflowInfo info[4];
  ASSERT_EQ(pair.c().Subflows(info), 2u);
  EXPECT_EQ(info[1].tuple.remote, ConnectionPair::ServerAddress(2));
  EXPECT_EQ(info[1].remote_address_id, AddressId(5));
}

// An opening that fails here, without a packet, is tried again like one that fails on the path.
TEST(Paths, WithoutAFreeSubflowAnEndpointWaitsItsTurn) {
  ConnectionPair pair;
  pair.client().options.subflows_limit = pair.server().options.subflows_limit = 100;
  pair.client().options.subflow_retry = Duration::Seconds(1);
  pair.Open();
  pair.Run(Duration::Millis(100));
  const auto add = [&] { return pair.c().AddSubflow({ConnectionPair::Address(1, 0), 0}, ConnectionPair::ServerAddress(1), false, pair.now); };
  std::vector<SubflowId> added;
  for (auto subflow = add(); subflow; subflow = add()) added.push_back(*subflow);
  ASSERT_EQ(added.size(), 31u);
  EXPECT_EQ(add().error(), Error::kLimit);
  pair.Run(Duration::Millis(200));
  EXPECT_EQ(pair.s().Info().subflow_count, 32);
  pair.c().OnPathEndpointAdded(Endpoint(3, ConnectionPair::Address(2, 0), false, true), pair.now);
  pair.Run(Duration::Millis(200));
  EXPECT_EQ(pair.client().host[Counter::kMPJoinSynTx], 31u);
  ASSERT_TRUE(pair.c().CloseSubflow(added.front(), pair.now));
  pair.Run(Duration::Seconds(130));  // TIME-WAIT keeps the place
  EXPECT_EQ(pair.client().host[Counter::kMPJoinSynTx], 32u);
  EXPECT_EQ(pair.c().Info().subflow_count, 32);
}

TEST(Paths, AnnouncementIsEchoedAndJoined) {
  ConnectionPair pair;
  pair.server().host.endpoints = {Endpoint(5, ConnectionPair::Address(2, 1), true, false)};
  pair.Open();
  pair.Run(Duration::Millis(500));
  EXPECT_EQ(pair.server().host[Counter::kAddAddrTx], 1u);
  EXPECT_EQ(pair.client().host[Counter::kAddAddr], 1u);
  EXPECT_EQ(pair.server().host[Counter::kEchoAdd], 1u);
  EXPECT_EQ(pair.client().host.Seen(EventKind::kAddressAnnounced), 1u);
  EXPECT_EQ(pair.c().Info().subflow_count, 2);
}

// Covers: ADDR-10
TEST(Paths, AnnouncementIsRepeatedUntilTheEchoComes) {
  ConnectionPair pair;
  int lost = 0;
  pair.filter = [&](TestWire& wire) {
    int echoes = 0;
    Count(wire, MptcpSubtype::kAddAddr, echoes, [](std::span<const std::byte> o) { return o.size() == 8; });
    return !(echoes > 0 && lost < 2 && ++lost);
  };
  pair.server().host.endpoints = {Endpoint(5, ConnectionPair::Address(2, 1), true, false)};
  pair.Open();
  pair.Run(Duration::Seconds(20));
  EXPECT_EQ(lost, 2);
  EXPECT_EQ(pair.server().host[Counter::kAddAddrTx], 3u);
  EXPECT_EQ(pair.server().host[Counter::kEchoAdd], 1u);
  EXPECT_EQ(pair.c().Info().subflow_count, 2);
}

// 30 bytes beside timestamps are two too many; without the port the option says the same if it is the port in use.
TEST(Paths, SixteenByteAddressWithAPortIsSaidWithoutThePortInUse) {
  const IpAddress v6 = *IpAddress::Parse("2001:db8::77");
  for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{81}}) {
    ConnectionPair pair;
    pair.Open();
    ASSERT_TRUE(pair.s().Announce({v6, port}, pair.now));
    pair.Run(Duration::Seconds(5));
    EXPECT_EQ(pair.client().host[Counter::kAddAddr], port == 80 ? 1u : 0u);
    EXPECT_EQ(pair.server().host[Counter::kEchoAdd], port == 80 ? 1u : 0u);
  }
}

// Covers: ADDR-7
TEST(Paths, AnnouncementWithAWrongHmacIsIgnored) {
  ConnectionPair pair;
  pair.filter = [&](TestWire& wire) {
    for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
      const auto option = wire.view.mptcp[i];
      if (wire::SubtypeOf(option) != MptcpSubtype::kAddAddr || option.size() != 16) continue;
      wire.bytes[static_cast<std::size_t>(option.data() - wire.bytes.data()) + 15] ^= std::byte{1};
      wire.Mend();
    }
    return true;
  };
  pair.server().host.endpoints = {Endpoint(5, ConnectionPair::Address(2, 1), true, false)};
  pair.Open();
  pair.Run(Duration::Seconds(30));
  EXPECT_EQ(pair.client().host[Counter::kEchoAddTx], 0u);
  EXPECT_GE(pair.client().host[Counter::kAddAddrDrop], 2u);
  EXPECT_EQ(pair.c().Info().subflow_count, 1);
}

TEST(Paths, FullmeshJoinsEveryAddress) {
  ConnectionPair pair;
  pair.client().host.endpoints = {Endpoint(3, ConnectionPair::Address(1, 0), false, true, true)};
  pair.server().host.endpoints = {Endpoint(5, ConnectionPair::Address(2, 1), true, false),
                                  Endpoint(6, ConnectionPair::Address(3, 1), true, false)};
  pair.Open();
  pair.Run(Duration::Seconds(1));
  EXPECT_EQ(pair.c().Info().subflow_count, 4);  // the first, and one from the endpoint to each of three addresses
}

// Covers: SEC-6
TEST(Paths, LimitsHold) {
  ConnectionPair pair;
  pair.server().options.subflows_limit = 1;
  for (int i = 1; i < 4; ++i) pair.client().host.endpoints.push_back(Endpoint(i, ConnectionPair::Address(i, 0), false, true));
  pair.Open();
  pair.Run(Duration::Millis(500));
  EXPECT_EQ(pair.s().Info().subflow_count, 2);
  EXPECT_EQ(pair.server().host[Counter::kMPJoinRejected], 2u);
}

// Covers: CAP-20
TEST(Paths, NoJoinBeforeADssArrived) {
  ConnectionPair pair;
  pair.Connect();
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsEstablished(); }));
  const auto early = pair.c().AddSubflow({ConnectionPair::Address(1, 0), 0}, ConnectionPair::ServerAddress(1), false, pair.now);
  EXPECT_EQ(early.error(), Error::kWouldBlock);
}

// Covers: HEU-3
TEST(Paths, SeveralPortsPerPath) {
  ConnectionPair pair;
  pair.client().options.ports_per_path = 3;
  pair.Open();
  pair.Run(Duration::Millis(500));
  SubflowInfo info[4];
  ASSERT_EQ(pair.c().Subflows(info), 3u);
  EXPECT_NE(info[1].tuple.local.port, info[0].tuple.local.port);
}

TEST(Paths, ALostSubflowIsTriedAgain) {
  ConnectionPair pair;
  pair.client().options.subflow_retry = Duration::Millis(500);
  pair.client().options.tcp.user_timeout = Duration::Seconds(3);
  pair.client().host.endpoints = {Endpoint(3, ConnectionPair::Address(1, 0), false, true)};
  pair.Open();
  pair.Run(Duration::Millis(200));
  pair.client().to_write = UINT64_MAX;
  pair.client().to_write = 500'000'000;
  pair.paths[0].rate = pair.paths[1].rate = Rate::MegabitsPerSecond(10);
  pair.Run(Duration::Seconds(1));
  pair.paths[1].down = true;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.client().host.Seen(EventKind::kSubflowClosed) == 1; }));
  pair.paths[1].down = false;
  EXPECT_TRUE(pair.RunUntil([&] { return pair.client().host.Seen(EventKind::kSubflowEstablished) == 2; }));
}

// Covers: HEU-8
TEST(Paths, ARefusedJoinIsNotTriedAgain) {
  ConnectionPair pair;
  pair.client().options.subflow_retry = Duration::Millis(100);
  int syns = 0;
  pair.filter = [&](TestWire& wire) {
    if (wire.path != 1) return true;
    syns += wire.view.flags.syn && !wire.view.flags.ack;
    if (wire.view.flags.syn && wire.view.flags.ack) wire.Strip([](MptcpSubtype) { return true; });
    return true;
  };
  pair.client().host.endpoints = {Endpoint(3, ConnectionPair::Address(1, 0), false, true)};
  pair.Open();
  pair.Run(Duration::Seconds(30));
  EXPECT_EQ(syns, 1);
}

// Covers: PRIO-2, PRIO-3
TEST(Paths, PriorityMovesTheData) {
  ConnectionPair pair;
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.Run(Duration::Millis(100));
  ASSERT_TRUE(pair.s().SetBackup(SubflowId(1), true, pair.now));
  pair.Run(Duration::Millis(100));
  EXPECT_EQ(pair.client().host.Seen(EventKind::kPriorityChanged), 1u);
  SubflowInfo info[4];
  ASSERT_EQ(pair.c().Subflows(info), 2u);
  EXPECT_TRUE(info[1].remote_backup);
  EXPECT_FALSE(info[1].local_backup);
  pair.client().to_write = 500'000;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 500'000; }));
  ASSERT_EQ(pair.c().Subflows(info), 2u);
  EXPECT_EQ(info[1].bytes_sent, 0u);
}

// Covers: RM-6
TEST(Paths, RemovedAddressOfADeadPathIsReset) {
  ConnectionPair pair;
  pair.server().host.endpoints = {Endpoint(5, ConnectionPair::Address(2, 1), true, false)};
  pair.client().host.endpoints = {Endpoint(3, ConnectionPair::Address(2, 0), false, false, true)};
  pair.Open();
  pair.Run(Duration::Millis(500));
  ASSERT_EQ(pair.c().Info().subflow_count, 3);  // fullmesh: also from the endpoint to the first address
  pair.filter = [](TestWire& wire) {
    return !(wire.view.source.address == ConnectionPair::Address(2, 1) ||
             wire.view.destination.address == ConnectionPair::Address(2, 1));
  };
  pair.s().OnPathEndpointRemoved(AddressId(5), pair.now);
  pair.Run(Duration::Seconds(3));
  EXPECT_EQ(pair.client().host[Counter::kRmAddr], 1u);
  EXPECT_EQ(pair.client().host[Counter::kRmSubflow], 1u);
  EXPECT_EQ(pair.c().Info().subflow_count, 2);
}

// Covers: RM-9, JOIN-3
TEST(Paths, TheFirstAddressGoesAndComesBackAsIdZero) {
  ConnectionPair pair;
  const KnownPathEndpoint first = Endpoint(2, ConnectionPair::Address(0, 0), false, true);
  pair.client().host.endpoints = {first, Endpoint(3, ConnectionPair::Address(1, 0), false, true)};
  int zero = 0;
  pair.filter = [&](TestWire& wire) {
    Count(wire, MptcpSubtype::kRemoveAddr, zero,
          [](std::span<const std::byte> o) { return o.size() == 4 && o[3] == std::byte{0}; });
    return true;
  };
  pair.Open();
  pair.Run(Duration::Millis(500));
  ASSERT_EQ(pair.c().Info().subflow_count, 2);
  pair.c().OnPathEndpointRemoved(AddressId(2), pair.now);
  pair.Run(Duration::Millis(500));
  EXPECT_GE(zero, 1);
  EXPECT_EQ(pair.s().Info().subflow_count, 1);  // our own is in TIME-WAIT
  EXPECT_EQ(pair.server().host[Counter::kRmAddr], 1u);
  pair.c().OnPathEndpointAdded({AddressId(4), first.endpoint}, pair.now);
  pair.Run(Duration::Millis(500));
  EXPECT_EQ(pair.s().Info().subflow_count, 2);
  EXPECT_EQ(pair.client().host.Seen(EventKind::kSubflowEstablished), 2u);
  pair.client().to_write = 100'000;
  EXPECT_TRUE(pair.RunUntil([&] { return pair.server().read == 100'000; }));
}

// Covers: RM-7
TEST(Paths, UnknownRemovalIsIgnored) {
  ConnectionPair pair;
  pair.Open();
  pair.Run(Duration::Millis(50));
  const auto id = pair.s().Announce({ConnectionPair::Address(3, 1), 0}, pair.now);
  ASSERT_TRUE(id);
  pair.filter = [](TestWire& wire) {
    wire.Strip([](MptcpSubtype subtype) { return subtype == MptcpSubtype::kAddAddr; });
    return true;
  };
  pair.Run(Duration::Seconds(20));
  ASSERT_TRUE(pair.s().Withdraw(*id, pair.now));
  pair.Run(Duration::Millis(100));
  EXPECT_EQ(pair.client().host[Counter::kRmAddrDrop], 1u);
}

}  // namespace
}  // namespace mptcpp::core
