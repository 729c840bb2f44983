// SPDX-License-Identifier: Apache-2.0
// Builds the worlds of the experiments: links that several connections share, and connections over routes of links, each with
// two hosts of its own. Underneath is the simulator with the real endpoint; nothing here knows more than the public API.
//
//   Network network(seed);
//   sim::Path& link = network.AddLink("link", {.mbps = 100, .rtt_ms = 50});
//   Flow& flow = network.AddFlow({.name = "mp", .congestion = "lia", .routes = {{&link}, {&link}}});
//   network.Run(Duration::Seconds(60));
//   flow.Mbps(Duration::Seconds(20), Duration::Seconds(60));
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "laboratory/flow.h"
#include "sim/simulation.h"

namespace mptcpp::laboratory {

inline constexpr double kPacketBytes = 1500;

struct LinkSpec {
  double mbps = 0;
  double rtt_ms = 0;                     // there and back, without queues
  std::optional<double> buffer_bytes{};  // not given: one BDP, at least ten packets
  double early_drop = 0;                 // at a full buffer, growing from none at a quarter of it: losses as random as a fluid
                                         // model has them. EarlyDropFor() knows how much
  double loss = 0;                       // of data packets
  double jitter_ms = 0;                  // of data packets, order kept; at least one packet time is always there
  bool limited_back = false;             // the way back has the same rate and buffer; false: no limit
};

inline double BdpBytes(double mbps, double rtt_ms) { return mbps * rtt_ms * 125; }
// Ten times the loss at which Reno's window is so many packets (sqrt(1.5 / p)): then the queue stays well below its end.
inline double EarlyDropFor(double window) { return std::clamp(15 / (window * window), 0.003, 0.3); }
inline double PacketsToMbps(double packets_per_second) { return packets_per_second * kPacketBytes * 8e-6; }
inline double MbpsToPackets(double mbps) { return mbps * 1e6 / (8 * kPacketBytes); }

class Network {
 public:
  explicit Network(std::uint64_t seed);

  sim::Path& AddLink(const std::string& name, const LinkSpec& spec);
  // Starts at spec.start plus up to a round trip, which depends on the seed: periodic senders must not lock their phases.
  Flow& AddFlow(const FlowSpec& spec);
  void Run(Duration time);

  sim::Simulation& simulation() { return simulation_; }
  const std::vector<std::unique_ptr<Flow>>& flows() const { return flows_; }
  // How often every flow is looked at; before Run().
  void set_sample_interval(Duration interval) { sample_interval_ = interval; }

  // Mbit/s on the wire that left a link between two samples, everything counted.
  static double LinkMbps(sim::Path& link, Duration elapsed);

 private:
  void Sample();

  sim::Simulation simulation_;
  sim::RandomStream random_;
  Duration sample_interval_ = Duration::Millis(100);
  std::vector<std::unique_ptr<Flow>> flows_;
  bool started_ = false;
};

}  // namespace mptcpp::laboratory
