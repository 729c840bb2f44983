// SPDX-License-Identifier: Apache-2.0
// What is tried again after a subflow was refused or reset, and what is not (RFC 8684 3.6).
#include <array>

#include "scenarios/edits.h"
#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

using wire::MptcpSubtype;

WorldOptions ServerWithoutJoins() {
  WorldOptions options = Mptcp();
  options.client.subflow_retry = Duration::Seconds(1);
  options.server.subflows_limit = 0;
  return options;
}
const std::array kScenarios{
    Scenario{
        .id = "R23",
        .name = "reset-for-now",
        .title = "A join is refused for the moment (T=1): it is tried again later",
        .source = "RFC 8684 3.6",
        .options = ServerWithoutJoins,
        .play =
            [](World& w) {
              w.client.AddPathEndpoint(2, true, false);
              w.server.Lie(SetByte(MptcpSubtype::kTcpRst, At::kAny, 2, 0x81), -1);
              w.Open();
              w.Exchange();
              w.RunMs(15000);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S]
          C>S ACK[ack=1] MPC[v1,H,Key-C,Key-S✓]
          S>C ACK[ack=1] DSS[dack=1]
          C2>S SYN[seq=0] MPJ[id=1,Token-S,Nonce-C]
          S>C2 RST[seq=1,ack=1] TCPRST[lack of resources,transient]
          C>S data[seq=1,len=2,ack=1,"hi"] DSS[dsn=1,ssn=1,dack=1]
          S>C ACK[ack=3] DSS[dack=3]
          S>C data[seq=1,len=2,ack=3,"ho"] DSS[dsn=1,ssn=1,dack=3]
          C>S ACK[ack=3] DSS[dack=3]
          C3>S SYN[seq=0] MPJ[id=1,Token-S,Nonce-C]
          S>C3 RST[seq=1,ack=1] TCPRST[lack of resources,transient]
          C: multipath)",
    },
    Scenario{
        .id = "R23b",
        .name = "reset-for-good",
        .title = "A join is refused for good (T=0): it is not tried again",
        .source = "RFC 8684 3.6",
        .options = ServerWithoutJoins,
        .play =
            [](World& w) {
              w.client.AddPathEndpoint(2, true, false);
              w.server.Lie(SetByte(MptcpSubtype::kTcpRst, At::kAny, 2, 0x80), -1);
              w.Open();
              w.Exchange();
              w.RunMs(5000);
            },
        .expect = R"(
          C>S SYN[seq=0] MPC[v1,H]
          S>C SYN+ACK[seq=0,ack=1] MPC[v1,H,Key-S]
          C>S ACK[ack=1] MPC[v1,H,Key-C,Key-S✓]
          S>C ACK[ack=1] DSS[dack=1]
          C2>S SYN[seq=0] MPJ[id=1,Token-S,Nonce-C]
          S>C2 RST[seq=1,ack=1] TCPRST[lack of resources]
          C>S data[seq=1,len=2,ack=1,"hi"] DSS[dsn=1,ssn=1,dack=1]
          S>C ACK[ack=3] DSS[dack=3]
          S>C data[seq=1,len=2,ack=3,"ho"] DSS[dsn=1,ssn=1,dack=3]
          C>S ACK[ack=3] DSS[dack=3]
          C: multipath subflows=1 MPJoinSynTx=1)",
    },
};

}  // namespace

std::span<const Scenario> Failures() { return kScenarios; }

}  // namespace mptcpp::scenarios
