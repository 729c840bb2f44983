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
          ...
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
          ...
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
          ...
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
          ...
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
          ...
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
          ...
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
          ...
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
          ...
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
          ...
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
          ...
          C: read="M" closed
          S: read="XYZ" closed)",
    },
};

}  // namespace

std::span<const Scenario> Closings() { return kScenarios; }

}  // namespace mptcpp::scenarios
