// SPDX-License-Identifier: Apache-2.0
// TCP's states (RFC 9293 3.3.2) and the table of allowed transitions.
#pragma once

#include <cstdint>
#include <string_view>

namespace mptcpp::tcp {

// LISTEN is not here: listening is the stack's business, a subflow begins with a SYN.
enum class State : std::uint8_t {
  kClosed, kSynSent, kSynReceived, kEstablished, kFinWait1, kFinWait2, kCloseWait, kClosing, kLastAck, kTimeWait
};

// "SYN-SENT" and so on, as the RFC writes them.
std::string_view ToString(State state);
bool IsAllowed(State from, State to);

// SYN exchange done: sequence numbers of both sides are known (RFC 9293's "synchronized states").
constexpr bool IsSynchronized(State s) { return s != State::kClosed && s != State::kSynSent && s != State::kSynReceived; }
// We may still send new data.
constexpr bool CanSend(State s) { return s == State::kEstablished || s == State::kCloseWait; }
// The peer may still send data that we accept.
constexpr bool CanReceive(State s) { return s == State::kEstablished || s == State::kFinWait1 || s == State::kFinWait2; }

}  // namespace mptcpp::tcp
