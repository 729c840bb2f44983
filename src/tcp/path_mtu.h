// SPDX-License-Identifier: Apache-2.0
// The size of IP packets that the path takes. Two sources: ICMP "too big" (RFC 1191, RFC 8201), and probes made of real data, for
// paths that swallow what is too big and tell nobody (RFC 8899, RFC 4821). A probe is one segment that is longer than the others; it
// is lost or it arrives, and neither says anything about congestion.
//
//   in use ---------- candidate ---------- most        search: the most itself first, then the middle; within 8 bytes it ends
//
//   the path is silent to all retransmissions -> base size, search again
//   ten minutes after the end of a search     -> the path may have changed: search again up to the limit
//
// Gives the MSS without options (RFC 6691). Owned by one Subflow, which has checked that an ICMP error quotes a segment in flight,
// builds the probes, and knows what became of them.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "mptcpp/options.h"

namespace mptcpp::tcp {

class PathMtu {
 public:
  PathMtu(const TcpOptions& options, bool v6);

  // What our SYN says: the configured MTU, whatever the path did since (RFC 6691).
  std::uint16_t offered_mss() const { return static_cast<std::uint16_t>(configured_ - HeaderBytes()); }
  std::uint32_t mss() const { return mtu_ - HeaderBytes(); }
  std::uint32_t mtu() const { return mtu_; }
  // The peer takes no more than this; said once, in the handshake.
  void LimitTo(std::uint32_t peer_mss);

  // `next_hop`: 0 if the router did not say: the next lower plateau (RFC 1191 7). True: what is in use shrank. Not believed below
  // what any path must take (68 bytes; IPv6: 1280, RFC 8201 4).
  bool OnTooBig(std::uint32_t next_hop, Instant now);
  // Nothing gets through and nobody says why: perhaps full segments vanish (RFC 8899 4.3). Down to the base size, and if that did
  // not help either, to the smallest; a path that was merely down is back at its size with the first probe. `unanswered`: the size of
  // the packet that nobody answers; it is no evidence unless it is longer than what is assumed to work. True: it shrank.
  bool OnBlackHole(std::uint32_t unanswered, Instant now);
  // The raise timer (RFC 8899 5.1.1, RFC 1191 6.3). True if the size in use changed: without probes it is simply tried.
  bool MaybeRaise(Instant now);

  // Size of the next probe, as an MSS without options; 0: none is due.
  std::uint32_t ProbeMss(Instant now) const;
  void OnProbeSent();
  void OnProbeDelivered(Instant now);
  void OnProbeLost(Instant now);

  // ICMP has answered the probe under way: it was too long.
  bool IsProbeRefused() const { return flying_ != 0 && fate_known_; }
  bool IsSearching() const { return Candidate() != 0; }
  std::uint32_t probes() const { return probes_; }
  std::uint32_t probes_lost() const { return probes_lost_; }

 private:
  std::uint32_t HeaderBytes() const { return v6_ ? 60 : 40; }
  std::uint32_t Candidate() const;
  void StartSearch(std::uint32_t most);
  void EndSearch(Instant now);

  const std::uint32_t configured_;
  const std::uint32_t base_;
  const MtuProbing mode_;
  const Duration raise_after_;
  const bool v6_;
  std::uint32_t limit_;        // configured, or what the peer takes
  std::uint32_t mtu_;          // in use
  std::uint32_t most_;         // the path may take so much
  bool most_first_ = true;     // `most_` itself has not been refuted
  std::uint32_t flying_ = 0;   // size of the probe under way
  bool fate_known_ = false;    // ... which ICMP has answered already
  std::uint8_t failures_ = 0;  // of the candidate
  Instant next_probe_;
  Instant raise_at_ = Instant::Infinite();
  std::uint32_t probes_ = 0, probes_lost_ = 0;
};

}  // namespace mptcpp::tcp
