// SPDX-License-Identifier: Apache-2.0
#include "stack/stateless_reply.h"

#include <algorithm>

#include "stack/syn_cookie.h"
#include "tcp/handshake.h"
#include "tcp/path_mtu.h"
#include "tcp/timestamp_clock.h"

namespace mptcpp::stack {
namespace {

bool WantsEcn(const wire::SegmentView& syn, const TcpOptions& options) {
  return (options.ecn || options.answer_ecn) && syn.flags.ece && syn.flags.cwr && syn.options.timestamps;
}

}  // namespace

crypto::Key CookieKey(const crypto::Secret& secret, const core::Dialect& dialect, const FourTuple& tuple, SeqNum client_isn,
                      SeqNum cookie, const TokenShard& shard) {
  std::uint64_t numbered = cookie.value();
  for (int draw = 0;; ++draw, numbered += std::uint64_t{1} << 32) {
    const crypto::Key key(secret.Derive(crypto::Derivation::kKey, tuple, client_isn.value(), numbered));
    if (shard.count == 1 || shard.Owns(dialect.Derive(key).token) || draw == shard.EnoughDraws()) return key;
  }
}

std::uint32_t CookieNonce(const crypto::Secret& secret, const FourTuple& tuple, SeqNum client_isn, SeqNum cookie) {
  return static_cast<std::uint32_t>(secret.Derive(crypto::Derivation::kNonce, tuple, client_isn.value(), cookie.value()));
}

SeqNum CookieOf(const crypto::Secret& secret, const wire::SegmentView& syn, Instant now) {
  const bool v6 = syn.source.address.IsV6();
  const std::uint32_t mss = syn.options.mss.value_or(static_cast<std::uint16_t>(tcp::DefaultMss(v6)));
  return SynCookie::Make(secret, TupleOf(syn), syn.seq, mss, now);
}

TxPacket MakeCookieSynAck(const wire::SegmentView& syn, SeqNum cookie, const ConnectionOptions& options,
                          const crypto::Secret& secret, std::span<const std::byte> mptcp, Instant now) {
  const FourTuple tuple = TupleOf(syn);
  const bool v6 = tuple.remote.address.IsV6();
  const tcp::PathMtu path_mtu(options.tcp, v6);
  tcp::SynOptions offer =
      tcp::OfferFor(options.tcp, path_mtu.offered_mss(), Larger(options.receive_buffer, options.initial_receive_buffer));
  const tcp::Negotiated negotiated = tcp::Negotiate(offer, syn.options, v6);
  tcp::SynOptions answer = tcp::Answer(offer, negotiated);
  if (!negotiated.timestamps) {
    answer.sack = false;
    answer.window_shift.reset();
  }
  CookieOptions remembered{.sack = answer.sack, .ecn = WantsEcn(syn, options.tcp)};
  if (answer.window_shift) remembered.window_shift = negotiated.send_shift;

  std::array<std::byte, wire::kMaxOptionBytes> bytes;
  const std::uint32_t clock = tcp::TimestampAt(now) + secret.TimestampOffset(tuple);
  std::size_t n = tcp::WriteSynOptions(
      answer, {.value = remembered.InTimestamp(clock), .echo_reply = syn.options.timestamps.value_or(wire::Timestamps{}).value},
      bytes);
  if (mptcp.size() <= bytes.size() - n) {
    std::ranges::copy(mptcp, bytes.begin() + static_cast<std::ptrdiff_t>(n));
    n += mptcp.size();
  }
  TxPacket packet;
  packet.source = tuple.local.address;
  packet.destination = tuple.remote.address;
  const std::int64_t window = Smaller(options.initial_receive_buffer, options.receive_buffer).count();
  wire::WriteHeader({.source_port = tuple.local.port,
                     .destination_port = tuple.remote.port,
                     .seq = cookie,
                     .ack = syn.seq + 1,
                     .flags = {.syn = true, .ack = true, .ece = remembered.ecn},
                     .window = static_cast<std::uint16_t>(std::clamp<std::int64_t>(window, 0, UINT16_MAX))},
                    std::span(bytes).first(n), packet);
  return packet;
}

std::optional<wire::SegmentView> RebuildSyn(const wire::SegmentView& ack, const crypto::Secret& secret, Instant now) {
  const SeqNum client_isn = ack.seq - 1;
  const auto mss = SynCookie::Check(secret, TupleOf(ack), client_isn, ack.ack - 1, now);
  if (!mss) return std::nullopt;
  wire::SegmentView syn;
  syn.source = ack.source;
  syn.destination = ack.destination;
  syn.seq = client_isn;
  syn.flags.syn = true;
  syn.arrival = ack.arrival;
  syn.options.mss = *mss;
  if (!ack.options.timestamps) return syn;
  const CookieOptions remembered = CookieOptions::FromTimestamp(ack.options.timestamps->echo_reply);
  syn.options.timestamps = wire::Timestamps{.value = ack.options.timestamps->value, .echo_reply = 0};
  syn.options.sack_permitted = remembered.sack;
  syn.options.window_scale = remembered.window_shift;
  syn.flags.ece = syn.flags.cwr = remembered.ecn;
  return syn;
}

}  // namespace mptcpp::stack
