// SPDX-License-Identifier: Apache-2.0
// Tail loss probe (RFC 8985 7): if the last segments of a burst are lost, no later one provokes a SACK that would tell. So
// after about two round trips without an ACK one segment is sent, new data or the last segment again; its ACK turns a loss
// that only the retransmission timer would find into one that RACK finds. Holds no timer. Owned by one Sender.
#pragma once

#include <cstdint>

#include "base/seq_num.h"
#include "base/time.h"

namespace mptcpp::tcp {

class TailLossProbe {
 public:
  enum class Want : std::uint8_t { kNothing, kNewData, kRetransmission };

  // 7.2: PTO. `single_segment`: the receiver may be delaying the only ACK that can come.
  static Duration Timeout(Duration smoothed_rtt, bool single_segment);

  // A probe may be scheduled: none is under way or wanted, and there was an RTT sample since the last (7.2).
  bool MayProbe() const { return !in_progress_ && want_ == Want::kNothing && sample_since_probe_; }
  void OnRttSample() { sample_since_probe_ = true; }

  // PTO expired (7.3): new data if there is some, otherwise the last segment again. A second expiry gives up on new data.
  void Expire(bool new_data);
  Want want() const { return want_; }
  // The probe has left and ends at `end` (= SND.NXT): the last segment again, or new data.
  void OnSent(SeqNum end, bool retransmission);

  struct AckFacts {
    SeqNum ack;
    bool progress = false;        // something new was acknowledged or SACKed
    bool dsack_of_probe = false;  // a DSACK block that ends where the probe ended
    bool bare_duplicate = false;  // ACK = SND.UNA, no payload, no SACK
  };
  // 7.4. True: the probe repaired a loss that nobody else noticed; the window must answer for it.
  bool OnAck(const AckFacts& ack);
  // Recovery took over.
  void Cancel();

  bool in_progress() const { return in_progress_; }
  bool IsRetransmissionUpTo(SeqNum end) const { return in_progress_ && retransmission_ && end == end_; }

 private:
  Want want_ = Want::kNothing;
  bool in_progress_ = false;     // TLP.end_seq is set
  bool retransmission_ = false;  // TLP.is_retrans
  bool sample_since_probe_ = true;
  SeqNum end_;
};

}  // namespace mptcpp::tcp
