// SPDX-License-Identifier: Apache-2.0
// Traffic that does not care: packets at a constant rate into one link of a path, with silent times if asked for. They take
// room in the queue and time on the transmitter, and end at the far end of the link.
#pragma once

#include <string>

#include "base/time.h"
#include "base/units.h"
#include "sim/event_queue.h"
#include "sim/packet_pool.h"
#include "sim/random_stream.h"

namespace mptcpp::sim {

class Path;
class Simulation;

struct CrossTrafficOptions {
  Rate rate;                       // while it sends
  std::size_t packet_bytes = 1500; // with the IP header
  Duration mean_on{};              // exponentially distributed; Zero(): always on
  Duration mean_off{};
};

class CrossTraffic final : public Node {
 public:
  CrossTraffic(Simulation& simulation, Path& path, const CrossTrafficOptions& options, std::uint64_t seed);
  Instant NextDeadline() const override { return next_; }
  void Run(Instant now) override;

 private:
  Duration Exponential(Duration mean);

  Simulation& simulation_;
  Path& path_;
  CrossTrafficOptions options_;
  RandomStream random_;
  Instant next_;
  Instant burst_ends_;
};

}  // namespace mptcpp::sim
