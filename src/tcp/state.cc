// SPDX-License-Identifier: Apache-2.0
#include "tcp/state.h"

#include <array>
#include <cstddef>

namespace mptcpp::tcp {
namespace {

constexpr std::size_t kStates = static_cast<std::size_t>(State::kTimeWait) + 1;

constexpr std::array<std::string_view, kStates> kNames = {"CLOSED",     "SYN-SENT",   "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
                                                          "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",      "LAST-ACK",    "TIME-WAIT"};

constexpr std::uint16_t To(auto... states) {
  return static_cast<std::uint16_t>((0u | ... | (1u << static_cast<unsigned>(states))));
}

using enum State;

// Row: where from; bits: where to. Every state may go to CLOSED: ABORT, RST, timeouts (RFC 9293 figure 5, 3.10).
constexpr std::array<std::uint16_t, kStates> kAllowed = {
    To(kSynSent, kSynReceived),                   // CLOSED
    To(kSynReceived, kEstablished, kClosed),      // SYN-SENT
    To(kEstablished, kClosed),                    // SYN-RECEIVED; CLOSE waits for ESTABLISHED (3.10.4)
    To(kFinWait1, kCloseWait, kClosed),           // ESTABLISHED
    To(kFinWait2, kClosing, kTimeWait, kClosed),  // FIN-WAIT-1
    To(kTimeWait, kClosed),                       // FIN-WAIT-2
    To(kLastAck, kClosed),                        // CLOSE-WAIT
    To(kTimeWait, kClosed),                       // CLOSING
    To(kClosed),                                  // LAST-ACK
    To(kClosed),                                  // TIME-WAIT
};

}  // namespace

std::string_view ToString(State state) { return kNames[static_cast<std::size_t>(state)]; }

bool IsAllowed(State from, State to) { return (kAllowed[static_cast<std::size_t>(from)] & To(to)) != 0; }

}  // namespace mptcpp::tcp
