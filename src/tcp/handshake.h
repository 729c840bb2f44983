// SPDX-License-Identifier: Apache-2.0
// What the two SYNs say (RFC 9293 3.2, RFC 7323 2 and 3, RFC 2018 2, RFC 3168 6.1.1): what we offer, what both have in the end,
// and the option bytes of a SYN or SYN/ACK. Values only; the states of the handshake are Subflow's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/units.h"
#include "mptcpp/options.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

// TCP's own options of one SYN. In a SYN/ACK only what the SYN had, too.
struct SynOptions {
  std::uint16_t mss = 0;
  bool sack = false;
  bool timestamps = false;
  std::optional<std::uint8_t> window_shift;
};

// What holds for the connection.
struct Negotiated {
  std::uint32_t peer_mss = 0;
  bool sack = false;
  bool timestamps = false;
  bool window_scale = false;
  std::uint8_t send_shift = 0;     // of the peer's window field
  std::uint8_t receive_shift = 0;  // of ours
};

// `window_limit`: the largest window that will ever be said.
SynOptions OfferFor(const TcpOptions& options, std::uint16_t mss, Bytes window_limit);
// The peer's MSS when its SYN does not say (RFC 9293 MUST-15).
constexpr std::uint32_t DefaultMss(bool v6) { return v6 ? 1220 : 536; }
// A peer that says less than this wants to be attacked, or to attack: headers would outweigh data.
inline constexpr std::uint32_t kSmallestPeerMss = 88;
Negotiated Negotiate(const SynOptions& offer, const wire::TcpOptions& peer, bool v6);
// What a SYN/ACK may repeat of our offer.
SynOptions Answer(const SynOptions& offer, const Negotiated& negotiated);

// MSS, SACK-permitted, timestamps, window scale, padded so that each is aligned as is customary. At most 20 bytes.
std::size_t WriteSynOptions(const SynOptions& syn, wire::Timestamps timestamps, std::span<std::byte> out);

}  // namespace mptcpp::tcp
