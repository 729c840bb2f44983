// SPDX-License-Identifier: Apache-2.0
// Four servers behind one address, and many clients with two addresses each. A join says by token which connection it means, and a
// balancer that looks at sockets sends three of four of them to a server that has never heard of it.
//
//   client k  10.1.k.1 --+                        +-- server 0   10.0.7.1, its own address 10.0.6.1
//             10.2.k.1 --+-- balancer 10.0.8.1 ---+-- ...
//                                                 +-- server 3   10.0.7.4, its own address 10.0.6.4
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mptcpp/token_shard.h"
#include "sim/middlebox_registry.h"
#include "sim/middlebox_segment.h"
#include "sim/simulation.h"
#include "sim/transfer.h"
#include "wire/mptcp_close.h"

namespace mptcpp::boxes {
namespace {

using sim::Transfer;
using sim::TransferPlan;

constexpr std::uint8_t kClients = 60, kServers = 4;
constexpr std::uint64_t kBytes = 50'000;
const IpAddress kVirtual = IpAddress::V4(10, 0, 8, 1);

struct FarmOptions {
  const char* policy = "hash";
  bool shards = false;      // the tokens name the server
  bool cookies = false;     // servers that keep nothing of a SYN
  bool deny_join = false;   // flag C
  bool announce = false;    // an address of the server's own
};

// The refusals that pass it, by the reason that they give.
class RefusalCounter final : public sim::Middlebox {
 public:
  std::map<wire::ResetReason, std::uint64_t> refusals;

 private:
  void Process(sim::PacketPtr packet, sim::Direction direction) override {
    const sim::SegmentEdit segment(*packet);
    if (segment.Has(wire::kFlagRst)) {
      sim::ForEachOption(segment.options(), [&](std::span<const std::byte> option) {
        if (!sim::IsMptcp(option, wire::MptcpSubtype::kTcpRst)) return;
        if (const auto reset = wire::ParseMpTcpRst(option)) ++refusals[reset->reason];
      });
    }
    Pass(std::move(packet), direction);
  }
};

class Farm {
 public:
  explicit Farm(const FarmOptions& options) : options_(options) {
    connection_.deny_join_initial_address = options.deny_join;
    connection_.subflow_retry = Duration::Zero();  // what is refused stays refused: the counts below are of first attempts
    for (std::uint8_t i = 0; i < kServers; ++i) AddServer(i);
    for (std::uint8_t k = 0; k < kClients; ++k) AddClient(k);
    AddFront();
    for (std::uint8_t k = 0; k < kClients; ++k) Start(k);
  }
  bool Run() { return sim_.RunUntilDone(Duration::Seconds(120)); }

  std::uint64_t JoinsOnAWrongServer() const {
    std::uint64_t sum = 0;
    for (const sim::Host* server : servers_) sum += server->endpoint().counters()[Counter::kMPJoinNoTokenFound];
    return sum;
  }
  const std::map<wire::ResetReason, std::uint64_t>& Refusals() const { return refusals_->refusals; }
  int ServersUsed() const {
    int used = 0;
    for (const auto& ends : server_ends_) used += !ends.empty();
    return used;
  }
  // Every transfer whole, multipath to the end, with at least so many subflows.
  void ExpectAll(std::uint16_t subflows) const {
    std::size_t accepted = 0;
    for (std::uint32_t i = 0; i < kServers; ++i) {
      for (const Transfer* end : server_ends_[i]) {
        ++accepted;
        EXPECT_TRUE(end->result().closed);
        EXPECT_FALSE(end->result().first_difference);
        EXPECT_EQ(end->result().bytes_received, kBytes);
        EXPECT_EQ(ToString(end->result().mode), ToString(Mode::kMultipath));
        EXPECT_GE(end->result().info.subflows_total, subflows);
        if (options_.shards) {
          EXPECT_EQ(ShardOf(end->result().info.local_token, kServers), i);
        }
      }
    }
    EXPECT_EQ(accepted, kClients);
    for (const Transfer* end : client_ends_) {
      EXPECT_TRUE(end->result().closed) << (end->result().failure ? ToString(*end->result().failure) : "not closed");
    }
  }

 private:
  static IpAddress ClientAddress(std::uint8_t k, std::uint8_t path) { return IpAddress::V4(10, path, k, 1); }

