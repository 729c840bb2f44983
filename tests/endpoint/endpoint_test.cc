// SPDX-License-Identifier: Apache-2.0
// The public API between two endpoints: handles, events, transfer, close, joins, refusals.
#include "mptcpp/endpoint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tests/support/two_endpoints.h"

namespace mptcpp {
namespace {

using testing::TwoEndpoints;

const SocketAddress kServer{IpAddress::V4(10, 0, 0, 2), 80};
const SocketAddress kClient1{IpAddress::V4(10, 0, 0, 1), 0};
const SocketAddress kClient2{IpAddress::V4(10, 0, 1, 1), 0};

std::vector<std::byte> Pattern(std::size_t n) {
  std::vector<std::byte> bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::byte>((i * 2654435761u) >> 13);
  return bytes;
}

// Covers: WIN-10
TEST(DefaultOptions, TheSendBufferIsAsLargeAsTheReceiveBuffer) {  // RFC 8684 3.3.5
  const ConnectionOptions options;
  EXPECT_GE(options.send_buffer, options.receive_buffer);
}

class EndpointTest : public ::testing::Test {
 protected:
  // Connects and accepts; both ends are established afterwards.
  void Establish(ConnectionOptions options = {}) {
    const auto listening = world.server.Listen(kServer, options, 16);
    ASSERT_TRUE(listening);
    listener = *listening;
    const auto connecting = world.client.Connect(kClient1, kServer, options, world.now);
    ASSERT_TRUE(connecting);
    a = *connecting;
    world.Run(Duration::Millis(50));
    const auto accepted = world.server.Accept(listener);
    ASSERT_TRUE(accepted) << ToString(accepted.error());
    b = *accepted;
  }

  // Moves `bytes` from one end to the other, writing and reading as room allows.
  std::vector<std::byte> Transfer(Endpoint& from, ConnectionId out, Endpoint& to, ConnectionId in,
                                  const std::vector<std::byte>& bytes, Duration limit = Duration::Seconds(60)) {
    std::vector<std::byte> received;
    std::size_t written = 0;
    std::array<std::byte, 16384> buffer;
    const auto step = [&] {
      while (written < bytes.size()) {
        const auto n = from.Write(out, std::span(bytes).subspan(written), world.now);
        if (!n) break;
        written += *n;
      }
      for (;;) {
        const auto n = to.Read(in, buffer, world.now);
        if (!n || *n == 0) break;
        received.insert(received.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*n));
      }
    };
    world.after_step = step;
    step();
    const Instant until = world.now + limit;
    while (received.size() < bytes.size() && world.now < until) world.Run(Duration::Millis(10));
    world.after_step = nullptr;
    return received;
  }

  std::vector<Event> Events(Endpoint& endpoint) {
    std::vector<Event> all(64);
    all.resize(endpoint.PollEvents(all));
    return all;
  }
  bool Saw(Endpoint& endpoint, EventKind kind) {
    return std::ranges::any_of(Events(endpoint), [kind](const Event& e) { return e.kind == kind; });
  }
  // The error of the kFailed event, if there is exactly one.
  std::optional<Error> FailureOf(Endpoint& endpoint) {
    std::optional<Error> failure;
    for (const Event& event : Events(endpoint)) {
      if (event.kind != EventKind::kFailed) continue;
      EXPECT_FALSE(failure) << "two failures of one connection";
      failure = event.error;
    }
    return failure;
  }

