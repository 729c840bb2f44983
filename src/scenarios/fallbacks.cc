// SPDX-License-Identifier: Apache-2.0
// Middleboxes, and what becomes of a connection that meets one (RFC 8684 3.7, 6).
#include <array>

#include "scenarios/edits.h"
#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

WorldOptions WithChecksums() {
  WorldOptions options = Mptcp();
  options.client.checksum = options.server.checksum = true;
  return options;
}

void BeginWithOne(World& w) {
  w.Open();
  w.Exchange();
  w.Begin();
}

// Hardware that cuts large segments copies the options to every part.
class SplitInTwo final : public sim::Middlebox {
 private:
  void Process(sim::PacketPtr packet, sim::Direction direction) override {
    constexpr std::size_t kLarge = 500;
    sim::SegmentEdit whole(*packet);
    const std::size_t size = whole.payload().size();
    if (size < kLarge) return Pass(std::move(packet), direction);
    sim::PacketPtr rest = pool().Copy(*packet);
    sim::SegmentEdit second(*rest);
    second.set_seq(whole.seq() + static_cast<std::uint32_t>(size / 2));
    second.SetPayload(whole.payload().subspan(size / 2));
    second.Seal();
    whole.SetPayload(whole.payload().first(size / 2));
    whole.Seal();
    Pass(std::move(packet), direction);
    Pass(std::move(rest), direction);
  }
};

