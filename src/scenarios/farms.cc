// SPDX-License-Identifier: Apache-2.0
// Four servers behind one address. A join says by token which connection it means; who spreads flows by their 4-tuples cannot know
// where that is. Two ways out: an address of the server's own (RFC 8684 3.1, flag C), and tokens that name the server.
#include <array>

#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

constexpr int kPlace = 1;  // of the server that a hash of the client's first socket chooses

WorldOptions BehindABalancer() {
  WorldOptions options = Mptcp();
  options.farm = FarmOptions{};
  return options;
}
WorldOptions WithFlagC() {
  WorldOptions options = BehindABalancer();
  options.server.deny_join_initial_address = true;
  return options;
}
WorldOptions WithShards() {
  WorldOptions options = BehindABalancer();
  options.farm = FarmOptions{.policy = "token", .token_shards = true, .place = kPlace};
  return options;
}

const std::array kScenarios{
    Scenario{
        .id = "DB17",
        .name = "balancer-wrong-server",
        .title = "Behind a balancer of four servers a join meets one that does not know its token: refused, and no harm done",
        .source = "RFC 8684 3.1, 3.2; Duchene and Bonaventure 2017",
        .options = BehindABalancer,
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.client.AddPathEndpoint(2, true, false);
              w.RunMs(100);
              w.client.Write("abcd");
              w.RunMs(100);
              w.Require(w.LostJoins() == 1, "the join met the right server");
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          ...
          C2>S SYN[seq=0] MPJ[id=1,Token-S,Nonce-C]
          S>C2 RST[ack=1] TCPRST[MPTCP-specific error]
          ...
          C>S data["abcd"]
          S>C ACK DSS[dack=7]
          C: multipath subflows=1 !MPJoinSynAckRx
          S: multipath subflows=1 !MPJoinSynRx !MPJoinNoTokenFound read="hiabcd")",
    },
    Scenario{
        .id = "DB17b",
        .name = "balancer-own-address",
        .title = "Flag C keeps joins away from the balancer, and ADD_ADDR shows the way to the server itself",
        .source = "RFC 8684 3.1, 3.4.1; Duchene and Bonaventure 2017",
        .options = WithFlagC,
        .play =
            [](World& w) {
              w.client.AddPathEndpoint(2, true, false);
              w.server.AddPathEndpoint(2, false, true);
              w.Open();
              w.Exchange();
              w.RunMs(200);
              w.Require(w.LostJoins() == 0, "a join met a wrong server");
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          S>C SYN+ACK MPC[v1,CH]
          ...
          C: multipath subflows=2
          S: multipath subflows=2 MPJoinAckRx=1)",
    },
    Scenario{
        .id = "DB17c",
        .name = "balancer-token-shards",
        .title = "Keys are drawn until the token names the server, and the balancer sends joins there",
        .source = "RFC 8684 3.1, 3.2; Duchene and Bonaventure 2017",
        .options = WithShards,
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.client.AddPathEndpoint(2, true, false);
              w.RunMs(200);
              w.Require(ShardOf(w.server.Info().local_token, 4) == kPlace, "the token is of another server");
              w.Require(w.LostJoins() == 0, "a join met a wrong server");
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          ...
          C2>S SYN[seq=0] MPJ[id=1,Token-S,Nonce-C]
          S>C2 SYN+ACK[seq=0,ack=1] MPJ[id=0,HMAC-S✓,Nonce-S]
          C2>S ACK[ack=1] MPJ[HMAC-C✓]
          S>C2 ACK[ack=1] DSS
          C: multipath subflows=2
          S: multipath subflows=2)",
    },
};

}  // namespace

std::span<const Scenario> Farms() { return kScenarios; }

}  // namespace mptcpp::scenarios