  TwoEndpoints world;
  ListenerId listener;
  ConnectionId a, b;
};

TEST_F(EndpointTest, ConnectsAcceptsAndSpeaksMultipath) {
  Establish();
  EXPECT_EQ(world.client.Info(a)->mode, Mode::kMultipath);
  EXPECT_TRUE(world.client.Info(a)->is_client);
  EXPECT_TRUE(Saw(world.client, EventKind::kEstablished));
  EXPECT_EQ(world.server.Info(b)->local_token, world.client.Info(a)->remote_token);
}

TEST_F(EndpointTest, CarriesBytesBothWays) {
  Establish();
  const auto up = Pattern(1 << 20);
  EXPECT_EQ(Transfer(world.client, a, world.server, b, up), up);
  const auto down = Pattern(300'000);
  EXPECT_EQ(Transfer(world.server, b, world.client, a, down), down);
  EXPECT_EQ(world.client.Info(a)->mode, Mode::kMultipath);
}

TEST_F(EndpointTest, PlainTcpCarriesBytesToo) {
  Establish({.multipath = false});
  const auto bytes = Pattern(1 << 20);
  EXPECT_EQ(Transfer(world.client, a, world.server, b, bytes), bytes);
  EXPECT_EQ(world.client.Info(a)->mode, Mode::kPlainTcp);
  EXPECT_EQ(world.client.Info(a)->fallback, FallbackReason::kNotRequested);
}

TEST_F(EndpointTest, ChecksumsCarryBytes) {
  Establish({.checksum = true});
  const auto bytes = Pattern(1 << 20);
  EXPECT_EQ(Transfer(world.client, a, world.server, b, bytes), bytes);
  EXPECT_TRUE(world.client.Info(a)->checksum);
  EXPECT_TRUE(world.server.Info(b)->checksum);
  EXPECT_EQ(world.server.counters()[Counter::kDataCsumErr], 0u);
}

TEST_F(EndpointTest, JoinsASecondSubflowAndUsesIt) {
  Establish();
  const auto some = Pattern(5000);  // RFC 8684 3.1: no join before a DSS came back
  EXPECT_EQ(Transfer(world.client, a, world.server, b, some), some);
  const auto subflow = world.client.AddSubflow(a, kClient2, kServer, false, world.now);
  ASSERT_TRUE(subflow) << ToString(subflow.error());
  world.Run(Duration::Millis(100));
  EXPECT_EQ(world.client.Info(a)->subflow_count, 2);
  EXPECT_EQ(world.server.Info(b)->subflow_count, 2);
  const auto bytes = Pattern(2 << 20);
  EXPECT_EQ(Transfer(world.client, a, world.server, b, bytes), bytes);
  std::array<SubflowInfo, 4> infos;
  ASSERT_EQ(*world.client.Subflows(a, infos), 2u);
  EXPECT_GT(infos[0].bytes_sent, 0u);
  EXPECT_GT(infos[1].bytes_sent, 0u);
}

// Covers: JOIN-18
TEST_F(EndpointTest, JoinNeedsNoListener) {
  Establish();
  const auto some = Pattern(5000);
  Transfer(world.client, a, world.server, b, some);
  ASSERT_TRUE(world.server.CloseListener(listener, world.now));
  ASSERT_TRUE(world.client.AddSubflow(a, kClient2, {kServer.address, 9999}, false, world.now));
  world.Run(Duration::Millis(100));
  EXPECT_EQ(world.server.Info(b)->subflow_count, 2);
  EXPECT_EQ(world.server.connection_count(), 1u) << "nothing to accept";
}

TEST_F(EndpointTest, SurvivesTheLossOfOnePath) {
  Establish();
  const auto some = Pattern(5000);
  Transfer(world.client, a, world.server, b, some);
  ASSERT_TRUE(world.client.AddSubflow(a, kClient2, kServer, false, world.now));
  world.Run(Duration::Millis(100));
  world.drop = [](const TxPacket& p) { return p.source == kClient1.address || p.destination == kClient1.address; };
  const auto bytes = Pattern(3 << 20);
  EXPECT_EQ(Transfer(world.client, a, world.server, b, bytes), bytes);
}

// Covers: CLOSE-11
TEST_F(EndpointTest, ClosesInOrderOnBothSides) {
  Establish();
  const auto bytes = Pattern(10'000);
  EXPECT_EQ(Transfer(world.client, a, world.server, b, bytes), bytes);
  ASSERT_TRUE(world.client.ShutdownWrite(a, world.now));
  world.Run(Duration::Millis(100));
  EXPECT_TRUE(world.server.AtEnd(b));
  EXPECT_EQ(Transfer(world.server, b, world.client, a, bytes), bytes);  // half-close: the other direction goes on
  ASSERT_TRUE(world.server.ShutdownWrite(b, world.now));
  world.Run(Duration::Millis(100));
  EXPECT_TRUE(world.client.AtEnd(a));
  EXPECT_TRUE(Saw(world.client, EventKind::kClosed));
  EXPECT_TRUE(Saw(world.server, EventKind::kClosed));
  EXPECT_EQ(world.client.Write(a, bytes, world.now).error(), Error::kShutdown);
  ASSERT_TRUE(world.client.Release(a, world.now));
  ASSERT_TRUE(world.server.Release(b, world.now));
  world.Run(Duration::Seconds(200));
  EXPECT_EQ(world.client.connection_count(), 0u);
  EXPECT_EQ(world.server.connection_count(), 0u);
}

// RFC 9293 3.6.1 (MAY-2), RFC 6191: the same 4-tuple may be used again before TIME-WAIT ends.
TEST_F(EndpointTest, TimeWaitGivesWayToANewerConnection) {
  const SocketAddress client{kClient1.address, 5000};
  const ListenerId listening = *world.server.Listen(kServer, {.multipath = false}, 4);
  for (int round = 0; round < 2; ++round) {
    const ConnectionId id = *world.client.Connect(client, kServer, {.multipath = false}, world.now);
    world.Run(Duration::Millis(50));
    const auto accepted = world.server.Accept(listening);
    ASSERT_TRUE(accepted) << "round " << round;
    ASSERT_TRUE(world.server.ShutdownWrite(*accepted, world.now));  // the server closes first: TIME-WAIT is its own
    world.Run(Duration::Millis(50));
    ASSERT_TRUE(world.client.ShutdownWrite(id, world.now));
    world.Run(Duration::Millis(50));
    ASSERT_TRUE(world.client.Release(id, world.now));
    ASSERT_TRUE(world.server.Release(*accepted, world.now));
    EXPECT_EQ(world.server.connection_count(), 1u) << "in TIME-WAIT";
    world.Run(Duration::Seconds(1));
  }
}

// Nobody reads any more, and the peer never closes its side: it is not waited for without end.
TEST_F(EndpointTest, ReleasedConnectionsDoNotWaitForEver) {
  Establish();
  ASSERT_TRUE(world.client.Release(a, world.now));
  world.Run(Duration::Seconds(200));
  EXPECT_EQ(world.client.connection_count(), 0u);
  EXPECT_TRUE(Saw(world.server, EventKind::kFailed));
}

TEST_F(EndpointTest, AbortReachesThePeer) {
  Establish();
  ASSERT_TRUE(world.client.Abort(a, world.now));
  world.Run(Duration::Seconds(10));
  EXPECT_TRUE(Saw(world.server, EventKind::kFailed));
  EXPECT_EQ(world.server.counters()[Counter::kMPFastcloseRx], 1u);
}

TEST_F(EndpointTest, StaleHandlesAreErrorValues) {
  Establish();
  ASSERT_TRUE(world.client.Release(a, world.now));
  EXPECT_EQ(world.client.Info(a).error(), Error::kUnknownHandle);
  EXPECT_EQ(world.client.Write(a, Pattern(1), world.now).error(), Error::kUnknownHandle);
  EXPECT_TRUE(world.client.Peek(a).empty());
  EXPECT_EQ(world.client.Accept({}).error(), Error::kUnknownHandle);
}

TEST_F(EndpointTest, ClosedPortRefuses) {
  const auto id = world.client.Connect(kClient1, kServer, {}, world.now);
  ASSERT_TRUE(id);
  world.Run(Duration::Millis(50));
  EXPECT_EQ(FailureOf(world.client), Error::kRefused);
}

TEST_F(EndpointTest, SilenceTimesOut) {
  world.drop = [](const TxPacket&) { return true; };
  const auto id = world.client.Connect(kClient1, kServer, {}, world.now);
  ASSERT_TRUE(id);
  world.Run(Duration::Seconds(300));
  EXPECT_EQ(FailureOf(world.client), Error::kTimedOut);
}

TEST_F(EndpointTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(world.client.Connect(kClient1, {kServer.address, 0}, {}, world.now).error(), Error::kInvalidArgument);
  EXPECT_EQ(world.client.Connect(kClient1, kServer, {.congestion = "none"}, world.now).error(), Error::kInvalidArgument);
  EXPECT_EQ(world.server.Listen({IpAddress{}, 80}, {}, 1).error(), Error::kInvalidArgument);
  ASSERT_TRUE(world.server.Listen(kServer, {}, 1));
  EXPECT_EQ(world.server.Listen(kServer, {}, 1).error(), Error::kAddressInUse);
}

TEST_F(EndpointTest, BacklogBoundsWhatWaits) {
  testing::TwoEndpoints strict({.syn_cookies = SynCookies::kNever});
  ASSERT_TRUE(strict.server.Listen(kServer, {}, 2));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(strict.client.Connect(kClient1, kServer, {}, strict.now));
  strict.Run(Duration::Millis(100));
  EXPECT_EQ(strict.server.connection_count(), 2u);
  EXPECT_GE(strict.server.counters()[Counter::kTCPReqQFullDrop], 3u);
}

// Those that were half open and those with a cookie may both become established: twice the backlog, never more.
TEST_F(EndpointTest, WithCookiesTwiceTheBacklogMayWait) {
  ASSERT_TRUE(world.server.Listen(kServer, {}, 2));
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(world.client.Connect(kClient1, kServer, {}, world.now));
  world.Run(Duration::Millis(100));
  EXPECT_LE(world.server.connection_count(), 4u);
  EXPECT_GE(world.server.counters()[Counter::kListenOverflow], 5u);
}

}  // namespace
}  // namespace mptcpp
