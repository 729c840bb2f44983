// SPDX-License-Identifier: Apache-2.0
// Data in the SYN (RFC 7413; RFC 8684 appendix B, figures 18 to 21, erratum 6609), and servers that keep nothing of a SYN.
#include <array>

#include "scenarios/edits.h"
#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

constexpr std::string_view kTwenty = "abcdefghijklmnopqrst";

WorldOptions FastOpen() {
  WorldOptions options = Mptcp();
  options.client.fast_open = options.server.fast_open = true;
  return options;
}
WorldOptions NobodyMayPend() {
  WorldOptions options = FastOpen();
  options.server.fast_open_pending_limit = 0;
  return options;
}
WorldOptions WithSynCookies() {
  WorldOptions options = Mptcp();
  options.server_endpoint.syn_cookies = SynCookies::kAlways;
  return options;
}

// A box that lets only so many bytes of data in a SYN through.
Edit KeepOfSyn(std::size_t bytes) {
  return [bytes](sim::SegmentEdit& segment) {
    if (!segment.IsSyn() || segment.payload().size() <= bytes) return false;
    segment.SetPayload(segment.payload().first(bytes));
    return true;
  };
}

const std::array kScenarios{
    Scenario{
        .id = "R28",
        .name = "fast-open-cookie",
        .title = "The SYN asks for a fast-open cookie beside MP_CAPABLE, and the SYN/ACK has both",
        .source = "RFC 8684 B.1, figure 18; RFC 7413 3",
        .options = FastOpen,
        .play = [](World& w) { w.Open(); },
        .expect = R"(
          C>S SYN[seq=0,!len=20] MPC[v1,H,bytes=4] TFO[request]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S,bytes=12] TFO[cookie]
          C>S ACK[ack=1] MPC[v1,H,Key-C,Key-S✓,bytes=20] !TFO
          S>C ACK[ack=1] DSS[dack=1]
          C: multipath
          S: multipath)",
    },
    Scenario{
        .id = "R28b",
        .name = "fast-open-data",
        .title = "Data in the SYN, and an answer before the third ACK: neither the 20 bytes nor the server's Data ACK have a number yet",
        .source = "RFC 8684 B.2, figure 19",
        .corrected = "figure 19 has a Data ACK on the server's early data, for which it would need the client's key: erratum 6609",
        .options = FastOpen,
        .play =
            [](World& w) {
              w.LearnCookie();
              w.Connect();
              w.client.Write(kTwenty);
              w.RunMs(12);
              w.server.Write("early");
              w.RunMs(12);
              w.client.Write(kTwenty);
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN[seq=0,len=20] MPC[v1,H,bytes=4] TFO[cookie]
          S>C SYN+ACK[seq=0,ack=21] MPC[v1,H,Key-S]
          S>C data[seq=1,len=5,ack=21,"early"] DSS[dsn=1,ssn=1,!dack=1]
          C>S ACK[ack=1] MPC[v1,H,Key-C,Key-S✓,bytes=20]
          C>S ACK[ack=6] MPC[v1,H,Key-C,Key-S✓,bytes=20]
          C>S data[seq=21,len=20] MPC[Key-C,Key-S✓,len=20]
          ...
          S>C ACK[ack=41] DSS[dack=21]
          ...
          C: multipath read="early"
          S: multipath read="abcdefghijklmnopqrstabcdefghijklmnopqrst")",
    },
    Scenario{
        .id = "R28c",
        .name = "fast-open-not-taken",
        .title = "The server takes nothing of the SYN's data: it leaves again as the first data, with MP_CAPABLE and a number",
        .source = "RFC 8684 B.3, figure 20",
        .corrected = "the last segment of figure 20 has a mapping of length 0, which would be an infinite mapping: a Data ACK is meant",
        .options = NobodyMayPend,
        .play =
            [](World& w) {
              w.LearnCookie();
              w.Connect();
              w.client.Write(kTwenty);
              w.RunMs(100);
              w.client.Write("next");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN[seq=0,len=20] MPC[v1,H] TFO[cookie]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S]
          C>S data[seq=1,len=20] MPC[Key-C,Key-S✓,len=20]
          S>C ACK[ack=21] DSS[dack=21]
          C>S data[seq=21,"next"] DSS[dsn=21,ssn=21]
          S>C ACK[ack=25] DSS[dack=25]
          S: multipath read="abcdefghijklmnopqrstnext")",
    },
    Scenario{
        .id = "R28d",
        .name = "fast-open-partly-taken",
        .title = "Half of the SYN's data arrives: the rest is mapped, and the numbers begin with it",
        .source = "RFC 8684 B.3, figure 21",
        .options = FastOpen,
        .play =
            [](World& w) {
              w.LearnCookie();
              w.Change("C>S SYN", KeepOfSyn(10));
              w.Connect();
              w.client.Write(kTwenty);
              w.RunMs(100);
              w.client.Write("next");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN[seq=0,len=20] MPC[v1,H] TFO[cookie]
          S>C SYN+ACK[seq=0,ack=11] MPC[v1,H,Key-S]
          C>S data[seq=11,len=10] MPC[Key-C,Key-S✓,len=10]
          S>C ACK[ack=21] DSS[dack=11]
          C>S data[seq=21,"next"] DSS[dsn=11,ssn=11]
          S>C ACK[ack=25] DSS[dack=15]
          S: multipath read="abcdefghijklmnopqrstnext")",
    },
    Scenario{
        .id = "S002-6b",
        .name = "syn-cookie",
        .title = "A server that keeps nothing of the SYN: its key is derived, and found again from the third ACK",
        .source = "seed 002; RFC 8684 3.1; RFC 4987 3.6",
        .corrected = "the seed tells it of version 0, where the third ACK alone carries the keys; in version 1 the first data repeats them",
        .options = WithSynCookies,
        .play =
            [](World& w) {
              w.Connect();
              w.RunMs(15);
              w.RequireServer("no-connection SyncookiesSent=1");
              w.RunMs(50);
              w.client.Write("abcd");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H,bytes=4]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S,bytes=12]
          C>S ACK[ack=1] MPC[v1,H,Key-C,Key-S✓,bytes=20]
          S>C ACK[ack=1] DSS[dack=1]
          C>S data[seq=1,"abcd"] DSS[dsn=1,ssn=1]
          S>C ACK[ack=5] DSS[dack=5]
          C: multipath
          S: multipath read="abcd" SyncookiesRecv=1)",
    },
    Scenario{
        .id = "S002-6c",
        .name = "syn-cookie-third-ack-lost",
        .title = "The third ACK is lost: the first data has the keys, too, and the server makes its connection from that",
        .source = "seed 002; RFC 8684 3.1",
        .options = WithSynCookies,
        .play =
            [](World& w) {
              w.Lose("C>S ACK MPC[bytes=20]");
              w.Connect();
              w.RunMs(100);
              w.RequireServer("no-connection");
              w.client.Write("abcd");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN MPC[v1]
          S>C SYN+ACK MPC[v1,Key-S]
          C>S ACK MPC[Key-C,Key-S✓] lost
          C>S data[seq=1,"abcd"] MPC[Key-C,Key-S✓,len=4]
          S>C ACK[ack=5] DSS[dack=5]
          C: multipath
          S: multipath read="abcd" SyncookiesRecv=1)",
    },
};

}  // namespace

std::span<const Scenario> FastOpens() { return kScenarios; }

}  // namespace mptcpp::scenarios
