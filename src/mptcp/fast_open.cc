// SPDX-License-Identifier: Apache-2.0
// Data in the SYN (RFC 7413) below Multipath TCP (RFC 8684 appendix B): it travels outside of the data sequence space, so the
// first DSN belongs to the first byte after it, and so does subflow sequence number 1 (figure 19). What the peer did not take is
// sent again after the handshake, inside a mapping (figures 20 and 21).
#include <algorithm>

#include "mptcp/core.h"

namespace mptcpp::core {

void Core::OpenActiveFast(SubflowEntry& entry, Instant now) {
  tcp::FastOpenOffer offer;
  const bool defined = IsPlain() || !dialect->keys_in_syn;  // for version 1 only (RFC 8684 appendix B)
  if (options.fast_open && defined) offer = host.fast_open_cache().OfferTo(first_tuple.remote.address, now);
  entry.tcp.OpenActive(now, offer);
}

void Core::LearnFromSynAck(const SubflowEntry& entry, const wire::SegmentView& syn_ack) {
  if (!options.fast_open) return;
  tcp::FastOpenCache& cache = host.fast_open_cache();
  const IpAddress& server = first_tuple.remote.address;
  const wire::FastOpenCookie cookie(syn_ack.options.fast_open_cookie);
  const bool taken = syn_ack.ack.DistanceFrom(entry.tcp.initial_send_sequence() + 1) > 0;
  if (!cookie.empty()) cache.OnCookie(server, cookie, syn_ack.options.mss.value_or(0));
  if (taken) cache.OnSuccess(server);
  // Only the SYN without the option got through: something on the path eats the other kind (RFC 7413 4.1.3.1).
  if (entry.tcp.FastOpenWasRepeated() && !taken && cookie.empty()) {
    cache.OnVanished(server, clock);
    Count(Counter::kTCPFastOpenBlackhole);
  }
}

// The third ACK of a connection that a cookie opened: what OnReady() could not do without the client's key.
void Core::OnProvenLate(SubflowEntry&, Instant now) {
  Count(Counter::kMPCurrEstab);
  counted_established = true;
  paths_changed = true;
  RestartDataTimer(now);
  if (close.FinUnacknowledged() && AllSent()) SendDataFin(now);
}

std::uint32_t SubflowEntry::syn_payload_out() const { return IsFirst() ? core.syn_payload_out : 0; }
std::uint32_t SubflowEntry::syn_payload_in() const { return IsFirst() ? core.syn_payload_in : 0; }

std::uint32_t SubflowEntry::SynPayload(std::uint32_t most) {
  if (role != Role::kFirstActive) return 0;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(most, core.send.end()));
}

void SubflowEntry::FillSynPayload(std::uint32_t length, TxPacket& packet) { core.send.AppendSlices(0, length, packet); }

tcp::PayloadRange SubflowEntry::OnSynPayloadTaken(std::uint32_t length) {
  core.syn_payload_out = length;
  core.snd_nxt = length;
  core.local_base = core.local_base - length;
  if (core.snd_right != UINT64_MAX) core.snd_right += length;
  return BeginMapping(0, length, false, 0, core.clock);
}

}  // namespace mptcpp::core