  void AddServer(std::uint8_t i) {
    sim::HostOptions own;
    if (options_.shards) own.endpoint.token_shard = {.index = i, .count = kServers};
    if (options_.cookies) own.endpoint.syn_cookies = SynCookies::kAlways;
    sim::Host& server = sim_.AddHost("server" + std::to_string(i), own);
    servers_.push_back(&server);
    for (const std::uint8_t net : {std::uint8_t{7}, std::uint8_t{6}}) {
      to_.push_back(IpAddress::V4(10, 0, net, static_cast<std::uint8_t>(i + 1)));
      sim_.AddAddress(server, to_.back());
    }
    names_ += " " + IpAddress::V4(10, 0, 7, static_cast<std::uint8_t>(i + 1)).ToString();
    if (options_.announce) {
      PathEndpoint announced;
      announced.address = to_.back();
      announced.signal = true;
      EXPECT_TRUE(server.endpoint().AddPathEndpoint(announced, sim_.now()));
    }
    server.Add(std::make_unique<sim::Acceptor>(
        server, SocketAddress{IpAddress::AnyV4(), 80}, connection_, [this, i](sim::Host& host, ConnectionId id, Instant now) {
          Transfer& end = host.Add(std::make_unique<Transfer>(host, TransferPlan{.send_pattern = 2, .receive_pattern = 1}));
          server_ends_[i].push_back(&end);
          end.Adopt(id, now);
        }));
  }
  void AddClient(std::uint8_t k) {
    sim::Host& client = sim_.AddHost("client" + std::to_string(k));
    clients_.push_back(&client);
    for (const std::uint8_t path : {std::uint8_t{1}, std::uint8_t{2}}) {
      from_.push_back(ClientAddress(k, path));
      sim_.AddAddress(client, from_.back());
    }
    PathEndpoint second;
    second.address = ClientAddress(k, 2);
    second.subflow = second.fullmesh = true;
    EXPECT_TRUE(client.endpoint().AddPathEndpoint(second, sim_.now()));
  }
  void AddFront() {
    to_.push_back(kVirtual);
    const sim::LinkOptions link{.rate = Rate::MegabitsPerSecond(100), .delay = Duration::Millis(10)};
    sim::Path& front = sim_.AddPath("front", {.from = from_, .to = to_, .there = link});
    auto box = sim::MakeMiddlebox("balance", {{"virtual", kVirtual.ToString()}, {"servers", names_}, {"policy", options_.policy}});
    ASSERT_TRUE(box) << box.error();
    front.middleboxes().Add(std::move(*box));
    refusals_ = &front.middleboxes().Add(std::make_unique<RefusalCounter>());
  }
  void Start(std::uint8_t k) {
    // The joins come before the data: what is counted here is where they go, not what crowded links lose.
    const TransferPlan plan{.bytes = kBytes, .send_pattern = 1, .receive_pattern = 2, .pause = Duration::Millis(300)};
    Transfer& end = clients_[k]->Add(std::make_unique<Transfer>(*clients_[k], plan));
    client_ends_.push_back(&end);
    end.Connect({ClientAddress(k, 1), 0}, {kVirtual, 80}, connection_, sim_.now() + Duration::Millis(k));
    clients_[k]->Kick();
  }

