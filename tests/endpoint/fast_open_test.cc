// SPDX-License-Identifier: Apache-2.0
// Two real endpoints: what TCP Fast Open (RFC 7413) is for, and that it costs nothing where it does not work.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/support/two_endpoints.h"

namespace mptcpp::testing {
namespace {

const SocketAddress kServer{IpAddress::V4(10, 0, 0, 2), 80};
const IpAddress kClient = IpAddress::V4(10, 0, 0, 1);
constexpr Duration kDelay = Duration::Millis(50);

class FastOpenBetweenTwo : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    world_.delay = kDelay;
    options_.fast_open = true;
    options_.multipath = GetParam();
    options_.tcp.time_wait = Duration::Seconds(1);
    listener_ = *world_.server.Listen(kServer, options_, 16);
  }

  // One request of `size` bytes, one answer of the same; how long the client waited.
  Duration Ask(std::size_t size, const ConnectionOptions& options) {
    const std::vector<std::byte> request(size, std::byte{'q'});
    std::vector<std::byte> buffer(size);
    const Instant begun = world_.now;
    client_ = *world_.client.Connect({kClient, 0}, kServer, options, world_.now);
    EXPECT_EQ(world_.client.Write(client_, request, world_.now), size);
    std::size_t asked = 0, answered = 0;
    Instant done = Instant::Infinite();
    std::optional<ConnectionId> server;
    world_.after_step = [&] {
      if (!server) {
        if (const auto accepted = world_.server.Accept(listener_)) server = *accepted;
      }
      if (server) {
        for (auto n = world_.server.Read(*server, buffer, world_.now); n && *n > 0; n = world_.server.Read(*server, buffer, world_.now)) {
          asked += *n;
          EXPECT_EQ(world_.server.Write(*server, std::span(buffer).first(*n), world_.now), *n);
        }
      }
      for (auto n = world_.client.Read(client_, buffer, world_.now); n && *n > 0; n = world_.client.Read(client_, buffer, world_.now)) {
        answered += *n;
        if (answered == size) done = world_.now;
      }
    };
    world_.Run(Duration::Seconds(5));
    world_.after_step = nullptr;
    EXPECT_EQ(asked, size);
    EXPECT_EQ(answered, size);
    EXPECT_TRUE(server.has_value());
    EXPECT_EQ(world_.client.Info(client_)->mode, GetParam() ? Mode::kMultipath : Mode::kPlainTcp);
    (void)world_.client.Release(client_, world_.now);
    if (server) {
      EXPECT_EQ(world_.server.Info(*server)->mode, GetParam() ? Mode::kMultipath : Mode::kPlainTcp)
          << ToString(world_.server.Info(*server)->fallback);
      (void)world_.server.Release(*server, world_.now);
    }
    world_.Run(Duration::Seconds(10));
    EXPECT_EQ(world_.client.connection_count(), 0u);
    EXPECT_EQ(world_.server.connection_count(), 0u);
    return done - begun;
  }

  TwoEndpoints world_;
  ConnectionOptions options_;
  ListenerId listener_;
  ConnectionId client_;
};

TEST_P(FastOpenBetweenTwo, SavesARoundTrip) {
  EXPECT_EQ(Ask(100, options_), kDelay * 4);  // without a cookie: handshake, then question and answer
  EXPECT_EQ(Ask(100, options_), kDelay * 2);
  EXPECT_EQ(Ask(1000, options_), kDelay * 2);
  EXPECT_EQ(world_.client.counters()[Counter::kTCPFastOpenActive], 2u);
  EXPECT_EQ(world_.server.counters()[Counter::kTCPFastOpenPassive], 2u);
}

TEST_P(FastOpenBetweenTwo, LongRequestsBeginInTheSyn) {
  (void)Ask(1, options_);
  (void)Ask(200'000, options_);
  EXPECT_EQ(world_.client.counters()[Counter::kTCPFastOpenActive], 1u);
}

TEST_P(FastOpenBetweenTwo, SurvivesALossAnywhereAtTheStart) {
  (void)Ask(1, options_);
  for (int lost = 0; lost < 12; ++lost) {
    SCOPED_TRACE("segment " + std::to_string(lost));
    int seen = 0;
    world_.drop = [&](const TxPacket&) { return seen++ == lost; };
    (void)Ask(5000, options_);
    world_.drop = nullptr;
  }
}

TEST_P(FastOpenBetweenTwo, ABoxThatEatsSynDataCostsOneTimeout) {
  (void)Ask(1, options_);
  world_.drop = [](const TxPacket& packet) {
    const bool syn = (static_cast<unsigned>(packet.header[13]) & 0x12u) == 0x02u;
    return syn && packet.payload_length > 0;
  };
  EXPECT_GE(Ask(100, options_), Duration::Seconds(1));
  EXPECT_EQ(Ask(100, options_), kDelay * 4);  // remembered
  EXPECT_EQ(world_.client.counters()[Counter::kTCPFastOpenBlackhole], 1u);
}

INSTANTIATE_TEST_SUITE_P(PlainAndMultipath, FastOpenBetweenTwo, ::testing::Bool(),
                         [](const auto& value) { return value.param ? "Multipath" : "Plain"; });

}  // namespace
}  // namespace mptcpp::testing
