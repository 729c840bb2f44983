// SPDX-License-Identifier: Apache-2.0
// Is the peer still there? After `idle` of silence a probe, then one every `interval`; after `probes` unanswered ones the
// connection is dead (RFC 9293 3.8.4: off unless asked for, one missing answer is no death). A single probe may also be asked
// for at any time; its missing answer has no consequence here.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "mptcpp/options.h"

namespace mptcpp::tcp {

class Keepalive {
 public:
  explicit Keepalive(const TcpOptions& options) : options_(options) {}

  // Anything acceptable arrived. True if a probe was waiting for it.
  bool OnHeard(Instant now) {
    const bool answered = asked_;
    asked_ = false;
    unanswered_ = 0;
    last_heard_ = now;
    return answered;
  }
  void OnProbeSent() { asked_ = true; }

  bool Enabled() const { return options_.keepalive_idle > Duration::Zero(); }
  Instant Deadline() const {
    return Enabled() ? last_heard_ + options_.keepalive_idle + options_.keepalive_interval * unanswered_ : Instant::Infinite();
  }
  enum class Action : std::uint8_t { kNothing, kProbe, kDead };
  // At or after Deadline().
  Action OnDeadline(Instant now) {
    if (now < Deadline()) return Action::kNothing;
    if (unanswered_ >= options_.keepalive_probes) return Action::kDead;
    ++unanswered_;
    return Action::kProbe;
  }
  Instant last_heard() const { return last_heard_; }

 private:
  const TcpOptions& options_;
  Instant last_heard_;
  std::uint8_t unanswered_ = 0;
  bool asked_ = false;
};

}  // namespace mptcpp::tcp
