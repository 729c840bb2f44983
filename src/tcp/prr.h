// SPDX-License-Identifier: Apache-2.0
// Proportional Rate Reduction (RFC 9937): how much may leave during recovery. While more is in flight than the new window
// allows, sending is thinned out in the proportion of the reduction, so that the window is reached at the end of the round
// trip without a pause; when losses took more than that, what was delivered is replaced (packet conservation), and a little
// more if the ACK looks safe. Owned by one Sender.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace mptcpp::tcp {

class Prr {
 public:
  // Recovery starts. `recover_flight`: what may be delivered during it (RecoverFS): outstanding before the ACK that started
  // it, less what was SACKed already.
  void Start(Bytes recover_flight, Bytes ssthresh, std::uint32_t mss);
  void Stop() { active_ = false; }
  bool active() const { return active_; }
  // An ACK during recovery (the first one too). `in_flight`: after its losses were marked. `safe`: SND.UNA advanced and no
  // further loss was seen (SafeACK).
  void OnAck(Bytes delivered, Bytes in_flight, bool safe);
  void OnSent(Bytes bytes) { out_ += bytes; }
  // Bytes in flight that recovery allows until the next ACK.
  Bytes window() const { return window_; }

 private:
  bool active_ = false;
  std::uint32_t mss_ = 0;
  Bytes recover_flight_;
  Bytes ssthresh_;
  Bytes delivered_;
  Bytes out_;
  Bytes window_;
};

}  // namespace mptcpp::tcp
