// SPDX-License-Identifier: Apache-2.0
// Announcing and withdrawing addresses, and telling which paths are liked (RFC 8684 3.3.8, 3.4).
#include <array>

#include "crypto/keys.h"
#include "scenarios/edits.h"
#include "scenarios/scenario.h"
#include "wire/mptcp_add_addr.h"

namespace mptcpp::scenarios {
namespace {

using wire::MptcpSubtype;

void BeginWithTwo(World& w) {
  w.OpenTwo();
  w.Begin();
}
void BeginWithOne(World& w) {
  w.Open();
  w.Exchange();
  w.Begin();
}
WorldOptions WithoutAcceptedAddresses() {
  WorldOptions options = Mptcp();
  options.server.add_addr_accepted_limit = 0;
  return options;
}
WorldOptions WithTimestamps() {
  WorldOptions options = Mptcp();
  options.tcp_options = true;
  return options;
}

// A host that announces another address under an id that it used before, and knows the keys.
Edit AnotherAddress(World& w) {
  return [&w](sim::SegmentEdit& segment) {
    bool done = false;
    sim::ForEachOption(segment.options(), [&](std::span<std::byte> option) {
      auto announced = wire::ParseAddAddr(option);
      if (!announced || announced->echo) return;
      const auto& connection = w.recorder.tracker().connections()[0];
      announced->address = IpAddress::V4(10, 0, 9, 77);
      announced->truncated_hmac = crypto::AddAddrHmac(*connection.key[1], *connection.key[0], announced->address_id, announced->address, 0);
      done = wire::WriteAddAddr(option, *announced) != 0;
    });
    return done;
  };
}

const std::array kScenarios{
    Scenario{
        .id = "R17",
        .name = "add-addr",
        .also = "S003-4",
        .title = "An address is announced, echoed, and joined at the port of the subflow that carried the announcement",
        .source = "RFC 8684 3.4.1; seed 003",
        .play =
            [](World& w) {
              BeginWithOne(w);
              w.server.Announce(2);
              w.RunMs(200);
              w.Require(w.client.Subflows().at(1).tuple.remote.port == World::kPort, "the join went to another port");
            },
        .expect = R"(
          S>C ACK[ack=3] ADD_ADDR[id=1,10.0.9.2,HMAC-S✓] DSS[dack=3]
          C2>S SYN[seq=0] MPJ[id=0,Token-S,Nonce-C]
          C>S ACK[ack=3] ADD_ADDR[echo,id=1,10.0.9.2] DSS[dack=3]
          S>C2 SYN+ACK[seq=0,ack=1] MPJ[id=1,HMAC-S✓,Nonce-S]
          C2>S ACK[ack=1] MPJ[HMAC-C✓]
          S>C2 ACK[ack=1] DSS[dack=3]
          C: subflows=2
          S: subflows=2 EchoAdd=1)",
    },
    Scenario{
        .id = "R18",
        .name = "add-addr-echo-lost",
        .title = "Without an echo the announcement is repeated",
        .source = "RFC 8684 3.4.1",
        .play =
            [](World& w) {
              w.client.AddPathEndpoint(1, false, false);
              BeginWithOne(w);
              w.Lose("C>S ADD_ADDR[echo]");
              w.server.Announce(2);
              w.RunMs(3000);
            },
        .expect = R"(
          S>C ACK[ack=3] ADD_ADDR[id=1,10.0.9.2,HMAC-S✓] DSS[dack=3]
          C2>S SYN[seq=0] MPJ[id=0,Token-S,Nonce-C]
          C>S ACK[ack=3] ADD_ADDR[echo,id=1,10.0.9.2] DSS[dack=3] lost
          S>C2 SYN+ACK[seq=0,ack=1] MPJ[id=1,HMAC-S✓,Nonce-S]
          C2>S ACK[ack=1] MPJ[HMAC-C✓]
          S>C2 ACK[ack=1] DSS[dack=3]
          S>C2 ACK[ack=1] ADD_ADDR[id=1,10.0.9.2,HMAC-S✓] DSS[dack=3]
          C2>S ACK[ack=1] ADD_ADDR[echo,id=1,10.0.9.2] DSS[dack=3]
          S: EchoAdd=1)",
    },
    Scenario{
        .id = "R19",
        .name = "add-addr-forged",
        .title = "An announcement with a wrong HMAC is ignored in silence",
        .source = "RFC 8684 3.4.1",
        .play =
            [](World& w) {
              BeginWithOne(w);
              w.server.Lie(FlipBit(MptcpSubtype::kAddAddr, At::kOther, 12));
              w.server.Announce(2);
              w.RunMs(150);
            },
        .expect = R"(
          S>C ACK ADD_ADDR[HMAC-S✗]
          C: subflows=1 AddAddrDrop=1 !EchoAddTx)",
    },
    Scenario{
        .id = "R20",
        .name = "add-addr-same-id",
        .title = "The same id for another address, without a removal in between, is ignored",
        .source = "RFC 8684 3.4.1",
        .play =
            [](World& w) {
              BeginWithOne(w);
              w.Lose("C>S ADD_ADDR[echo]");  // so that it is announced again
              w.server.Announce(2);
              w.RunMs(100);
              w.server.Lie(AnotherAddress(w));
              w.RunMs(600);
            },
        .expect = R"(
          S>C ACK[ack=3] ADD_ADDR[id=1,10.0.9.2,HMAC-S✓] DSS[dack=3]
          C2>S SYN[seq=0] MPJ[id=0,Token-S,Nonce-C]
          C>S ACK[ack=3] ADD_ADDR[echo,id=1,10.0.9.2] DSS[dack=3] lost
          S>C2 SYN+ACK[seq=0,ack=1] MPJ[id=1,HMAC-S✓,Nonce-S]
          C2>S ACK[ack=1] MPJ[HMAC-C✓]
          S>C2 ACK[ack=1] DSS[dack=3]
          S>C2 ACK[ack=1] ADD_ADDR[id=1,10.0.9.77,HMAC-S✓] DSS[dack=3]
          C: subflows=2 AddAddrDrop=1)",
    },
    Scenario{
        .id = "R21",
        .name = "remove-addr-dead-path",
        .title = "An address is withdrawn: the peer asks on the path whether it still works, and resets the subflow when nobody answers",
        .source = "RFC 8684 3.4.2",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.Cut(2);
              w.client.Withdraw(1);
              w.RunMs(20000);
            },
        .expect = R"(
          C2>S FIN[seq=1,ack=1] DSS[dack=3] lost
          C>S ACK[ack=3] REMOVE_ADDR[id=1] DSS[dack=3]
          S>C2 ACK[ack=1] DSS[dack=3] lost
          C2>S FIN[seq=1,ack=1] DSS[dack=3] again lost
          C>S ACK[ack=3] REMOVE_ADDR[id=1] DSS[dack=3]
          C2>S FIN[seq=1,ack=1] DSS[dack=3] again lost
          S>C2 RST[seq=1,ack=1] TCPRST[unspecified] lost
          C2>S FIN[seq=1,ack=1] DSS[dack=3] again lost
          C>S ACK[ack=3] REMOVE_ADDR[id=1] DSS[dack=3]
          C2>S FIN[seq=1,ack=1] DSS[dack=3] again lost
          C2>S FIN[seq=1,ack=1] DSS[dack=3] again lost
          C2>S FIN[seq=1,ack=1] DSS[dack=3] again lost
          C2>S FIN[seq=1,ack=1] DSS[dack=3] again lost
          S: multipath subflows=1)",
    },
    Scenario{
        .id = "R21c",
        .name = "remove-addr-live-path",
        .title = "A withdrawal names a path that works, by mistake or by malice: asked, the path answers, and the subflow stays",
        .source = "RFC 8684 3.4.2",
        .options = WithoutAcceptedAddresses,
        .play =
            [](World& w) {
              w.OpenTwo();
              const int id = w.client.AnnounceOther(IpAddress::V4(10, 0, 3, 1));  // which will be withdrawn, with the id of another one
              w.RunMs(200);
              w.Begin();
              w.client.Lie(SetByte(MptcpSubtype::kRemoveAddr, At::kOther, 3, 1), -1);
              w.client.Withdraw(id);
              w.RunMs(5000);
              w.client.SetBackup(1, true);
              w.RunMs(100);
              w.server.Write("abcd");
              w.RunMs(200);
            },
        .expect = R"(
          C2>S ACK[ack=1] REMOVE_ADDR[id=1] DSS[dack=3]
          S>C2 ACK[ack=1] DSS[dack=3]
          C2>S ACK[ack=1] DSS[dack=3]
          ...
          S>C2 data[seq=1,"abcd"] DSS[dsn=3,ssn=1]
          ...
          C: multipath subflows=2 read="abcd"
          S: multipath subflows=2 RmAddr=1 !MPJoinSynTx !MPRstTx)",
    },
    Scenario{
        .id = "R21b",
        .name = "remove-addr-unknown",
        .title = "The withdrawal of an id that nobody has announced changes nothing",
        .source = "RFC 8684 3.4.2, 3.8",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Lie(SetByte(MptcpSubtype::kRemoveAddr, At::kOther, 3, 9));
              w.Cut(2);
              w.client.Withdraw(1);
              w.RunMs(150);
            },
        .expect = R"(
          C2>S FIN[seq=1,ack=1] DSS[dack=3] lost
          C>S ACK[ack=3] REMOVE_ADDR[id=9] DSS[dack=3]
          S: multipath subflows=2 RmAddrDrop=1)",
    },
    Scenario{
        .id = "S001-8",
        .name = "remove-addr-behind-nat",
        .title = "Behind an address translator: the id, not the address, names what is withdrawn",
        .source = "seed 001; RFC 8684 3.4.2",
        .play =
            [](World& w) {
              w.TranslateAddress();
              BeginWithTwo(w);
              const auto seen = w.server.Subflows().at(1).tuple.remote.address;
              w.Require(seen == IpAddress::V4(203, 0, 113, 2), "the server sees " + seen.ToString());
              w.client.Withdraw(1);
              w.RunMs(300);
            },
        .expect = R"(
          C2>S FIN[seq=1,ack=1] DSS[dack=3]
          C>S ACK[ack=3] REMOVE_ADDR[id=1] DSS[dack=3]
          S>C2 ACK[ack=1] DSS[dack=3]
          S>C2 FIN[seq=1,ack=2] DSS[dack=3]
          C2>S ACK[ack=1] DSS[dack=3]
          C2>S ACK[ack=2] DSS[dack=3]
          C: multipath
          S: multipath)",
    },
    Scenario{
        .id = "X-3",
        .name = "remove-first-address",
        .title = "The path of the first subflow dies: REMOVE_ADDR with id 0, and its data moves",
        .source = "newer public version of seed 000; RFC 8684 3.4.2",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Write("abcd");
              w.Cut(1);
              w.RunMs(1);
              w.client.Withdraw(0);
              w.RunMs(300);
              w.client.Write("efgh");
              w.RunMs(300);
            },
        .expect = R"(
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3] lost
          C>S FIN[seq=7,ack=3] DSS[dack=3] lost
          C2>S data[seq=1,len=4,ack=1,"abcd"] DSS[dsn=3,ssn=1,dack=3]
          C2>S ACK[ack=1] REMOVE_ADDR[id=0] DSS[dack=3]
          S>C ACK[ack=3] DSS[dack=7] lost
          S>C2 ACK[ack=5] DSS[dack=7]
          C>S FIN[seq=7,ack=3] DSS[dack=3] again lost
          C2>S data[seq=5,len=4,ack=1,"efgh"] DSS[dsn=7,ssn=5,dack=3]
          S>C2 ACK[ack=9] DSS[dack=11]
          C>S data[seq=3,len=4,ack=3,"abcd"] DSS[dsn=3,ssn=3,dack=3] again lost
          C>S FIN[seq=7,ack=3] DSS[dack=3] again lost
          C2>S ACK[ack=1] REMOVE_ADDR[id=0] DSS[dack=3]
          S>C RST[seq=3,ack=3] TCPRST[unspecified] lost
          S: read="abcdefgh")",
    },
    Scenario{
        .id = "R22",
        .name = "mp-prio",
        .title = "A path becomes backup, and comes back",
        .source = "RFC 8684 3.3.8",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.SetBackup(1, true);
              w.RunMs(50);
              w.server.Write("abcd");
              w.RunMs(100);
              w.client.SetBackup(1, false);
              w.RunMs(50);
              w.server.Write("efgh");
              w.RunMs(100);
            },
        .expect = R"(
          C>S ACK[ack=3] MP_PRIO[backup] DSS[dack=3]
          S>C2 data[seq=1,len=4,ack=1,"abcd"] DSS[dsn=3,ssn=1,dack=3]
          C2>S ACK[ack=5] DSS[dack=7]
          C>S ACK[ack=3] MP_PRIO[regular] DSS[dack=7]
          S>C data[seq=3,len=4,ack=3,"efgh"] DSS[dsn=7,ssn=3,dack=3]
          C>S ACK[ack=7] DSS[dack=11]
          C: read="abcdefgh")",
    },
    Scenario{
        .id = "S003-1",
        .name = "forty-bytes",
        .title = "All options of a segment fit into 40 bytes, timestamps included",
        .source = "seed 003; RFC 8684 appendix A",
        .options = WithTimestamps,
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.client.Join(2);
              w.server.Announce(2);
              w.RunMs(200);
              for (const auto& segment : w.recorder.tracker().segments()) {
                w.Require(segment.option_bytes <= 40 && segment.option_bytes % 4 == 0, "options of an odd length");
              }
              w.Begin();
            },
        .expect = R"(
          C: subflows=3
          S: subflows=3 EchoAdd=1)",
    },
};

}  // namespace

std::span<const Scenario> Addresses() { return kScenarios; }

}  // namespace mptcpp::scenarios
