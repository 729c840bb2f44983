// SPDX-License-Identifier: Apache-2.0
// Handshakes that end as plain TCP because one side says something that the other cannot accept (RFC 8684 3.1).
#include <array>

#include "scenarios/edits.h"
#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

using wire::MptcpSubtype;

constexpr std::size_t kVersionByte = 2, kFlagsByte = 3, kReceiverKeyByte = 12;

// Afterwards data flows as in TCP.
void OpenAndTalk(World& w) {
  w.Open();
  w.client.Write("abcd");
  w.RunMs(60);
  w.server.Write("efgh");
  w.RunMs(60);
}

const std::array kScenarios{
    Scenario{
        .id = "R30",
        .name = "flag-b-in-syn",
        .title = "Flag B, which nobody understands yet, in the SYN: the option is ignored",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.client.Lie(SetByte(MptcpSubtype::kCapable, At::kSyn, kFlagsByte, 0x41));
              OpenAndTalk(w);
            },
        .expect = R"(
          C>S SYN MPC[BH]
          S>C SYN+ACK !MPTCP
          ...
          C: tcp read="efgh"
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R30b",
        .name = "flag-b-in-synack",
        .title = "The same in the SYN/ACK",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.server.Lie(SetByte(MptcpSubtype::kCapable, At::kSynAck, kFlagsByte, 0x41));
              OpenAndTalk(w);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK MPC[BH]
          ...
          C: tcp read="efgh"
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R30c",
        .name = "no-crypto-in-syn",
        .title = "No algorithm offered: the option is invalid",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.client.Lie(SetByte(MptcpSubtype::kCapable, At::kSyn, kFlagsByte, 0x00));
              OpenAndTalk(w);
            },
        .expect = R"(
          C>S SYN MPC[!H]
          S>C SYN+ACK !MPTCP
          ...
          C: tcp read="efgh"
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R30d",
        .name = "no-crypto-in-synack",
        .title = "No algorithm chosen: the option is invalid",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.server.Lie(SetByte(MptcpSubtype::kCapable, At::kSynAck, kFlagsByte, 0x00));
              OpenAndTalk(w);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK MPC[!H]
          ...
          C: tcp read="efgh"
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R30e",
        .name = "version-in-syn",
        .title = "A SYN of 4 bytes that says version 0 fits no version",
        .source = "RFC 8684 3.1, appendix E",
        .play =
            [](World& w) {
              w.client.Lie(SetByte(MptcpSubtype::kCapable, At::kSyn, kVersionByte, 0x00));
              OpenAndTalk(w);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK !MPTCP
          ...
          C: tcp read="efgh"
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R30f",
        .name = "version-in-synack",
        .title = "The server answers with a version that was not offered",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.server.Lie(SetByte(MptcpSubtype::kCapable, At::kSynAck, kVersionByte, 0x00));
              OpenAndTalk(w);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK MPC
          ...
          C: tcp read="efgh"
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R30g",
        .name = "version-in-third-ack",
        .title = "The third ACK has another version than the handshake",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.client.Lie(SetByte(MptcpSubtype::kCapable, At::kOther, kVersionByte, 0x00));
              OpenAndTalk(w);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK MPC
          ...
          C: read="efgh"
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "R30h",
        .name = "wrong-key-echoed",
        .title = "The third ACK does not echo the server's key: somebody meddles, and it stays TCP",
        .source = "RFC 8684 3.1",
        .play =
            [](World& w) {
              w.client.Lie(FlipBit(MptcpSubtype::kCapable, At::kOther, kReceiverKeyByte));
              OpenAndTalk(w);
            },
        .expect = R"(
          C>S SYN MPC
          S>C SYN+ACK MPC
          ...
          C: read="efgh"
          S: tcp read="abcd")",
    },
};

}  // namespace

std::span<const Scenario> Refusals() { return kScenarios; }

}  // namespace mptcpp::scenarios