  FarmOptions options_;
  ConnectionOptions connection_;
  sim::Simulation sim_{1};
  std::vector<sim::Host*> servers_, clients_;
  std::array<std::vector<Transfer*>, kServers> server_ends_;
  std::vector<Transfer*> client_ends_;
  std::vector<IpAddress> from_, to_;
  std::string names_;
  RefusalCounter* refusals_ = nullptr;
};

// Three of four joins meet a server that does not know their token. It says so, and the transfer goes on with what it has.
// Covers: JOIN-8, JOIN-19
TEST(BalancedFarm, JoinsOnAWrongServerAreRefusedWithAReasonAndDoNoHarm) {
  Farm farm({});
  EXPECT_TRUE(farm.Run());
  farm.ExpectAll(1);
  EXPECT_EQ(farm.ServersUsed(), kServers);
  EXPECT_GT(farm.JoinsOnAWrongServer(), kClients / 2u) << "the case that the others avoid";
  EXPECT_EQ(farm.Refusals(), (std::map<wire::ResetReason, std::uint64_t>{{wire::ResetReason::kMptcpError, farm.JoinsOnAWrongServer()}}));
}

// RFC 8684 3.1, 3.4.1: flag C says not to try the address that was connected to, ADD_ADDR where to go instead.
// Covers: CAP-24
TEST(BalancedFarm, FlagCAndAnAnnouncedAddressOfTheServersOwn) {
  Farm farm({.deny_join = true, .announce = true});
  EXPECT_TRUE(farm.Run());
  farm.ExpectAll(2);
  EXPECT_EQ(farm.ServersUsed(), kServers);
  EXPECT_EQ(farm.JoinsOnAWrongServer(), 0u);
  EXPECT_TRUE(farm.Refusals().empty());
}

TEST(BalancedFarm, TheTokenNamesTheServer) {
  Farm farm({.policy = "token", .shards = true});
  EXPECT_TRUE(farm.Run());
  farm.ExpectAll(2);
  EXPECT_EQ(farm.ServersUsed(), kServers);
  EXPECT_EQ(farm.JoinsOnAWrongServer(), 0u);
  EXPECT_TRUE(farm.Refusals().empty());
}

// A key that is derived from a SYN cookie has to find its shard as well, twice, and both times the same.
TEST(BalancedFarm, TheTokenNamesTheServerWithSynCookies) {
  Farm farm({.policy = "token", .shards = true, .cookies = true});
  EXPECT_TRUE(farm.Run());
  farm.ExpectAll(2);
  EXPECT_EQ(farm.ServersUsed(), kServers);
  EXPECT_EQ(farm.JoinsOnAWrongServer(), 0u);
}

// It takes both: who looks at tokens that say nothing is no better off.
TEST(BalancedFarm, TokensThatWereNotDrawnForItNameNoServer) {
  Farm farm({.policy = "token"});
  EXPECT_TRUE(farm.Run());
  farm.ExpectAll(1);
  EXPECT_GT(farm.JoinsOnAWrongServer(), kClients / 2u);
}

TEST(TokenShard, SaysWhichPartOfTheTokensIsOurs) {
  EXPECT_EQ(ShardOf(Token(0xc0000001), 4), 3u);
  EXPECT_EQ(ShardOf(Token(0xffffffff), 1), 0u);
  EXPECT_EQ(ShardOf(Token(0x55555555), 3), 0u);
  EXPECT_EQ(ShardOf(Token(0x55555556), 3), 1u);
  EXPECT_EQ(ShardOf(Token(0xffffffff), 3), 2u);
  EXPECT_TRUE((TokenShard{.index = 3, .count = 4}.Owns(Token(0xc0000001))));
  EXPECT_FALSE((TokenShard{.index = 2, .count = 4}.Owns(Token(0xc0000001))));
  EXPECT_TRUE(TokenShard{}.Owns(Token(0x12345678)));
}

TEST(TokenShard, KnowsWhatCannotBe) {
  EXPECT_TRUE(TokenShard{}.IsValid());
  EXPECT_TRUE((TokenShard{.index = 255, .count = 256}.IsValid()));
  EXPECT_FALSE((TokenShard{.index = 4, .count = 4}.IsValid()));
  EXPECT_FALSE((TokenShard{.index = 0, .count = 0}.IsValid()));
  EXPECT_FALSE((TokenShard{.index = 0, .count = 257}.IsValid()));
}

// As many shards as there may be: a key is found all the same, of both versions; and a shard that there is not is refused.
TEST(TokenShard, ConnectionsOfAnEndpointHaveTokensOfItsShard) {
  sim::Simulation sim(1);
  sim::HostOptions options{.endpoint = {.token_shard = {.index = 255, .count = TokenShard::kMostShards}}};
  sim::Host& host = sim.AddHost("host", options);
  options.endpoint.token_shard.index = 256;
  sim::Host& wrong = sim.AddHost("wrong", options);
  const SocketAddress local{IpAddress::V4(10, 0, 0, 1), 0}, remote{IpAddress::V4(10, 0, 0, 2), 80};
  for (int i = 0; i < 20; ++i) {
    ConnectionOptions connection;
    connection.version = i % 2 == 0 ? VersionPolicy::kVersion1 : VersionPolicy::kVersion0;
    const auto id = host.endpoint().Connect(local, remote, connection, sim.now());
    ASSERT_TRUE(id);
    EXPECT_EQ(host.endpoint().Info(*id)->local_token.value() >> 24, 255u);
  }
  EXPECT_EQ(wrong.endpoint().Connect(local, remote, {}, sim.now()).error(), Error::kInvalidArgument);
  EXPECT_EQ(wrong.endpoint().Listen({IpAddress::AnyV4(), 80}, {}, 1).error(), Error::kInvalidArgument);
}

}  // namespace
}  // namespace mptcpp::boxes
