// SPDX-License-Identifier: Apache-2.0
// The heterogeneity grid: two paths that differ in rate, round-trip time and loss, a receive buffer, a scheduler and a controller.
// One cell is one bulk transfer; what it brings is held against the better path alone and against the sum of the two.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/units.h"
#include "laboratory/experiment.h"

namespace mptcpp::laboratory {

// The better path. The worse one has its rate divided, its round trip multiplied, and loss besides.
inline constexpr double kBestMbps = 20, kBestRttMs = 20;

inline constexpr std::array kRateRatios{1, 2, 5, 10, 50};
inline constexpr std::array kRttRatios{1, 2, 5, 10, 40};
inline constexpr std::array kLossPermille{0, 1, 10, 50};
inline constexpr std::array kBufferKib{256, 1024, 4096, 16384};
inline constexpr std::array kGridControllers{"cubic", "lia", "olia", "balia", "mpcc-loss"};

// When a run is measured: from `warm_up` on, for `length`. Long round trips need both: slow start takes ten of them, and what one
// hole holds back must be small beside what is measured.
struct Timing {
  Duration warm_up, length;
  friend auto operator<=>(const Timing&, const Timing&) = default;
};

struct Cell {
  int rate = 1, rtt = 1;  // the worse path: so many times less, so many times more
  int loss_permille = 0;  // on the worse path
  int buffer_kib = 0;     // 0: the rule of RFC 8684 3.3.5, twice the sum of the rates times the longest round trip
  std::string scheduler, controller;

  std::string Name() const;  // "1/10 x40 0.1% 256K blest cubic"
  double SumMbps() const { return kBestMbps * (1 + 1.0 / rate); }
  double WorseRttMs() const { return kBestRttMs * rtt; }
  Bytes ReceiveBuffer() const;
};

// Rates x round trips x losses x buffers.
std::vector<Cell> GridOf(const std::string& scheduler, const std::string& controller);

// Values, of the application's data: "goodput" in Mbit/s; "of best": percent of what the better path alone brings, as plain TCP with
// the same controller and buffer; "of sum": percent of what both links can carry of plain TCP's payload.
RunOutcome RunCell(const RunContext& context, const Cell& cell);
Timing TimingOf(const RunContext& context, const Cell& cell);

std::string BufferText(int kib);        // "256K", "4M", "rule"
std::string LossText(int permille);     // "0.1%"

}  // namespace mptcpp::laboratory
