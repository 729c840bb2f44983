// SPDX-License-Identifier: Apache-2.0
// What the reader should know of TCP before Multipath TCP: RFC 9293 in a dozen exchanges.
#include <array>

#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

WorldOptions WithoutSack() {
  WorldOptions options = Tcp();
  options.client.tcp.sack = options.server.tcp.sack = false;
  return options;
}
WorldOptions OnlyTheClientHasSack() {
  WorldOptions options = Tcp();
  options.server.tcp.sack = false;
  return options;
}
WorldOptions OnlyTheServerHasSack() {
  WorldOptions options = Tcp();
  options.client.tcp.sack = false;
  return options;
}
// The delayed ACK takes longer than what the figures show.
WorldOptions SlowAcks() {
  WorldOptions options = Tcp();
  options.client.tcp.delayed_ack = options.server.tcp.delayed_ack = Duration::Millis(150);
  return options;
}
WorldOptions WithTimestamps() {
  WorldOptions options = Tcp();
  options.tcp_options = true;
  return options;
}

// A kind that nobody has assigned, in place of SACK-permitted's.
bool MakeOptionUnknown(sim::SegmentEdit& segment) {
  const auto option = segment.Find(wire::kKindSackPermitted);
  if (option.empty()) return false;
  Store8(option.data(), 0xee);
  return true;
}

