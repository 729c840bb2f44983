// SPDX-License-Identifier: Apache-2.0
#include "sim/cross_traffic.h"

#include <cmath>

#include "sim/simulation.h"

namespace mptcpp::sim {

CrossTraffic::CrossTraffic(Simulation& simulation, Path& path, const CrossTrafficOptions& options, std::uint64_t seed)
    : simulation_(simulation), path_(path), options_(options), random_(seed, "cross traffic on " + path.name()),
      next_(simulation.now()), burst_ends_(Instant::Infinite()) {
  if (options_.mean_on.IsZero()) return;
  next_ = simulation.now() + Exponential(options_.mean_off);
  burst_ends_ = next_ + Exponential(options_.mean_on);
}

Duration CrossTraffic::Exponential(Duration mean) {
  return Duration::SecondsF(-mean.seconds() * std::log(1 - random_.Uniform()));
}

void CrossTraffic::Run(Instant now) {
  constexpr std::size_t kIpHeader = 20;
  PacketPtr packet = simulation_.TakePacket(options_.packet_bytes - kIpHeader);
  path_.PushThere(std::move(packet), now);
  next_ = now + options_.rate.TimeFor(Bytes(static_cast<std::int64_t>(options_.packet_bytes)));
  // What is left of the time between two packets when a burst ends goes on with the next one: the rate stays exact.
  while (next_ >= burst_ends_) {
    const Duration left = next_ - burst_ends_;
    const Instant starts = burst_ends_ + Exponential(options_.mean_off);
    burst_ends_ = starts + Exponential(options_.mean_on);
    next_ = starts + left;
  }
}

}  // namespace mptcpp::sim
