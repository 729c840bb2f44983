// SPDX-License-Identifier: Apache-2.0
#include "tcp/handshake.h"

#include <algorithm>

#include "tcp/windows.h"

namespace mptcpp::tcp {
SynOptions OfferFor(const TcpOptions& options, std::uint16_t mss, Bytes window_limit) {
  SynOptions offer{.mss = mss, .sack = options.sack, .timestamps = options.timestamps, .window_shift = {}};
  if (options.window_scaling) offer.window_shift = WindowShiftFor(window_limit);
  return offer;
}

Negotiated Negotiate(const SynOptions& offer, const wire::TcpOptions& peer, bool v6) {
  Negotiated result;
  result.peer_mss = std::max<std::uint32_t>(peer.mss.value_or(static_cast<std::uint16_t>(DefaultMss(v6))), kSmallestPeerMss);
  result.sack = offer.sack && peer.sack_permitted;
  result.timestamps = offer.timestamps && peer.timestamps.has_value();
  result.window_scale = offer.window_shift && peer.window_scale;
  if (result.window_scale) {
    result.send_shift = std::min(*peer.window_scale, kMaxWindowShift);
    result.receive_shift = *offer.window_shift;
  }
  return result;
}

SynOptions Answer(const SynOptions& offer, const Negotiated& negotiated) {
  SynOptions answer = offer;
  answer.sack = negotiated.sack;
  answer.timestamps = negotiated.timestamps;
  if (!negotiated.window_scale) answer.window_shift.reset();
  return answer;
}

std::size_t WriteSynOptions(const SynOptions& syn, wire::Timestamps timestamps, std::span<std::byte> out) {
  std::size_t n = wire::WriteMss(out, syn.mss);
  if (syn.sack) n += wire::WriteSackPermitted(out.subspan(n));
  if (syn.timestamps) {
    // SACK-permitted takes the place of the two NOPs that align timestamps.
    if (!syn.sack) n += wire::WriteNops(out.subspan(n), 2);
    n += wire::WriteTimestamps(out.subspan(n), timestamps);
  } else if (syn.sack) {
    n += wire::WriteNops(out.subspan(n), 2);
  }
  if (syn.window_shift) {
    n += wire::WriteNops(out.subspan(n), 1);
    n += wire::WriteWindowScale(out.subspan(n), *syn.window_shift);
  }
  return n;
}

}  // namespace mptcpp::tcp
