// SPDX-License-Identifier: Apache-2.0
// An application that sends frames (of a film, of a game, blocks of a file) and is asked how late each one arrived whole.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "laboratory/flow.h"

namespace mptcpp::laboratory {

struct FramePlan {
  std::uint32_t bytes = 0;
  Duration interval{};          // Zero(): the next one as soon as the send buffer has taken this one
  std::uint32_t count = 0;      // 0: as long as the run lasts
  Duration first{};             // when the first one is made, after the simulation's start; the connection opens at once
};

// Runs on a flow with bulk = false. Lives until the network's last Run().
class FrameStream {
 public:
  FrameStream(Flow& flow, const FramePlan& plan);

  // Milliseconds from making to whole arrival, of the frames that were made at or after `from`, in order. What has not arrived
  // is left out.
  std::vector<double> Delays(Duration from = Duration::Zero()) const;
  std::size_t made() const { return made_.size(); }
  std::size_t arrived() const { return arrived_.size(); }
  bool IsDone() const { return plan_.count != 0 && arrived() == plan_.count; }

 private:
  class Sender;
  class Receiver;

  FramePlan plan_;
  std::vector<Instant> made_, arrived_;
  std::uint64_t received_ = 0;
};

}  // namespace mptcpp::laboratory
