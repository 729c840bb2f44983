// SPDX-License-Identifier: Apache-2.0
#include "tcp/tail_loss_probe.h"

namespace mptcpp::tcp {
namespace {

// TLP.max_ack_delay: the longest that a common peer delays an ACK (Linux's TCP_DELACK_MAX).
constexpr Duration kMaxAckDelay = Duration::Millis(200);
// A timer finer than this only finds its own scheduling noise (Linux: two ticks).
constexpr Duration kMinTimeout = Duration::Millis(2);

}  // namespace

Duration TailLossProbe::Timeout(Duration smoothed_rtt, bool single_segment) {
  return smoothed_rtt * 2 + (single_segment ? kMaxAckDelay : kMinTimeout);
}

void TailLossProbe::Expire(bool new_data) {
  want_ = new_data && want_ == Want::kNothing ? Want::kNewData : Want::kRetransmission;
}

void TailLossProbe::OnSent(SeqNum end, bool retransmission) {
  retransmission_ = retransmission;
  want_ = Want::kNothing;
  in_progress_ = true;
  sample_since_probe_ = false;
  end_ = end;
}

bool TailLossProbe::OnAck(const AckFacts& ack) {
  if (ack.progress) want_ = Want::kNothing;  // the timer is set anew
  if (!in_progress_ || ack.ack.Before(end_)) return false;
  if (!retransmission_ || ack.dsack_of_probe) {
    in_progress_ = false;
  } else if (ack.ack.After(end_)) {
    in_progress_ = false;
    return true;
  } else if (ack.bare_duplicate) {
    in_progress_ = false;  // both copies arrived
  }
  return false;
}

void TailLossProbe::Cancel() {
  want_ = Want::kNothing;
  in_progress_ = false;
}

}  // namespace mptcpp::tcp
