// SPDX-License-Identifier: Apache-2.0
// How fast the simulator is: data segments that crossed the bottleneck per second of processor time (one thread), endpoints and all. Every byte is
// still made, checksummed and compared with what was sent.
#include <fmt/format.h>

#include <ctime>

#include "laboratory/network.h"

namespace {

using namespace mptcpp;

// Ten connections over one link of 100 Mbit/s, 40 ms; with a second one beside it for each of them if `multipath`.
void Measure(const char* name, bool multipath, std::int64_t seconds) {
  laboratory::Network network(1);
  sim::Path& first = network.AddLink("first", {.mbps = 100, .rtt_ms = 40});
  sim::Path& second = network.AddLink("second", {.mbps = 100, .rtt_ms = 40});
  for (int i = 0; i < 10; ++i) {
    laboratory::FlowSpec spec{.name = "flow" + std::to_string(i), .congestion = multipath ? "lia" : "newreno", .routes = {{&first}}};
    if (multipath) spec.routes.push_back({&second});
    network.AddFlow(spec);
  }
  const std::clock_t start = std::clock();  // processor time: a busy machine disturbs little
  network.Run(Duration::Seconds(seconds));
  const double seconds_of_processor = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const std::uint64_t segments = first.there().counters().packets_out + second.there().counters().packets_out;
  const std::uint64_t packets = segments + first.back().counters().packets_out + second.back().counters().packets_out;
  fmt::print("{:<34} {:>9.0f} data segments/s {:>9.0f} packets/s {:>9.0f} events/s   ({} s simulated in {:.2f} s)\n", name,
             static_cast<double>(segments) / seconds_of_processor, static_cast<double>(packets) / seconds_of_processor,
             static_cast<double>(network.simulation().events_run()) / seconds_of_processor, seconds, seconds_of_processor);
}

}  // namespace

int main() {
  Measure("10 TCPs, one link of 100 Mbit/s", false, 30);
  Measure("10 MPTCPs, two links of 100 Mbit/s", true, 15);
}
