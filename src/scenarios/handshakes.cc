// SPDX-License-Identifier: Apache-2.0
// How a Multipath TCP connection begins (RFC 8684 3.1) and how the first data proves that the path carries it.
#include <array>

#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

WorldOptions WithChecksums() {
  WorldOptions options = Mptcp();
  options.client.checksum = options.server.checksum = true;
  return options;
}
// A key whose initial data sequence number is 999 below the end of its low half.
WorldOptions NearTheWrap() {
  WorldOptions options = Mptcp();
  options.client_key = 0x1c63469;
  return options;
}
WorldOptions VersionZero() {
  WorldOptions options = Mptcp();
  options.client.version = options.server.version = VersionPolicy::kVersion0;
  return options;
}
WorldOptions WithJoinsForbidden() {
  WorldOptions options = Mptcp();
  options.server.deny_join_initial_address = true;
  return options;
}

const std::array kScenarios{
    Scenario{
        .id = "S000-10",
        .name = "mptcp-handshake",
        .also = "S001-1 S003-2",
        .title = "The handshake of Multipath TCP version 1",
        .source = "seed 000, fig-tcp-handshake-mptcp; seed 001, figure 4; RFC 8684 3.1",
        .play = [](World& w) { w.Open(); },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H,bytes=4,!Key-C]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S,bytes=12,!Key-C]
          C>S ACK[ack=1] MPC[v1,H,Key-C,Key-S✓,bytes=20]
          S>C ACK[ack=1] DSS[dack=1]
          C: multipath M_ESTAB established subflows=1
          S: multipath M_ESTAB established subflows=1)",
    },
    Scenario{
        .id = "S000-10b",
        .name = "checksums-agreed",
        .title = "One side that wants checksums is enough: flag A",
        .source = "RFC 8684 3.1",
        .options = WithChecksums,
        .play =
            [](World& w) {
              w.Connect();
              w.client.Write("abcd");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN MPC[AH,bytes=4]
          S>C SYN+ACK MPC[AH,bytes=12]
          C>S data[seq=1,len=4] MPC[AH,Key-C,Key-S✓,len=4,csum✓,bytes=24]
          S>C ACK DSS[dack=5]
          C: checksum
          S: checksum read="abcd")",
    },
    Scenario{
        .id = "S000-11",
        .name = "version-0-handshake",
        .title = "The handshake of version 0: the client's key is in its SYN already",
        .source = "seed 000, fig-tcp-handshake-mptcp-v0; RFC 6824 3.1",
        .options = VersionZero,
        .play =
            [](World& w) {
              w.Open();
              w.client.Write("abcd");
              w.RunMs(60);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v0,H,Key-C,bytes=12]
          S>C SYN+ACK[seq=0,ack=1] MPC[v0,H,Key-S,bytes=12,!Key-C]
          C>S ACK[ack=1] MPC[v0,H,Key-C,Key-S✓,bytes=20]
          S>C ACK[ack=1] DSS[dack=1]
          C>S data[seq=1,"abcd"] DSS[dsn=1,ssn=1] !MPC
          S>C ACK[ack=5] DSS[dack=5]
          C: multipath
          S: multipath read="abcd")",
    },
    Scenario{
        .id = "S002-6",
        .name = "version-0-third-ack-lost",
        .title = "In version 0 nothing repeats the third ACK: if it is lost, the connection ends up as TCP",
        .source = "seed 002, RFC 6824; RFC 6824 3.1, 3.6",
        .options = VersionZero,
        .play =
            [](World& w) {
              w.Lose("C>S ACK MPC[bytes=20]");
              w.Connect();
              w.RunMs(100);
              w.client.Write("abcd");
              w.RunMs(300);
            },
        .expect = R"(
          C>S SYN MPC[v0]
          S>C SYN+ACK MPC[v0]
          C>S ACK MPC[v0,Key-C,Key-S✓] lost
          C>S data[seq=1,"abcd"] DSS[dsn=1,ssn=1]
          S>C ACK[ack=5] !MPTCP
          C: infinite-mapping
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R1",
        .name = "client-speaks-first",
        .also = "S002-7",
        .title = "The client's first data repeats the keys, because the third ACK may be lost",
        .source = "RFC 8684 3.1, figure 5; seed 002, rfc6824bis-05",
        .corrected = "seed 002 says that the client echoes both keys in its ACK: its own appears there for the first time; and "
                     "MP_CAPABLE is on the first data only if the client speaks first",
        .play =
            [](World& w) {
              w.Connect();
              w.client.Write("abcd");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN MPC[bytes=4]
          S>C SYN+ACK MPC[Key-S,bytes=12]
          C>S data[seq=1,len=4,"abcd"] MPC[Key-C,Key-S✓,len=4,bytes=22] !DSS
          S>C ACK[ack=5] DSS[dack=5,bytes=12]
          C: multipath
          S: multipath read="abcd")",
    },
    Scenario{
        .id = "R2",
        .name = "server-speaks-first",
        .title = "A server that speaks first uses a DSS; its Data ACK tells the client that its key has arrived",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.Open();
              w.server.Write("hello");
              w.RunMs(60);
              w.client.Write("abcd");
              w.RunMs(60);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK MPC
          C>S ACK MPC[Key-C,Key-S✓,bytes=20]
          S>C ACK DSS[dack=1]
          S>C data[seq=1,len=5,"hello"] DSS[dsn=1,ssn=1,dack=1]
          C>S ACK[ack=6] DSS[dack=6]
          C>S data[seq=1,len=4,"abcd"]
          S>C ACK[ack=5] DSS[dack=5]
          C: read="hello"
          S: read="abcd")",
    },
    Scenario{
        .id = "R3",
        .name = "both-speak-at-once",
        .title = "First data of both sides crosses: the client's with the keys, the server's with a mapping",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.Connect();
              w.RunMs(25);
              w.client.Write("abcd");
              w.RunMs(6);
              w.server.Write("hello");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK
          C>S ACK MPC[bytes=20]
          C>S data[seq=1,"abcd"] MPC[Key-C,Key-S✓,len=4]
          S>C ACK[ack=1] DSS[dack=1]
          S>C data[seq=1,"hello"] DSS[dsn=1,ssn=1,dack=1]
          S>C ACK[ack=5] DSS[dack=5]
          C>S ACK[ack=6] DSS[dack=6]
          C: multipath read="hello"
          S: multipath read="abcd")",
    },
    Scenario{
        .id = "R4",
        .name = "third-ack-lost",
        .title = "The third ACK is lost: the first data carries the keys and makes the connection all the same",
        .source = "RFC 8684 3.1; seed 002, rfc6824bis-05",
        .play =
            [](World& w) {
              w.Lose("C>S ACK MPC[bytes=20]");
              w.Connect();
              w.RunMs(100);
              w.client.Write("abcd");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK
          C>S ACK MPC[bytes=20] lost
          C>S data[seq=1,"abcd"] MPC[Key-C,Key-S✓,len=4,bytes=22]
          S>C ACK[ack=5] DSS[dack=5]
          S: multipath read="abcd")",
    },
    Scenario{
        .id = "R4b",
        .name = "first-data-lost",
        .title = "Third ACK and first data are lost: what is sent again has the keys, too",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.Lose("C>S ACK MPC[bytes=20]");
              w.Lose("C>S data[seq=1]");
              w.Connect();
              w.RunMs(100);
              w.client.Write("abcd");
              w.RunMs(700);
            },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK
          C>S ACK MPC[bytes=20] lost
          C>S data[seq=1,"abcd"] MPC[bytes=22] lost
          C>S data[seq=1,"abcd"] MPC[Key-C,Key-S✓,len=4,bytes=22] again
          S>C ACK[ack=5] DSS[dack=5]
          S: multipath read="abcd")",
    },
    Scenario{
        .id = "R32",
        .name = "close-without-data",
        .title = "A connection that is closed before any data: the DATA_FIN is number 1",
        .source = "RFC 8684 3.3.3",
        .play =
            [](World& w) {
              w.Open();
              w.client.Shutdown();
              w.RunMs(40);
              w.server.Shutdown();
              w.RunMs(200);
            },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK
          C>S ACK
          S>C ACK
          C>S ACK DSS[dsn=1,DATA_FIN,!ssn]
          S>C ACK DSS[dack=2]
          C>S FIN[seq=1]
          S>C ACK[ack=2]
          S>C ACK DSS[dsn=1,DATA_FIN,!ssn]
          C>S ACK DSS[dack=2]
          S>C FIN[seq=1]
          C>S ACK[ack=2]
          C: peer-closed closed
          S: peer-closed closed)",
    },
    Scenario{
        .id = "R35",
        .name = "dsn-wrap",
        .title = "Data sequence numbers run over the end of their low 32 bits",
        .source = "RFC 8684 3.3.1",
        .options = NearTheWrap,
        .play =
            [](World& w) {
              w.Open();
              w.client.Write("abcd");
              w.RunMs(50);
              w.client.WriteBytes(2920);
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S]
          C>S ACK[ack=1] MPC[v1,H,Key-C,Key-S✓]
          S>C ACK[ack=1] DSS[dack=1]
          C>S data[seq=1,len=4,ack=1,"abcd"] DSS[dsn=1,ssn=1,dack=1]
          S>C ACK[ack=5] DSS[dack=5]
          C>S data[seq=5,len=1436,ack=1] DSS[dsn=5,ssn=5,len=2920,dack=1]
          C>S data[seq=1441,len=1436,ack=1] DSS[dsn=5,ssn=5,len=2920,dack=1]
          C>S data[seq=2877,len=48,ack=1] DSS[dsn=5,ssn=5,len=2920,dack=1]
          S>C ACK[ack=2925] DSS[dack=2925]
          S: read=2924)",
    },
    Scenario{
        .id = "R29",
        .name = "flag-c",
        .title = "Flag C: nobody may join at the address of the first subflow, but an announced one is welcome",
        .source = "RFC 8684 3.1, 3.4.1; seed 002, rfc6824bis-07",
        .options = WithJoinsForbidden,
        .play =
            [](World& w) {
              w.client.AddPathEndpoint(2, true, false);
              w.Open();
              w.Exchange();
              w.RunMs(200);
              w.server.Announce(2);
              w.RunMs(300);
            },
        .expect = R"(
          C>S SYN MPC[H]
          S>C SYN+ACK MPC[CH]
          C>S ACK MPC
          S>C ACK
          C>S data
          S>C ACK
          S>C data
          C>S ACK
          S>C ACK ADD_ADDR[id=1,10.0.9.2,HMAC-S✓]
          C2>S SYN MPJ[id=0,Token-S,Nonce-C]
          C>S ACK ADD_ADDR[echo,id=1,10.0.9.2,!HMAC-C✓]
          S>C2 SYN+ACK MPJ[id=1,HMAC-S✓]
          C2>S ACK MPJ[HMAC-C✓]
          S>C2 ACK
          C: subflows=2)",
    },
};

}  // namespace

std::span<const Scenario> Handshakes() { return kScenarios; }

}  // namespace mptcpp::scenarios
