// SPDX-License-Identifier: Apache-2.0
// One line on standard error that is rewritten twice a second: what has moved, how fast, and over which path.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "mptcpp/endpoint.h"

namespace mptcpp::apps {

class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown) {}

  // Prints when it is time; returns when it wants to be called next (Infinite() if nothing is shown).
  Instant Step(const Endpoint& endpoint, ConnectionId id, Instant now);
  // The last state, and a newline.
  void Finish(const Endpoint& endpoint, ConnectionId id, Instant now);

 private:
  std::string Line(const Endpoint& endpoint, ConnectionId id, Instant now);

  bool shown_;
  bool printed_ = false;
  Instant started_, last_, next_;
  bool has_started_ = false;
  std::map<std::uint16_t, std::uint64_t> last_bytes_;  // by subflow
};

// "12.3 MiB"
std::string FormatBytes(std::uint64_t bytes);
// "12.3 Mbit/s"
std::string FormatRate(double bits_per_second);

}  // namespace mptcpp::apps
