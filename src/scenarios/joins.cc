// SPDX-License-Identifier: Apache-2.0
// Further subflows (RFC 8684 3.2): how they are opened, found by token, authenticated, and who may do it.
#include <array>

#include "scenarios/edits.h"
#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

using wire::MptcpSubtype;

// Open(), Exchange() done; the story begins with the join.
void OpenToJoin(World& w) {
  w.Open();
  w.Exchange();
  w.Begin();
}

const std::array kScenarios{
    Scenario{
        .id = "S000-12",
        .name = "mptcp-join",
        .also = "S001-2 S001-3 S001-4 S001-5",
        .title = "A second address joins: token, two nonces, two HMACs, and a fourth packet",
        .source = "seed 000, fig-mptcp-join; seed 001, figures 4 and 6; RFC 8684 3.2",
        .corrected = "the figure leaves out the fourth packet, before which no data may use the new subflow, the address ids and the "
                     "backup flag, and reuses x and y: initial numbers of subflows are independent. The keys seed data sequence "
                     "numbers, not TCP's",
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.client.Join(2);
              w.RunMs(140);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          S>C SYN+ACK[seq=0,ack=1] MPC[Key-S]
          C>S ACK[ack=1] MPC[Key-C,Key-S✓]
          S>C ACK DSS[dack=1]
          C>S data[seq=1,"hi"] DSS[dsn=1,ssn=1]
          S>C ACK[ack=3] DSS[dack=3]
          S>C data[seq=1,"ho"] DSS[dsn=1,ssn=1]
          C>S ACK[ack=3] DSS[dack=3]
          C2>S SYN[seq=0] MPJ[Token-S,Nonce-C,!backup,bytes=12]
          S>C2 SYN+ACK[seq=0,ack=1] MPJ[id=0,HMAC-S✓,Nonce-S,bytes=16]
          C2>S ACK[ack=1] MPJ[HMAC-C✓,bytes=24]
          S>C2 ACK[ack=1] DSS[dack=3]
          C: multipath subflows=2 tcp2=ESTABLISHED
          S: multipath subflows=2 tcp2=ESTABLISHED)",
    },
    Scenario{
        .id = "S000-12b",
        .name = "join-third-ack-lost",
        .title = "The HMAC of the opener is lost: the ACK with it is sent again until the fourth packet comes",
        .source = "RFC 8684 3.2; seed 001, text to figure 6",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.Lose("C2>S ACK MPJ");
              w.client.Join(2);
              w.RunMs(1500);
            },
        .expect = R"(
          C2>S SYN MPJ
          S>C2 SYN+ACK MPJ
          C2>S ACK MPJ[HMAC-C✓] lost
          ...
          C2>S ACK MPJ[HMAC-C✓]
          ...
          S>C2 ACK[ack=1]
          ...
          C: subflows=2
          S: subflows=2)",
    },
    Scenario{
        .id = "S000-12c",
        .name = "join-fourth-packet-lost",
        .title = "The fourth packet is lost: the opener repeats its ACK, and no data leaves before the answer",
        .source = "RFC 8684 3.2; seed 001, text to figure 6",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.Lose("S>C2 ACK[ack=1]");
              w.client.Join(2);
              w.RunMs(62);
              w.Cut(1);
              w.client.Write("abcd");
              w.RunMs(1500);
            },
        .expect = R"(
          C2>S SYN MPJ
          S>C2 SYN+ACK MPJ
          C2>S ACK MPJ[HMAC-C✓]
          S>C2 ACK[ack=1] lost
          ...
          C2>S ACK MPJ[HMAC-C✓] !payload
          S>C2 ACK[ack=1]
          ...
          C2>S data[seq=1,"abcd"]
          ...
          S: read="abcd" subflows=2)",
    },
    Scenario{
        .id = "S000-12d",
        .name = "join-bad-server-hmac",
        .title = "A server that does not know the keys: the opener resets",
        .source = "RFC 8684 3.2",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.server.Lie(FlipBit(MptcpSubtype::kJoin, At::kSynAck, 5));
              w.client.Join(2);
              w.RunMs(200);
            },
        .expect = R"(
          C2>S SYN MPJ
          S>C2 SYN+ACK MPJ[HMAC-S✗]
          C2>S RST TCPRST[MPTCP-specific error]
          ...
          C: multipath subflows=1 MPJoinSynAckHMacFailure=1
          S: multipath subflows=1)",
    },
    Scenario{
        .id = "S000-12e",
        .name = "join-bad-client-hmac",
        .title = "An opener that does not know the keys: the server resets",
        .source = "RFC 8684 3.2",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.client.Lie(FlipBit(MptcpSubtype::kJoin, At::kOther, 9));
              w.client.Join(2);
              w.RunMs(200);
            },
        .expect = R"(
          C2>S SYN MPJ
          S>C2 SYN+ACK MPJ[HMAC-S✓]
          C2>S ACK MPJ[HMAC-C✗]
          S>C2 RST TCPRST[MPTCP-specific error]
          C: multipath subflows=1
          S: multipath subflows=1 MPJoinAckHMacFailure=1)",
    },
    Scenario{
        .id = "S000-12f",
        .name = "join-without-hmac",
        .title = "The third ACK comes without MP_JOIN: the server resets",
        .source = "RFC 8684 3.2",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.Change("C2>S ACK MPJ", RemoveMptcp(At::kOther));
              w.client.Join(2);
              w.RunMs(200);
            },
        .expect = R"(
          C2>S SYN MPJ
          S>C2 SYN+ACK MPJ[HMAC-S✓]
          C2>S ACK MPJ
          S>C2 RST TCPRST
          C: multipath subflows=1
          S: multipath subflows=1 MPJoinAckHMacFailure=1)",
    },
    Scenario{
        .id = "S000-12g",
        .name = "join-synack-stripped",
        .title = "The SYN/ACK of a join comes without MP_JOIN: the opener resets, the connection lives on",
        .source = "RFC 8684 3.2, 3.8",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.Change("S>C2 SYN+ACK", RemoveMptcp(At::kSynAck));
              w.client.Join(2);
              w.RunMs(200);
              w.client.Write("abcd");
              w.RunMs(100);
            },
        .expect = R"(
          C2>S SYN MPJ
          S>C2 SYN+ACK MPJ
          C2>S RST
          ...
          C>S data[seq=3,"abcd"] DSS
          S>C ACK DSS[dack=7]
          C: multipath subflows=1
          S: multipath subflows=1 read="abcd")",
    },
    Scenario{
        .id = "S000-12h",
        .name = "join-waits-for-proof",
        .title = "No join before a DSS has shown that the path carries MPTCP",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.Lose("S>C DSS", -1);  // the proof never comes
              w.client.AddPathEndpoint(2, true, false);
              w.Connect();
              w.RunMs(300);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK MPC
          C>S ACK MPC
          S>C ACK DSS[dack=1] lost
          C: subflows=1 !MPJoinSynTx)",
    },
    Scenario{
        .id = "R31",
        .name = "join-unknown-token",
        .title = "A token of no connection is answered by a reset that says so",
        .source = "RFC 8684 3.2, 3.8",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.client.Lie(FlipBit(MptcpSubtype::kJoin, At::kSyn, 4));
              w.client.Join(2);
              w.RunMs(200);
            },
        .expect = R"(
          C2>S SYN MPJ
          S>C2 RST[ack=1] TCPRST[MPTCP-specific error]
          C: multipath subflows=1
          S: multipath subflows=1 MPJoinNoTokenFound=1)",
    },
    Scenario{
        .id = "S003-3",
        .name = "join-by-the-server",
        .title = "Either end may open a subflow, and nobody has to listen: the server joins",
        .source = "seed 003; RFC 8684 3.2",
        .corrected = "the seed calls the token a shared secret: it is an identifier, the keys are the secret; and MP_JOIN does not carry "
                     "a hash and a token, the token is the (cut) hash",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.server.Join(2);
              w.RunMs(200);
            },
        .expect = R"(
          S>C2 SYN[seq=0] MPJ[Token-C,Nonce-S]
          C2>S SYN+ACK[ack=1] MPJ[HMAC-C✓,Nonce-C]
          S>C2 ACK[ack=1] MPJ[HMAC-S✓]
          C2>S ACK[ack=1] DSS
          C: multipath subflows=2
          S: multipath subflows=2)",
    },
    Scenario{
        .id = "S003-3b",
        .name = "join-any-port",
        .title = "A join is found by its token, whatever its port",
        .source = "seed 003; RFC 8684 3.2",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.client.JoinBetween({w.client.AddressOf(2), 5000}, {w.server.AddressOf(1), 9999});
              w.RunMs(200);
            },
        .expect = R"(
          C2>S SYN MPJ[Token-S]
          S>C2 SYN+ACK MPJ[HMAC-S✓]
          C2>S ACK MPJ[HMAC-C✓]
          S>C2 ACK
          S: subflows=2)",
    },
    Scenario{
        .id = "S001-7",
        .name = "backup-subflow",
        .title = "A backup subflow carries no data until the other one fails",
        .source = "seed 001; RFC 8684 3.2, 3.3.8",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.client.Join(2, 1, true);
              w.RunMs(200);
              w.server.Write("abcd");
              w.RunMs(100);
              w.Cut(1);
              w.server.Write("efgh");
              w.RunMs(1000);
            },
        .expect = R"(
          C2>S SYN MPJ[backup]
          S>C2 SYN+ACK MPJ
          C2>S ACK MPJ
          S>C2 ACK
          S>C data["abcd"]
          C>S ACK
          S>C data["efgh"] DSS[dsn=7] lost
          ...
          S>C2 data["efgh"] DSS[dsn=7,ssn=1]
          ...
          C: read="abcdefgh" backup2
          S: backup2)",
    },
    Scenario{
        .id = "R36",
        .name = "joins-cross",
        .title = "Both ends open a subflow between the same two sockets at once: each refuses the other's, and the connection is unharmed",
        .source = "RFC 8684 3.9.2; RFC 9293 3.5",
        .play =
            [](World& w) {
              OpenToJoin(w);
              w.client.Join(2);
              w.server.JoinBetween({w.server.AddressOf(1), World::kPort}, {w.client.AddressOf(2), World::kClientPort});
              w.RunMs(1000);
              w.client.Write("abcd");
              w.RunMs(200);
            },
        .expect = R"(
          C2>S SYN MPJ[Token-S]
          S>C2 SYN MPJ[Token-C]
          ...
          C: multipath
          S: multipath read="abcd")",
    },
};

}  // namespace

std::span<const Scenario> Joins() { return kScenarios; }

}  // namespace mptcpp::scenarios