const std::array kScenarios{
    Scenario{
        .id = "S000-1",
        .name = "tcp-handshake",
        .title = "The three-way handshake of TCP",
        .source = "seed 000, fig-tcp-handshake",
        .options = WithoutSack,
        .play = [](World& w) { w.Open(); },
        .expect = R"(
          C>S SYN[seq=0] !SACK-permitted !MPTCP
          S>C SYN+ACK[seq=0,ack=1] !MPTCP
          C>S ACK[ack=1] !MPTCP
          C: tcp established tcp1=ESTABLISHED
          S: tcp established tcp1=ESTABLISHED)",
    },
    Scenario{
        .id = "S000-2",
        .name = "sack-permitted",
        .title = "An extension is negotiated: selective acknowledgments",
        .source = "seed 000, fig-tcp-handshake-sack",
        .options = Tcp,
        .play = [](World& w) { w.Open(); },
        .expect = R"(
          C>S SYN[seq=0] SACK-permitted
          S>C SYN+ACK[seq=0,ack=1] SACK-permitted
          C>S ACK[ack=1] !SACK-permitted
          C: tcp1=ESTABLISHED
          S: tcp1=ESTABLISHED)",
    },
    Scenario{
        .id = "S000-2b",
        .name = "sack-refused",
        .title = "A server without the extension leaves it out of the SYN/ACK, and nobody uses it",
        .source = "seed 000, text to fig-tcp-handshake-sack",
        .options = OnlyTheClientHasSack,
        .play =
            [](World& w) {
              w.Open();
              w.Lose("data[seq=1]");
              w.client.Write("abcd");
              w.RunMs(1);
              w.client.Write("efgh");
              w.RunMs(14);
            },
        .expect = R"(
          C>S SYN SACK-permitted
          S>C SYN+ACK !SACK-permitted
          C>S ACK
          C>S data[seq=1] lost
          C>S data[seq=5]
          S>C ACK[ack=1] !SACK lost)",
    },
    Scenario{
        .id = "S000-2c",
        .name = "sack-not-offered",
        .title = "What the SYN does not offer, the SYN/ACK must not contain",
        .source = "seed 000, text to fig-tcp-handshake-sack",
        .options = OnlyTheServerHasSack,
        .play = [](World& w) { w.Open(); },
        .expect = R"(
          C>S SYN !SACK-permitted
          S>C SYN+ACK !SACK-permitted
          C>S ACK)",
    },
    Scenario{
        .id = "S000-2d",
        .name = "unknown-option",
        .title = "An unknown option in the SYN is ignored",
        .source = "seed 000, text: a server that does not recognize the option ignores it (RFC 9293 MUST-6)",
        .options = Tcp,
        .play =
            [](World& w) {
              w.client.Lie(MakeOptionUnknown);
              w.Open();
            },
        .expect = R"(
          C>S SYN[seq=0] !SACK-permitted
          S>C SYN+ACK[ack=1] !SACK-permitted
          C>S ACK[ack=1]
          C: established
          S: established)",
    },
    Scenario{
        .id = "S000-3",
        .name = "simple-data",
        .title = "Every byte takes one sequence number",
        .source = "seed 000, fig-tcp-simple-data",
        .corrected = "the figure acknowledges 1237 and 1224; the acknowledgment number is the next byte expected: 1238 and 1242",
        .options = WithoutSack,
        .play =
            [](World& w) {
              w.OpenAt(1234, 5678);
              w.client.Write("abcd");
              w.RunMs(100);
              w.client.Write("efgh");
              w.RunMs(100);
            },
        .expect = R"(
          C>S data[seq=1234,len=4,"abcd"]
          S>C ACK[ack=1238]
          C>S data[seq=1238,len=4,"efgh"]
          S>C ACK[ack=1242]
          S: read="abcdefgh")",
    },
    Scenario{
        .id = "S000-4",
        .name = "delayed-ack",
        .title = "Every second full segment is acknowledged",
        .source = "seed 000, fig-tcp-data-delack",
        .options = SlowAcks,
        .play =
            [](World& w) {
              w.OpenAt(1000, 5678);
              w.client.WriteBytes(2920);
              w.RunMs(60);
            },
        .expect = R"(
          C>S data[seq=1000,len=1460]
          C>S data[seq=2460,len=1460]
          S>C ACK[ack=3920]
          S: read=2920 intact)",
    },
    Scenario{
        .id = "S000-4b",
        .name = "lone-segment-ack",
        .title = "A lone segment is acknowledged after a delay below half a second",
        .source = "seed 000, text to fig-tcp-data-delack (RFC 9293 MUST-40)",
        .options = SlowAcks,
        .play =
            [](World& w) {
              w.OpenAt(1000, 5678);
              w.client.WriteBytes(1460);
              w.RunMs(600);
            },
        .expect = R"(
          C>S data[seq=1000,len=1460]
          S>C ACK[ack=2460] after=160ms
          S: read=1460 intact)",
    },
    Scenario{
        .id = "S000-5",
        .name = "piggyback",
        .title = "Data carries the acknowledgment of data the other way",
        .source = "seed 000, fig-tcp-piggyback",
        .corrected = "the text says that only the first SYN lacks ACK: some resets do, too (the answer to a segment that had one)",
        .options = SlowAcks,
        .play =
            [](World& w) {
              w.OpenAt(1234, 5678);
              w.client.Write("abcd");
              w.RunMs(15);
              w.server.Write("ef");
              w.RunMs(15);
              w.client.Write("ghij");
              w.RunMs(400);
            },
        .expect = R"(
          C>S data[seq=1234,ack=5678,len=4,"abcd"]
          S>C data[seq=5678,ack=1238,len=2,"ef"]
          C>S data[seq=1238,ack=5680,len=4,"ghij"]
          S>C ACK[ack=1242]
          C: read="ef"
          S: read="abcdghij")",
    },
    Scenario{
        .id = "S000-6",
        .name = "retransmission-timer",
        .title = "A lost segment comes again when the retransmission timer ends, and after twice the time if it is lost again",
        .source = "seed 000, fig-tcp-retrans (RFC 6298)",
        .options = WithoutSack,
        .play =
            [](World& w) {
              w.OpenAt(1234, 5678);
              w.Lose("data[seq=1234]", 2);
              w.client.Write("abcd");
              w.RunMs(1000);
            },
        .expect = R"(
          C>S data[seq=1234,ack=5678,len=4,"abcd"] lost
          C>S data[seq=1234,ack=5678,"abcd"] again lost after=220ms
          C>S data[seq=1234,ack=5678,"abcd"] again after=440ms
          S>C ACK[ack=1238]
          C: Timeouts=2
          S: read="abcd")",
    },
    Scenario{
        .id = "S000-7",
        .name = "sack-recovery",
        .title = "Selective acknowledgments show what is missing, long before the timer",
        .source = "seed 000, fig-tcp-retrans-sack (RFC 2018, RFC 8985)",
        .corrected = "the figure gives 1234 to two segments (efgh is 1238, each later one 4 more), sends two at one instant and draws one "
                     "ACK; there is one for each arrival, and the right edge of a block is the first byte not received, 1254 at last",
        .options = Tcp,
        .play =
            [](World& w) {
              w.OpenAt(1234, 5678);
              w.Lose("data[seq=1234]");
              for (const char* text : {"abcd", "efgh", "ijkl", "mnop", "qrst"}) {
                w.client.Write(text);
                w.RunMs(2);
              }
              w.RunMs(100);
            },
        .expect = R"(
          C>S data[seq=1234,"abcd"] lost
          C>S data[seq=1238,"efgh"]
          C>S data[seq=1242,"ijkl"]
          C>S data[seq=1246,"mnop"]
          C>S data[seq=1250,"qrst"]
          S>C ACK[ack=1234] SACK[1238:1242]
          S>C ACK[ack=1234] SACK[1238:1246]
          S>C ACK[ack=1234] SACK[1238:1250]
          S>C ACK[ack=1234] SACK[1238:1254]
          C>S data[seq=1234,"abcd"] again
          S>C ACK[ack=1254] !SACK
          C: !Timeouts
          S: read="abcdefghijklmnopqrst")",
    },
    Scenario{
        .id = "S000-8",
        .name = "tcp-fin",
        .title = "Each direction ends with a FIN, which takes a number of its own",
        .source = "seed 000, fig-tcp-fin",
        .corrected = "the figure's last segment is a plain ACK, not FIN+ACK, and acknowledges 5682 = 5678 + 3 bytes + FIN; the client waits "
                     "in TIME-WAIT to acknowledge a repeated FIN, not to repeat its own; FINs carry ACK; \"date\" is data. The figure puts "
                     "each FIN on the data before it; on a segment of its own, as here, it has the same number",
        .options = Tcp,
        .play =
            [](World& w) {
              w.OpenAt(1234, 5678);
              w.client.Write("abcd");
              w.client.Shutdown();
              w.RunMs(100);
              w.server.Write("xyz");
              w.server.Shutdown();
              w.RunMs(100);
              w.RequireClient("tcp1=TIME-WAIT");
            },
        .expect = R"(
          C>S data[seq=1234,len=4,ack=5678,"abcd"]
          C>S FIN[seq=1238,ack=5678]
          S>C ACK[ack=1239]
          S>C data[seq=5678,len=3,ack=1239,"xyz"]
          S>C FIN[seq=5681,ack=1239]
          C>S ACK[ack=5682]
          C: read="xyz" peer-closed closed
          S: read="abcd" peer-closed closed tcp1=CLOSED)",
    },
    Scenario{
        .id = "S000-9",
        .name = "tcp-rst",
        .title = "A server that aborts sends a reset",
        .source = "seed 000, fig-tcp-rst",
        .corrected = "the figure's reset acknowledges 1239; four bytes and no FIN make 1238",
        .options = SlowAcks,
        .play =
            [](World& w) {
              w.OpenAt(1234, 5678);
              w.client.Write("abcd");
              w.RunMs(15);
              w.server.Abort();
              w.RunMs(100);
            },
        .expect = R"(
          C>S data[seq=1234,"abcd"]
          S>C RST[seq=5678,ack=1238]
          C: failed=reset tcp1=CLOSED
          S: tcp1=CLOSED)",
    },
    Scenario{
        .id = "S000-9b",
        .name = "rst-no-listener",
        .title = "A segment for nobody is answered by a reset that takes its number from it",
        .source = "seed 000, text to fig-tcp-rst (RFC 9293 3.5.2)",
        .options = Tcp,
        .play =
            [](World& w) {
              w.client.Connect({w.client.AddressOf(1), World::kClientPort}, {w.server.AddressOf(1), 9}, Tcp().client);
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN[seq=0]
          S>C RST[ack=1]
          C: failed=refused)",
    },
    Scenario{
        .id = "T-1",
        .name = "nagle",
        .title = "Nagle: small segments wait while one is under way",
        .source = "seed 000, text (RFC 896)",
        .options = WithTimestamps,
        .play =
            [](World& w) {
              w.Open();
              w.client.Write("abcd");
              w.RunMs(1);
              w.client.Write("efgh");
              w.RunMs(1);
              w.client.Write("ijkl");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK
          C>S ACK
          C>S data[seq=1,"abcd"]
          S>C ACK[ack=5]
          C>S data[seq=5,"efghijkl"]
          ...
          S: read="abcdefghijkl")",
    },
    Scenario{
        .id = "T-2",
        .name = "checksum-drop",
        .title = "A damaged segment is as good as a lost one",
        .source = "seed 000, text: the checksum detects transmission errors",
        .options = WithoutSack,
        .play =
            [](World& w) {
              w.Open();
              w.path(1).ChangeThere([](sim::LinkOptions& link) { link.corrupt = 1; });
              w.client.Write("abcd");
              w.RunMs(50);
              w.path(1).ChangeThere([](sim::LinkOptions& link) { link.corrupt = 0; });
              w.RunMs(400);
            },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK
          C>S ACK
          C>S data[seq=1,"abcd"]
          C>S data[seq=1,"abcd"] again
          S>C ACK[ack=5]
          S: read="abcd" BadChecksum=1)",
    },
};

}  // namespace

std::span<const Scenario> TcpBasics() { return kScenarios; }

}  // namespace mptcpp::scenarios
