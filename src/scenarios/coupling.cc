// SPDX-License-Identifier: Apache-2.0
// Congestion windows that grow together (RFC 6356): what two subflows may take where they meet others, and where they do not.
#include <fmt/format.h>

#include <array>
#include <tuple>
#include <utility>

#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

WorldOptions Coupled() {
  WorldOptions options = Mptcp();
  options.client.congestion = "lia";
  return options;
}
WorldOptions CoupledInOneBottleneck() {
  WorldOptions options = Coupled();
  options.one_bottleneck = true;
  return options;
}
WorldOptions UncoupledInOneBottleneck() {
  WorldOptions options = CoupledInOneBottleneck();
  options.client.congestion = "newreno";
  return options;
}

void Limit(sim::Path& path, double megabits, std::size_t buffer, std::int64_t delay_ms) {
  path.Change([=](sim::LinkOptions& link) {
    link.rate = Rate::MegabitsPerSecond(megabits);
    link.delay = Duration::Millis(delay_ms);
    link.buffer = Bytes(buffer);
  });
}

// What two subflows get of a bottleneck that they share with one TCP, once all have found their windows.
double ShareBesideOneTcp(World& w) {
  Limit(w.path(1), 6, 40'000, 15);
  w.OpenTwo();
  w.Begin();
  w.client.WriteBytes(60'000'000);
  w.Compete("newreno");
  w.RunMs(10'000);
  const double ours = static_cast<double>(w.server.received_bytes()), theirs = static_cast<double>(w.bytes_of_competitor());
  w.RunMs(40'000);
  const double more = static_cast<double>(w.server.received_bytes()) - ours;
  return more / (more + static_cast<double>(w.bytes_of_competitor()) - theirs);
}

// Losses by chance and room for everything: round trips stay what they are.
void Lossy(sim::Path& path, double loss) {
  path.Change([=](sim::LinkOptions& link) { link.delay = Duration::Millis(15); });
  path.ChangeThere([=](sim::LinkOptions& link) { link.loss = loss; });
}

struct Growth {
  double first = 0, second = 0;  // of the windows, in bytes
  double ratio = 0;              // of the windows, on average
  double round_trips = 0;
};

// Sums what both windows grew by while neither shrank: in congestion avoidance, that is, with losses left out.
Growth GrowthWithoutLosses(World& w, int steps) {
  constexpr std::int64_t kRoundTripMs = 30, kStepMs = 3 * kRoundTripMs;
  Growth growth;
  int counted = 0;
  const auto windows = [&w] {
    const auto subflows = w.client.Subflows();
    return std::pair{static_cast<double>(subflows.at(0).cwnd.count()), static_cast<double>(subflows.at(1).cwnd.count())};
  };
  auto [first, second] = windows();
  for (int i = 0; i < steps; ++i) {
    w.RunMs(kStepMs);
    const auto [first_now, second_now] = windows();
    if (first_now > first && second_now > second) {
      growth.first += first_now - first;
      growth.second += second_now - second;
      growth.ratio += first / second;
      ++counted;
    }
    std::tie(first, second) = std::pair{first_now, second_now};
  }
  w.Require(counted > steps / 4, "the windows did not grow together");
  growth.ratio /= counted;
  growth.round_trips = counted * static_cast<double>(kStepMs / kRoundTripMs);
  return growth;
}

const std::array kScenarios{
    Scenario{
        .id = "S001-9",
        .name = "coupled-disjoint",
        .title = "Coupled congestion control on two paths that share nothing: the rates add up",
        .source = "seed 001; RFC 6356",
        .corrected = "the goals of RFC 6356 are three: as much as on the best path, no more than one flow at any shared resource, and "
                     "away from congestion; no more than one flow is meant where paths meet, not everywhere",
        .options = Coupled,
        .play =
            [](World& w) {
              Limit(w.path(1), 4, 40'000, 10);
              Limit(w.path(2), 4, 40'000, 15);
              w.OpenTwo();
              w.Begin();
              w.client.WriteBytes(3'500'000);
              w.RunMs(4000);
              const double megabits = static_cast<double>(w.server.received_bytes()) * 8 / 4e6;
              w.Require(megabits > 6.5, fmt::format("two paths of 4 Mbit/s carried {} Mbit/s", megabits));
            },
        .expect = R"(
          ...
          S: multipath intact)",
    },
    Scenario{
        .id = "S001-9b",
        .name = "coupled-shared",
        .title = "Two coupled subflows and one TCP in the same bottleneck: the connection takes about one share of two",
        .source = "seed 001; RFC 6356 2, goal 2",
        .options = CoupledInOneBottleneck,
        .play =
            [](World& w) {
              const double share = ShareBesideOneTcp(w);
              w.Require(share > 0.4 && share < 0.6, fmt::format("the share is {:.3f}", share));
            },
        .expect = R"(
          ...
          S: multipath intact)",
    },
    Scenario{
        .id = "S001-9c",
        .name = "uncoupled-shared",
        .title = "The same with windows that know nothing of each other: two shares of three",
        .source = "seed 001; RFC 6356 1",
        .options = UncoupledInOneBottleneck,
        .play =
            [](World& w) {
              const double share = ShareBesideOneTcp(w);
              w.Require(share > 0.6 && share < 0.75, fmt::format("the share is {:.3f}", share));
            },
        .expect = R"(
          ...
          S: multipath intact)",
    },
    Scenario{
        .id = "S003-9",
        .name = "coupled-growth",
        .title = "Coupled windows grow in proportion to their size, and together by no more than one segment per round trip",
        .source = "seed 003; RFC 6356 3",
        .options = Coupled,
        .play =
            [](World& w) {
              Lossy(w.path(1), 0.002);
              Lossy(w.path(2), 0.02);
              w.OpenTwo();
              w.Begin();
              w.client.WriteBytes(60'000'000);
              w.RunMs(3000);
              const Growth growth = GrowthWithoutLosses(w, 200);
              const double grew = growth.first / growth.second;
              w.Require(growth.ratio > 1.5 && grew > 0.8 * growth.ratio && grew < 1.25 * growth.ratio,
                        fmt::format("the windows are {:.2f} to 1, their growth {:.2f} to 1", growth.ratio, grew));
              const double per_round_trip = (growth.first + growth.second) / growth.round_trips;
              w.Require(per_round_trip > 300 && per_round_trip < 1460, fmt::format("they grow by {:.0f} bytes per round trip", per_round_trip));
            },
        .expect = R"(
          ...
          S: multipath intact)",
    },
};

}  // namespace

std::span<const Scenario> Coupling() { return kScenarios; }

}  // namespace mptcpp::scenarios
