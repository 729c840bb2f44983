// SPDX-License-Identifier: Apache-2.0
// One stream over several subflows: data sequence mappings, Data ACKs, reinjection and the shared window (RFC 8684 3.3).
#include <array>

#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

WorldOptions SmallWindow() {
  WorldOptions options = Mptcp();
  options.server.receive_buffer = options.server.initial_receive_buffer = Bytes(4096);
  return options;
}
WorldOptions RoundRobin() {
  WorldOptions options = Mptcp();
  options.client.scheduler = options.server.scheduler = "roundrobin";
  return options;
}
WorldOptions Redundant() {
  WorldOptions options = Mptcp();
  options.client.scheduler = options.server.scheduler = "redundant";
  return options;
}

void BeginWithTwo(World& w) {
  w.OpenTwo();
  w.Begin();
}
const std::array kScenarios{
    Scenario{
        .id = "S001-6",
        .name = "two-subflows",
        .also = "S003-5",
        .title = "One stream on two subflows: data sequence numbers go on, subflow numbers begin at 1 on each",
        .source = "seed 001, figure 5; RFC 8684 3.3.1, 3.3.2",
        .corrected = "the seed says that the DSN is the starting number of the subflow: it belongs to the connection, is absolute, and names "
                     "the first byte mapped; the subflow sequence number is the relative one; the Data ACK is the next DSN expected",
        .options = RoundRobin,
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Write("abcdefghij");
              w.RunMs(1);
              w.client.Write("klmnopqrst");
              w.RunMs(100);
            },
        .expect = R"(
          C>S data[seq=3,len=10,ack=3,"abcdefghij"] DSS[dsn=3,ssn=3,dack=3]
          C2>S data[seq=1,len=10,ack=1,"klmnopqrst"] DSS[dsn=13,ssn=1,dack=3]
          S>C ACK[ack=13] DSS[dack=13]
          S>C2 ACK[ack=11] DSS[dack=23]
          S: read="abcdefghijklmnopqrst")",
    },
    Scenario{
        .id = "S001-6b",
        .name = "reversed-arrival",
        .title = "The second half overtakes the first: the Data ACK waits, then jumps",
        .source = "seed 001, text to figure 5; RFC 8684 3.3.2",
        .options = RoundRobin,
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.path(1).Change([](sim::LinkOptions& link) { link.delay = Duration::Millis(40); });
              w.client.Write("abcdefghij");
              w.RunMs(1);
              w.client.Write("klmnopqrst");
              w.RunMs(100);
            },
        .expect = R"(
          C>S data[seq=3,len=10,ack=3,"abcdefghij"] DSS[dsn=3,ssn=3,dack=3]
          C2>S data[seq=1,len=10,ack=1,"klmnopqrst"] DSS[dsn=13,ssn=1,dack=3]
          S>C2 ACK[ack=11] DSS[dack=3]
          S>C ACK[ack=13] DSS[dack=23]
          S: read="abcdefghijklmnopqrst")",
    },
    Scenario{
        .id = "R33",
        .name = "loss-on-one-subflow",
        .title = "A loss on one subflow holds back the Data ACK for both; each subflow repairs its own losses",
        .source = "RFC 8684 3.3.2, 3.3.6",
        .options = RoundRobin,
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.Lose("C>S data");
              for (const char* text : {"abcd", "efgh", "ijkl", "mnop", "qrst", "uvwx"}) {
                w.client.Write(text);
                w.RunMs(2);
              }
              w.RunMs(500);
            },
        .expect = R"(
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3] lost
          C2>S data[seq=1,len=4,ack=1,"efgh"] DSS[dsn=7,ssn=1,dack=3]
          C>S data[seq=7,len=4,ack=3,"ijkl"] DSS[dsn=11,ssn=7,dack=3]
          C2>S data[seq=5,len=4,ack=1,"mnop"] DSS[dsn=15,ssn=5,dack=3]
          C>S data[seq=11,len=4,ack=3,"qrst"] DSS[dsn=19,ssn=11,dack=3]
          C2>S data[seq=9,len=4,ack=1,"uvwx"] DSS[dsn=23,ssn=9,dack=3]
          S>C ACK[ack=3] SACK[7:11] DSS[dack=3]
          S>C2 ACK[ack=5] DSS[dack=3]
          S>C ACK[ack=3] SACK[7:15] DSS[dack=3]
          S>C2 ACK[ack=9] DSS[dack=3]
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3] again
          S>C2 ACK[ack=13] DSS[dack=3]
          S>C ACK[ack=15] DSS[dack=27]
          S: read="abcdefghijklmnopqrstuvwx")",
    },
    Scenario{
        .id = "S003-6",
        .name = "reinjection",
        .title = "A path falls silent: its bytes go over the other one with the same data sequence numbers, and still again on their own",
        .source = "seed 003; RFC 8684 3.3.6",
        .corrected = "the seed suggests that sending elsewhere ends the matter: the original subflow must still deliver the same bytes "
                     "(or be reset), or middleboxes would see a hole",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.WriteBytes(1000);
              w.Cut(1);
              w.RunMs(1200);
              w.Mend(1);
              w.RunMs(1500);
            },
        .expect = R"(
          C>S data[seq=3,len=1000,ack=3] DSS[dsn=3,ssn=3,dack=3] lost
          C2>S data[seq=1,len=1000,ack=1] DSS[dsn=3,ssn=1,dack=3]
          S>C2 ACK[ack=1001] DSS[dack=1003]
          C>S data[seq=3,len=1000,ack=3] DSS[dsn=3,ssn=3,dack=3] again lost
          C>S data[seq=3,len=1000,ack=3] DSS[dsn=3,ssn=3,dack=3] again lost
          C>S data[seq=3,len=1000,ack=3] DSS[dsn=3,ssn=3,dack=3] again lost
          C>S ACK[ack=3] DSS[dack=3] lost
          C>S data[seq=3,len=1000,ack=3] DSS[dsn=3,ssn=3,dack=3] again
          S>C ACK[ack=1003] DSS[dack=1003]
          S: read=1000 intact)",
    },
    Scenario{
        .id = "R34",
        .name = "zero-window",
        .title = "The shared window closes on all subflows at once, is probed, and opens again",
        .source = "RFC 8684 3.3.1, 3.3.4; RFC 9293 3.8.6.1",
        .options = SmallWindow,
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.server.StopReading();
              w.client.WriteBytes(8000);
              w.RunMs(800);
              w.server.ReadOn();
              w.RunMs(800);
            },
        .expect = R"(
          C>S data[seq=3,len=1432,ack=3] DSS[dsn=3,ssn=3,len=2864,dack=3]
          C>S data[seq=1435,len=1432,ack=3] DSS[dsn=3,ssn=3,len=2864,dack=3]
          S>C ACK[ack=2867] DSS[dack=2867]
          C>S data[seq=2867,len=1232,ack=3] DSS[dsn=2867,ssn=2867,dack=3]
          S>C ACK[ack=4099] DSS[dack=4099]
          C>S ACK[ack=3] DSS[dack=3]
          C2>S ACK[ack=1] DSS[dack=3]
          S>C ACK[ack=4099] DSS[dack=4099]
          S>C2 ACK[ack=1] DSS[dack=4099]
          C>S ACK[ack=3] DSS[dack=3]
          S>C ACK[ack=4099] DSS[dack=4099]
          C2>S ACK[ack=1] DSS[dack=3]
          S>C2 ACK[ack=1] DSS[dack=4099]
          S>C ACK[ack=4099] DSS[dack=4099]
          S>C2 ACK[ack=1] DSS[dack=4099]
          C>S data[seq=4099,len=1432,ack=3] DSS[dsn=4099,ssn=4099,len=2864,dack=3]
          C>S data[seq=5531,len=1432,ack=3] DSS[dsn=4099,ssn=4099,len=2864,dack=3]
          C2>S data[seq=1,len=1040,ack=1] DSS[dsn=6963,ssn=1,dack=3]
          S>C ACK[ack=6963] DSS[dack=6963]
          S>C2 ACK[ack=1041] DSS[dack=8003]
          S: read=8000 intact)",
    },
    Scenario{
        .id = "X-1",
        .name = "redundant",
        .title = "The redundant scheduler sends every byte on both subflows; the first copy counts",
        .source = "RFC 8684 3.3.1: a DSN may be mapped on several subflows, the first copy wins",
        .options = Redundant,
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Write("abcd");
              w.RunMs(100);
            },
        .expect = R"(
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3]
          C2>S data[seq=1,len=4,ack=1,"abcd"] DSS[dsn=3,ssn=1,dack=3]
          S>C ACK[ack=7] DSS[dack=7]
          S>C2 ACK[ack=5] DSS[dack=7]
          S: read="abcd")",
    },
};

}  // namespace

std::span<const Scenario> Mappings() { return kScenarios; }

}  // namespace mptcpp::scenarios
