// SPDX-License-Identifier: Apache-2.0
#include "tcp/acceptance.h"

namespace mptcpp::tcp {
namespace {

// RFC 5961 3.2: only the exact number is proof; anything else in the window is asked about.
Acceptance JudgeReset(SeqNum seq, const AcceptanceFacts& facts) {
  if (seq == facts.rcv_nxt) return Acceptance::kReset;
  return seq.InWindow(facts.rcv_nxt, facts.window) ? Acceptance::kChallenge : Acceptance::kDrop;
}

Acceptance JudgeAck(SeqNum ack, const AcceptanceFacts& facts) {
  if (facts.syn_received) {
    return ack.After(facts.snd_una) && ack.AtOrBefore(facts.snd_nxt) ? Acceptance::kAccept : Acceptance::kAckRefused;
  }
  if (ack.After(facts.snd_nxt)) return Acceptance::kAckTooNew;
  // RFC 5961 5.2: SND.UNA - MAX.SND.WND <= SEG.ACK.
  if (ack.Before(facts.snd_una - facts.max_snd_wnd)) return Acceptance::kAckTooOld;
  return Acceptance::kAccept;
}

}  // namespace

bool InWindow(SeqNum seq, std::uint32_t length, SeqNum rcv_nxt, std::uint32_t window) {
  if (seq.After(rcv_nxt + window)) return false;
  if (length == 0) return seq.AtOrAfter(rcv_nxt);
  return (seq + length).After(rcv_nxt) && (seq != rcv_nxt + window || window == 0);
}

Acceptance Judge(const wire::SegmentView& segment, const AcceptanceFacts& facts) {
  // RFC 7323 5.3: PAWS comes before the window, and not for RST.
  if (segment.flags.rst) return JudgeReset(segment.seq, facts);
  if (facts.old_timestamp) return Acceptance::kPaws;
  // RFC 5961 4.2: a SYN in a synchronized state is asked about wherever it stands.
  if (segment.flags.syn && !facts.syn_received) return Acceptance::kChallenge;
  if (!InWindow(segment.seq, segment.SequenceLength(), facts.rcv_nxt, facts.window)) return Acceptance::kOutside;
  if (segment.flags.syn) return Acceptance::kChallenge;
  if (!segment.flags.ack) return Acceptance::kDrop;
  return JudgeAck(segment.ack, facts);
}

}  // namespace mptcpp::tcp
