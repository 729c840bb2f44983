// SPDX-License-Identifier: Apache-2.0
// A process that exits takes its TIME-WAIT with it: the peer's last retransmissions would find nobody, and it would report a
// failure although everything arrived. So the side that closed first stays a moment (a few retransmission timeouts) to answer.
#pragma once

#include "mptcpp/endpoint.h"

namespace mptcpp::apps {

class Linger {
 public:
  // Call for each connection that ended in order, before it is released.
  void Add(const Endpoint& endpoint, ConnectionId id, Instant now);
  Instant until() const { return until_; }

 private:
  Instant until_;
};

}  // namespace mptcpp::apps
