// SPDX-License-Identifier: Apache-2.0
// What is tried again after a subflow was refused or reset, and what is not (RFC 8684 3.6), and congestion control that is shared.
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
WorldOptions Coupled() {
  WorldOptions options = Mptcp();
  options.client.congestion = "lia";
  return options;
}

void Limit(sim::Path& path, double megabits, std::size_t buffer) {
  path.Change([=](sim::LinkOptions& link) {
    link.rate = Rate::MegabitsPerSecond(megabits);
    link.buffer = Bytes(buffer);
  });
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
    Scenario{
        .id = "S001-9",
        .name = "coupled-disjoint",
        .title = "Coupled congestion control on two paths that share nothing: the rates add up",
        .source = "seed 001; RFC 6356",
        .corrected = "the goals of RFC 6356 are three: as much as on the best path, no more than one flow at any shared resource, and "
                     "away from congestion; no more than one flow is meant where paths meet, not everywhere",
        .options = Coupled,
        .play =
            [](World& w) {
              Limit(w.path(1), 4, 40'000);
              Limit(w.path(2), 4, 40'000);
              w.OpenTwo();
              w.Begin();
              w.client.WriteBytes(3'500'000);
              w.RunMs(4000);
              const double megabits = static_cast<double>(w.server.received_bytes()) * 8 / 4e6;
              w.Require(megabits > 6.5, "two paths of 4 Mbit/s carried " + std::to_string(megabits) + " Mbit/s");
            },
        .expect = R"(
          ...
          S: multipath intact)",
    },
    Scenario{
        .id = "S003-9",
        .name = "coupled-growth",
        .title = "Coupled congestion control grows the windows together no faster than one TCP on the better path",
        .source = "seed 003; RFC 6356 3",
        .options = Coupled,
        .play =
            [](World& w) {
              Limit(w.path(1), 6, 30'000);
              Limit(w.path(2), 2, 30'000);
              w.OpenTwo();
              w.Begin();
              w.client.WriteBytes(3'800'000);
              w.RunMs(5000);
              const auto subflows = w.client.Subflows();
              w.Require(subflows.at(0).bytes_acked > subflows.at(1).bytes_acked, "the wider path carried less");
            },
        .expect = R"(
          ...
          S: multipath intact)",
    },
};

}  // namespace

std::span<const Scenario> Failures() { return kScenarios; }

}  // namespace mptcpp::scenarios
