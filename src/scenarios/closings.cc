// SPDX-License-Identifier: Apache-2.0
// The end of a stream and of a connection: DATA_FIN, and FINs of subflows (RFC 8684 3.3.3, appendix D).
#include <array>

#include "scenarios/edits.h"
#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

void BeginWithTwo(World& w) {
  w.OpenTwo();
  w.Begin();
}
// So that the stories are short: TIME-WAIT counts as a subflow that is there.
WorldOptions ShortTimeWait() {
  WorldOptions options = Mptcp();
  options.client.tcp.time_wait = options.server.tcp.time_wait = Duration::Millis(50);
  return options;
}
WorldOptions ShortPatience() {
  WorldOptions options = ShortTimeWait();
  options.client.close_timeout = options.server.close_timeout = Duration::Seconds(10);
  return options;
}
WorldOptions RoundRobin() {
  WorldOptions options = Mptcp();
  options.client.scheduler = options.server.scheduler = "roundrobin";
  return options;
}

const std::array kScenarios{
    Scenario{
        .id = "R5",
        .name = "data-fin",
        .also = "S003-8",
        .title = "A DATA_FIN on a segment of its own ends one direction; it takes a data sequence number, but no byte of a subflow",
        .source = "RFC 8684 3.3.3; seed 003",
        .corrected = "the seed calls DATA_FIN a message: it is a flag of the DSS option that takes one data sequence number",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Write("abcd");
              w.RunMs(40);
              w.client.Shutdown();
              w.RunMs(100);
              w.server.Shutdown();
              w.RunMs(200);
            },
        .expect = R"(
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3]
          S>C ACK[ack=7] DSS[dack=7]
          C>S ACK[ack=3] DSS[dsn=7,DATA_FIN,dack=3]
          S>C ACK[ack=7] DSS[dack=8]
          S>C2 ACK[ack=1] DSS[dack=8]
          C>S FIN[seq=7,ack=3] DSS[dack=3]
          C2>S FIN[seq=1,ack=1] DSS[dack=3]
          S>C ACK[ack=8] DSS[dack=8]
          S>C2 ACK[ack=2] DSS[dack=8]
          S>C2 ACK[ack=2] DSS[dsn=3,DATA_FIN,dack=8]
          C2>S ACK[ack=1] DSS[dack=4]
          S>C FIN[seq=3,ack=8] DSS[dack=8]
          S>C2 FIN[seq=1,ack=2] DSS[dack=8]
          C>S ACK[ack=4] DSS[dack=4]
          C2>S ACK[ack=2] DSS[dack=4]
          C: closed
          S: closed)",
    },
    Scenario{
        .id = "R6",
        .name = "data-fin-with-data",
        .title = "The last data and the DATA_FIN share a mapping, which is one longer than the payload",
        .source = "RFC 8684 3.3.3",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Write("abcdefghij");
              w.client.Shutdown();
              w.RunMs(300);
            },
        .expect = R"(
          C>S data[seq=3,len=10,ack=3,"abcdefghij"] DSS[dsn=3,ssn=3,DATA_FIN,dack=3]
          S>C ACK[ack=13] DSS[dack=14]
          S>C2 ACK[ack=1] DSS[dack=14]
          C>S FIN[seq=13,ack=3] DSS[dack=3]
          C2>S FIN[seq=1,ack=1] DSS[dack=3]
          S>C ACK[ack=14] DSS[dack=14]
          S>C2 ACK[ack=2] DSS[dack=14]
          S: read="abcdefghij" peer-closed)",
    },
    Scenario{
        .id = "R7",
        .name = "data-fin-before-fin",
        .title = "No subflow ends before the DATA_FIN is acknowledged: then there is a FIN on each",
        .source = "RFC 8684 3.3.3",
        .options = RoundRobin,
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Write("abcd");
              w.RunMs(1);
              w.client.Write("efgh");
              w.client.Close();
              w.RunMs(40);
              w.server.Close();
              w.RunMs(300);
            },
        .expect = R"(
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3]
          C2>S data[seq=1,len=4,ack=1,"efgh"] DSS[dsn=7,ssn=1,DATA_FIN,dack=3]
          S>C ACK[ack=7] DSS[dack=7]
          S>C2 ACK[ack=5] DSS[dack=12]
          C>S FIN[seq=7,ack=3] DSS[dack=3]
          C2>S FIN[seq=5,ack=1] DSS[dack=3]
          S>C ACK[ack=8] DSS[dack=12]
          S>C2 ACK[ack=5] DSS[dsn=3,DATA_FIN,dack=12]
          S>C2 ACK[ack=6] DSS[dsn=3,DATA_FIN,dack=12]
          C>S ACK[ack=3] DSS[dack=4]
          C2>S ACK[ack=1] DSS[dack=4]
          C2>S ACK[ack=1] DSS[dack=4]
          S>C FIN[seq=3,ack=8] DSS[dack=12]
          S>C2 FIN[seq=1,ack=6] DSS[dack=12]
          C>S ACK[ack=4] DSS[dack=4]
          C2>S ACK[ack=2] DSS[dack=4]
          C: closed
          S: closed)",
    },
    Scenario{
        .id = "R8",
        .name = "half-close",
        .title = "After its DATA_FIN the client only listens; the server sends on and ends later",
        .source = "RFC 8684 3.3.3",
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.Begin();
              w.client.Shutdown();
              w.RunMs(60);
              w.server.WriteBytes(4380);
              w.RunMs(60);
              w.server.Shutdown();
              w.RunMs(200);
            },
        .expect = R"(
          C>S ACK[ack=3] DSS[dsn=3,DATA_FIN,dack=3]
          S>C ACK[ack=3] DSS[dack=4]
          C>S FIN[seq=3,ack=3] DSS[dack=3]
          S>C ACK[ack=4] DSS[dack=4]
          S>C data[seq=3,len=1432,ack=4] DSS[dsn=3,ssn=3,len=4380,dack=4]
          S>C data[seq=1435,len=1432,ack=4] DSS[dsn=3,ssn=3,len=4380,dack=4]
          S>C data[seq=2867,len=1432,ack=4] DSS[dsn=3,ssn=3,len=4380,dack=4]
          S>C data[seq=4299,len=84,ack=4] DSS[dsn=3,ssn=3,len=4380,dack=4]
          C>S ACK[ack=4383] DSS[dack=4383]
          S>C ACK[ack=4] DSS[dsn=4383,DATA_FIN,dack=4]
          C>S ACK[ack=4383] DSS[dack=4384]
          S>C FIN[seq=4383,ack=4] DSS[dack=4]
          C>S ACK[ack=4384] DSS[dack=4384]
          C: read=4380 intact closed
          S: closed)",
    },
    Scenario{
        .id = "R9",
        .name = "closes-cross",
        .title = "Both DATA_FINs cross: each acknowledges the other's",
        .source = "RFC 8684 appendix D",
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.Begin();
              w.client.Shutdown();
              w.server.Shutdown();
              w.RunMs(300);
            },
        .expect = R"(
          C>S ACK[ack=3] DSS[dsn=3,DATA_FIN,dack=3]
          S>C ACK[ack=3] DSS[dsn=3,DATA_FIN,dack=3]
          S>C ACK[ack=3] DSS[dsn=3,DATA_FIN,dack=4]
          C>S ACK[ack=3] DSS[dsn=3,DATA_FIN,dack=4]
          C>S FIN[seq=3,ack=3] DSS[dack=4]
          C>S ACK[ack=3] DSS[dack=4]
          S>C FIN[seq=3,ack=3] DSS[dack=4]
          S>C ACK[ack=3] DSS[dack=4]
          S>C ACK[ack=4] DSS[dack=4]
          C>S ACK[ack=4] DSS[dack=4]
          C: closed
          S: closed)",
    },
    Scenario{
        .id = "S003-7",
        .name = "subflow-fin",
        .title = "The FIN of a subflow ends that subflow only",
        .source = "seed 003; RFC 8684 3.3.3",
        .options = ShortTimeWait,
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.CloseSubflow(1);
              w.RunMs(100);
              w.client.Write("abcd");
              w.RunMs(100);
            },
        .expect = R"(
          C>S FIN[seq=3,ack=3] DSS[dack=3]
          S>C FIN[seq=3,ack=4] DSS[dack=3]
          C>S ACK[ack=4] DSS[dack=3]
          C2>S data[seq=1,len=4,ack=1,"abcd"] DSS[dsn=3,ssn=1,dack=3]
          S>C2 ACK[ack=5] DSS[dack=7]
          C: multipath subflows=1
          S: multipath subflows=1 read="abcd")",
    },
    Scenario{
        .id = "S003-7b",
        .name = "subflow-rst",
        .title = "So does a reset: the network tears one subflow down, and the connection goes on",
        .source = "seed 003; RFC 8684 3.6, 4",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.Box(1, "inject-rst", {{"direction", "both"}});
              w.client.Write("abcd");
              w.RunMs(400);
            },
        .expect = R"(
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3]
          C>S RST[seq=7]
          C2>S data[seq=1,len=4,ack=1,"abcd"] DSS[dsn=3,ssn=1,dack=3]
          S>C2 ACK[ack=5] DSS[dack=7]
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3] again
          S>C RST[seq=3]
          C: multipath subflows=1
          S: multipath subflows=1 read="abcd")",
    },
    Scenario{
        .id = "R10",
        .name = "break-before-make",
        .title = "All subflows are gone, the connection is not: a new one takes the stream up where the Data ACK stands",
        .source = "RFC 8684 3.3.3",
        .options = ShortTimeWait,
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.Begin();
              w.client.CloseSubflow(1);
              w.RunMs(200);
              w.RequireClient("multipath subflows=0");
              w.client.Write("abcd");
              w.RunMs(100);
              w.client.Join(2);
              w.RunMs(200);
            },
        .expect = R"(
          C>S FIN[seq=3,ack=3] DSS[dack=3]
          S>C FIN[seq=3,ack=4] DSS[dack=3]
          C>S ACK[ack=4] DSS[dack=3]
          C2>S SYN[seq=0] MPJ[id=1,Token-S,Nonce-C]
          S>C2 SYN+ACK[seq=0,ack=1] MPJ[id=0,HMAC-S✓,Nonce-S]
          C2>S ACK[ack=1] MPJ[HMAC-C✓]
          S>C2 ACK[ack=1] DSS[dack=3]
          C2>S data[seq=1,len=4,ack=1,"abcd"] DSS[dsn=3,ssn=1,dack=3]
          S>C2 ACK[ack=5] DSS[dack=7]
          C: multipath subflows=1
          S: multipath subflows=1 read="abcd")",
    },
    Scenario{
        .id = "R11",
        .name = "no-subflow-timeout",
        .title = "All subflows are gone and none comes: after a while the connection fails",
        .source = "RFC 8684 3.3.3",
        .options = ShortPatience,
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.Begin();
              w.client.CloseSubflow(1);
              w.RunMs(12000);
            },
        .expect = R"(
          ...
          C: failed=timed-out
          S: failed=timed-out)",
    },
    Scenario{
        .id = "R38",
        .name = "first-names-stay",
        .title = "After the first subflow is gone an application still sees its addresses",
        .source = "RFC 8684 4",
        .options = ShortTimeWait,
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.CloseSubflow(1);
              w.RunMs(200);
              w.Require(w.client.Info().first_tuple.local.address == w.client.AddressOf(1), "the first address changed");
              w.Require(w.server.Info().first_tuple.remote.address == w.client.AddressOf(1), "the first peer changed");
            },
        .expect = R"(
          C>S FIN[seq=3,ack=3] DSS[dack=3]
          S>C FIN[seq=3,ack=4] DSS[dack=3]
          C>S ACK[ack=4] DSS[dack=3]
          C: subflows=1
          S: subflows=1)",
    },
    Scenario{
        .id = "X-2",
        .name = "data-fins-on-two-subflows",
        .title = "The last bytes of both streams travel on different subflows",
        .source = "newer public version of seed 000",
        .corrected = "the drawing's last Data ACK is z+2 and x+3 where it says x+2: a DATA_FIN takes a number, too",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.server.SetBackup(1, true);
              w.client.Write("XYZ");
              w.client.Shutdown();
              w.server.Write("M");
              w.server.Shutdown();
              w.RunMs(300);
            },
        .expect = R"(
          S>C2 data[seq=1,len=1,ack=1,"M"] DSS[dsn=3,ssn=1,DATA_FIN,dack=3]
          S>C ACK[ack=3] MP_PRIO[backup] DSS[dsn=4,DATA_FIN,dack=3]
          C>S data[seq=3,len=3,ack=3,"XYZ"] DSS[dsn=3,ssn=3,DATA_FIN,dack=3]
          S>C ACK[ack=6] DSS[dsn=4,DATA_FIN,dack=7]
          S>C2 ACK[ack=1] DSS[dsn=4,DATA_FIN,dack=7]
          C2>S ACK[ack=2] DSS[dsn=6,DATA_FIN,dack=5]
          C>S FIN[seq=6,ack=3] DSS[dack=5]
          C2>S FIN[seq=1,ack=2] DSS[dack=5]
          C>S ACK[ack=3] DSS[dack=5]
          C2>S ACK[ack=2] DSS[dack=5]
          S>C FIN[seq=3,ack=7] DSS[dack=7]
          S>C2 FIN[seq=2,ack=1] DSS[dack=7]
          S>C2 ACK[ack=1] DSS[dack=7]
          S>C2 ACK[ack=2] DSS[dack=7]
          C>S ACK[ack=4] DSS[dack=5]
          C2>S ACK[ack=3] DSS[dack=5]
          C: read="M" closed
          S: read="XYZ" closed)",
    },
};

}  // namespace

std::span<const Scenario> Closings() { return kScenarios; }

}  // namespace mptcpp::scenarios
