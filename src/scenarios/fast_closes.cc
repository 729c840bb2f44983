// SPDX-License-Identifier: Apache-2.0
// Ending a whole connection at once: MP_FASTCLOSE (RFC 8684 3.5).
#include <array>

#include "scenarios/edits.h"
#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

using wire::MptcpSubtype;

void BeginWithTwo(World& w) {
  w.OpenTwo();
  w.Begin();
}

// The other form of a fast close: the option on a reset instead of an ACK.
bool OnReset(sim::SegmentEdit& segment) {
  if (!segment.HasMptcp(MptcpSubtype::kFastclose) || segment.Has(wire::kFlagRst)) return false;
  segment.set_flags(static_cast<std::uint8_t>(segment.flags() | wire::kFlagRst));
  return true;
}

const std::array kScenarios{
    Scenario{
        .id = "R12",
        .name = "fast-close",
        .title = "A fast close: MP_FASTCLOSE with the peer's key on an ACK, resets elsewhere, and a reset as the answer",
        .source = "RFC 8684 3.5",
        .corrected = "the newer public version of seed 000 draws MP_TCPRST with a key: it has none, and is 4 bytes long",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Abort();
              w.RunMs(200);
            },
        .expect = R"(
          C>S RST[seq=3,ack=3]
          C2>S ACK[ack=1] FASTCLOSE[Key-S✓] DSS[dack=3]
          S>C2 RST[seq=1,ack=1] TCPRST[unspecified]
          S: failed=reset)",
    },
    Scenario{
        .id = "R13",
        .name = "fast-close-answer-lost",
        .title = "The reset that answers a fast close is lost: it is repeated three times, then comes as a reset itself",
        .source = "RFC 8684 3.5",
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.Begin();
              w.Lose("S>C RST", -1);
              w.client.Abort();
              w.RunMs(8000);
            },
        .expect = R"(
          C>S ACK[ack=3] FASTCLOSE[Key-S✓] DSS[dack=3]
          S>C RST[seq=3,ack=3] TCPRST[unspecified] lost
          C>S ACK[ack=3] FASTCLOSE[Key-S✓] DSS[dack=3]
          S>C RST[seq=3] lost
          C>S ACK[ack=3] FASTCLOSE[Key-S✓] DSS[dack=3]
          S>C RST[seq=3] lost
          C>S ACK[ack=3] FASTCLOSE[Key-S✓] DSS[dack=3]
          S>C RST[seq=3] lost
          C>S RST[seq=3,ack=3] FASTCLOSE[Key-S✓]
          S: failed=reset)",
    },
    Scenario{
        .id = "R14",
        .name = "fast-close-by-reset",
        .title = "The other form: MP_FASTCLOSE on resets. One is lost, and the peer resets what remains",
        .source = "RFC 8684 3.5",
        .play =
            [](World& w) {
              BeginWithTwo(w);
              w.client.Lie(OnReset);
              w.Lose("C>S RST");
              w.client.Abort();
              w.RunMs(200);
            },
        .expect = R"(
          C>S RST[seq=3,ack=3] lost
          C2>S RST[seq=1,ack=1] FASTCLOSE[Key-S✓] DSS[dack=3]
          S>C RST[seq=3,ack=3]
          S: failed=reset subflows=0)",
    },
    Scenario{
        .id = "R15",
        .name = "fast-close-wrong-key",
        .title = "A fast close with a wrong key is ignored",
        .source = "RFC 8684 3.5",
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.Begin();
              w.client.Lie(FlipBit(MptcpSubtype::kFastclose, At::kOther, 9), -1);
              w.client.Abort();
              w.RunMs(150);
              w.RequireServer("multipath subflows=1 M_ESTAB");
            },
        .expect = R"(
          C>S ACK[ack=3] FASTCLOSE[Key-S✗] DSS[dack=3]
          S: multipath !failed)",
    },
    Scenario{
        .id = "R15b",
        .name = "fast-close-bad-number",
        .title = "A reset with MP_FASTCLOSE whose number is in the window but not the next is only challenged",
        .source = "RFC 8684 3.5; RFC 5961 3.2",
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.Begin();
              w.client.Lie(OnReset, -1);
              w.client.Lie(MoveSequence(100, wire::kFlagRst), -1);
              w.client.Abort();
              w.RunMs(150);
              w.RequireServer("multipath subflows=1 M_ESTAB ChallengeAckTx=1");
            },
        .expect = R"(
          C>S RST[seq=103,ack=3] FASTCLOSE[Key-S✓] DSS[dack=3]
          S>C ACK[ack=3] DSS[dack=3]
          S: multipath !failed)",
    },
    Scenario{
        .id = "R16",
        .name = "fast-closes-cross",
        .title = "Both ends close fast at once",
        .source = "RFC 8684 3.5",
        .play =
            [](World& w) {
              w.Open();
              w.Exchange();
              w.Begin();
              w.client.Abort();
              w.server.Abort();
              w.RunMs(200);
            },
        .expect = R"(
          C>S ACK[ack=3] FASTCLOSE[Key-S✓] DSS[dack=3]
          S>C ACK[ack=3] FASTCLOSE[Key-C✓] DSS[dack=3]
          S>C RST[seq=3,ack=3]
          C>S RST[seq=3,ack=3]
          C: subflows=0
          S: subflows=0)",
    },
};

}  // namespace

std::span<const Scenario> FastCloses() { return kScenarios; }

}  // namespace mptcpp::scenarios
