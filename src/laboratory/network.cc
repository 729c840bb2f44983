// SPDX-License-Identifier: Apache-2.0
#include "laboratory/network.h"

#include <algorithm>

namespace mptcpp::laboratory {
namespace {

constexpr double kLeastBuffer = 10 * kPacketBytes;

Duration Milliseconds(double ms) { return Duration::SecondsF(ms / 1000); }

}  // namespace

Network::Network(std::uint64_t seed) : simulation_(seed), random_(seed, "laboratory") {}

sim::Path& Network::AddLink(const std::string& name, const LinkSpec& spec) {
  sim::LinkOptions there;
  there.rate = Rate::MegabitsPerSecond(spec.mbps);
  there.delay = Milliseconds(spec.rtt_ms / 2);
  const double buffer = spec.buffer_bytes.value_or(std::max(kLeastBuffer, BdpBytes(spec.mbps, spec.rtt_ms)));
  there.buffer = Bytes(static_cast<std::int64_t>(buffer));
  there.early_drop = spec.early_drop;
  there.loss = spec.loss;
  there.jitter = Longer(Milliseconds(spec.jitter_ms), there.rate.TimeFor(Bytes(static_cast<std::int64_t>(kPacketBytes))));
  sim::LinkOptions back;
  back.delay = there.delay;
  if (spec.limited_back) {
    back.rate = there.rate;
    back.buffer = there.buffer;
  }
  return simulation_.AddPath(name, {.there = there, .back = back});
}

Flow& Network::AddFlow(const FlowSpec& spec) {
  flows_.push_back(std::make_unique<Flow>(simulation_, spec, flows_.size()));
  Duration round_trip;
  for (const sim::Path* link : spec.routes.at(0)) {
    round_trip += const_cast<sim::Path*>(link)->there().options().delay * 2;
  }
  const Duration jitter = random_.UniformDuration(round_trip);
  if (spec.bulk) flows_.back()->Start(sim::Simulation::kStart + spec.start + jitter);
  return *flows_.back();
}

void Network::Sample() {
  for (const auto& flow : flows_) flow->Sample(simulation_.elapsed());
  simulation_.At(simulation_.elapsed() + sample_interval_, [this] { Sample(); });
}

void Network::Run(Duration time) {
  if (!started_) {
    started_ = true;
    Sample();
  }
  simulation_.Run(time);
}

double Network::LinkMbps(sim::Path& link, Duration elapsed) {
  return static_cast<double>(link.there().counters().bytes_out) * 8e-6 / elapsed.seconds();
}

}  // namespace mptcpp::laboratory