const std::array kScenarios{
    Scenario{
        .id = "S002-5",
        .name = "syn-eating-firewall",
        .title = "A firewall drops SYNs with MP_CAPABLE: after three of them the client asks for plain TCP",
        .source = "seed 002; RFC 8684 3.9.3",
        .corrected = "how often to try is the client's policy: the protocol names no number",
        .play =
            [](World& w) {
              w.Lose("C>S SYN MPC", -1);
              w.Connect();
              w.RunMs(8000);
              w.client.Write("abcd");
              w.RunMs(60);
            },
        .expect = R"(
          C>S SYN MPC lost
          C>S SYN MPC again lost after=1s
          C>S SYN MPC again lost after=2s
          C>S SYN !MPTCP again after=4s
          S>C SYN+ACK !MPTCP
          C>S ACK !MPTCP
          C>S data["abcd"] !MPTCP
          S>C ACK !MPTCP
          C: tcp established
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R24",
        .name = "synack-stripped",
        .title = "The option is taken off the SYN/ACK: plain TCP",
        .source = "RFC 8684 6, figure 17",
        .play =
            [](World& w) {
              w.Box(1, "strip-synack");
              w.Open();
              w.client.Write("abcd");
              w.RunMs(60);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK MPC[Key-S]
          ...
          C: tcp
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R24b",
        .name = "syn-stripped",
        .title = "The option is taken off the SYN: the server answers as in TCP",
        .source = "RFC 8684 6, figure 17",
        .play =
            [](World& w) {
              w.Box(1, "strip-syn");
              w.Open();
              w.client.Write("abcd");
              w.RunMs(60);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK !MPTCP
          C>S ACK !MPTCP
          C>S data !MPTCP
          S>C ACK !MPTCP
          C: tcp
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R24c",
        .name = "third-ack-stripped",
        .title = "The option is taken off the third ACK: the server goes on as TCP, and the client notices that Data ACKs are missing",
        .source = "RFC 8684 3.7",
        .play =
            [](World& w) {
              w.Box(1, "strip-third-ack");
              w.Open();
              w.client.Write("abcd");
              w.RunMs(200);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S]
          C>S ACK[ack=1] MPC[v1,H,Key-C,Key-S✓]
          C>S data[seq=1,len=4,ack=1,"abcd"] MPC[v1,H,Key-C,Key-S✓,len=4]
          S>C ACK[ack=5]
          S: read="abcd")",
    },
    Scenario{
        .id = "R27",
        .name = "no-data-ack",
        .title = "Data is acknowledged without a Data ACK before the path was proven: an infinite mapping, then plain TCP",
        .source = "RFC 8684 3.7",
        .play =
            [](World& w) {
              w.Box(1, "strip-data");
              w.Connect();
              w.client.Write("abcd");
              w.RunMs(60);
              w.client.Write("efgh");
              w.RunMs(200);
              w.server.Write("ijkl");
              w.RunMs(100);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S]
          C>S data[seq=1,len=4,ack=1,"abcd"] MPC[v1,H,Key-C,Key-S✓,len=4]
          S>C ACK[ack=5]
          C>S data[seq=5,len=4,ack=1,"efgh"] DSS[dsn=1,ssn=1,infinite]
          S>C ACK[ack=9]
          S>C data[seq=1,len=4,ack=9,"ijkl"]
          C>S ACK[ack=5]
          C: read="ijkl"
          S: read="abcdefgh")",
    },
    Scenario{
        .id = "R25",
        .name = "checksum-two-subflows",
        .title = "A box changes the payload: the subflow is reset with MP_FAIL, and the bytes come whole over the other one",
        .source = "RFC 8684 3.7",
        .options = WithChecksums,
        .play =
            [](World& w) {
              w.OpenTwo();
              w.Begin();
              w.Change("C>S payload", ChangePayload());
              w.client.Write("abcd");
              w.RunMs(500);
            },
        .expect = R"(
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3,csum✓]
          S>C RST[seq=3,ack=7] MP_FAIL[dsn=3] TCPRST[middlebox interference]
          C2>S data[seq=1,len=4,ack=1,"abcd"] DSS[dsn=3,ssn=1,dack=3,csum✓]
          S>C2 ACK[ack=5] DSS[dack=7]
          C: multipath subflows=1
          S: multipath subflows=1 read="abcd")",
    },
    Scenario{
        .id = "R26",
        .name = "checksum-one-subflow",
        .title = "The same on the only subflow: MP_FAIL, an infinite mapping, and plain TCP for good",
        .source = "RFC 8684 3.7",
        .options = WithChecksums,
        .play =
            [](World& w) {
              BeginWithOne(w);
              w.Change("C>S payload", ChangePayload());
              w.client.Write("abcd");
              w.RunMs(100);
              w.client.Write("efgh");
              w.RunMs(100);
              w.server.Write("ijkl");
              w.RunMs(100);
            },
        .expect = R"(
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3,csum✓]
          S>C ACK[ack=7] MP_FAIL[dsn=3] DSS[dack=3]
          C>S ACK[ack=3] MP_FAIL[dsn=3]
          C>S data[seq=7,len=4,ack=3,"efgh"] DSS[dsn=3,ssn=3,infinite]
          S>C ACK[ack=11]
          S>C data[seq=3,len=4,ack=11,"ijkl"] DSS[dsn=3,ssn=3,infinite]
          C>S ACK[ack=7]
          C: read="ijkl"
          S: read="Abcdefgh")",
    },
    Scenario{
        .id = "R37",
        .name = "api-after-fallback",
        .title = "An application on a connection that fell back sees what it would see of TCP",
        .source = "RFC 8684 4, 6",
        .play =
            [](World& w) {
              w.Box(1, "strip-synack");
              w.Open();
              w.client.Write("abcd");
              w.RunMs(60);
              w.Require(w.client.Info().first_tuple.remote.port == World::kPort, "the peer's address");
              w.Require(!w.client.endpoint().AddSubflow(w.client.connection(), {w.client.AddressOf(2), 0}, {w.server.AddressOf(1), 80}, false, w.now()),
                        "a plain TCP took another subflow");
              w.client.Shutdown();
              w.RunMs(60);
              w.server.Write("efgh");
              w.server.Close();
              w.RunMs(200);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S]
          C>S ACK[ack=1]
          C>S data[seq=1,len=4,ack=1,"abcd"]
          S>C ACK[ack=5]
          C>S FIN[seq=5,ack=1]
          S>C ACK[ack=6]
          S>C data[seq=1,len=4,ack=6,"efgh"]
          S>C FIN[seq=5,ack=6]
          C>S ACK[ack=6]
          C: tcp read="efgh" peer-closed closed
          S: tcp read="abcd" peer-closed closed)",
    },
    Scenario{
        .id = "X-4",
        .name = "ftp-gateway",
        .title = "A gateway rewrites FTP's PORT and shifts all later numbers: the checksum notices, and the connection falls back",
        .source = "newer public version of seed 000; RFC 8684 3.3.1, 3.7",
        .corrected = "the drawing's \"21 bytes and not 66\": the command had 26 bytes before",
        .options = WithChecksums,
        .play =
            [](World& w) {
              w.Box(1, "gateway", {{"find", "PORT 192,168,0,37,133,67"}, {"replace", "PORT 5,6,7,8,123,45"}, {"direction", "there"}});
              BeginWithOne(w);
              w.client.Write("PORT 192,168,0,37,133,67\r\n");
              w.RunMs(40);
              w.client.Write("LIST\r\n");
              w.RunMs(100);
              w.server.Write("ok");
              w.RunMs(100);
              w.client.Write("bye");
              w.RunMs(100);
              w.Require(w.server.received() == "PORT 5,6,7,8,123,45\r\nLIST\r\nbye", "the server read something else");
            },
        .expect = R"(
          C>S data[seq=3,len=26,ack=3] DSS[dsn=3,ssn=3,dack=3,csum✓]
          S>C ACK[ack=24] DSS[dack=3]
          C>S data[seq=29,len=6,ack=3] DSS[dsn=29,ssn=29,dack=3,csum✓]
          S>C ACK[ack=30] MP_FAIL[dsn=3] DSS[dack=3]
          C>S ACK[ack=3] MP_FAIL[dsn=3]
          S>C data[seq=3,len=2,ack=30,"ok"] DSS[dsn=3,ssn=3,infinite]
          C>S ACK[ack=5]
          C>S data[seq=35,len=3,ack=5,"bye"] DSS[dsn=3,ssn=3,infinite]
          S>C ACK[ack=33]
          C: infinite-mapping read="ok"
          S: infinite-mapping MPFailTx=1)",
    },
    Scenario{
        .id = "X-5",
        .name = "segment-split-on-the-way",
        .title = "Something cuts a segment in two and copies the options to both halves: the mapping still fits",
        .source = "newer public version of seed 000; RFC 8684 3.1, 3.3.1, 6",
        .options = WithChecksums,
        .play =
            [](World& w) {
              BeginWithOne(w);
              w.path(1).middleboxes().Add(std::make_unique<SplitInTwo>());
              w.client.WriteBytes(1000);
              w.RunMs(100);
            },
        .expect = R"(
          C>S data[seq=3,len=1000,ack=3] DSS[dsn=3,ssn=3,dack=3,csum✓]
          S>C ACK[ack=1003] DSS[dack=1003]
          S: multipath read=1000 intact !DataCsumErr)",
    },
};

}  // namespace

std::span<const Scenario> Fallbacks() { return kScenarios; }

}  // namespace mptcpp::scenarios
