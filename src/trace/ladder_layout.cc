// SPDX-License-Identifier: Apache-2.0
#include "trace/ladder_layout.h"

#include <algorithm>
#include <optional>

#include "trace/ladder_rows.h"

namespace mptcpp::trace {
namespace {

// The delay that is drawn with kTravelHeight.
Duration TypicalDelay(const Ladder& ladder) {
  std::vector<Duration> delays;
  for (const LadderArrow& arrow : ladder.arrows) {
    if (arrow.fate == ArrowFate::kArrived && arrow.arrived > arrow.sent) delays.push_back(arrow.arrived - arrow.sent);
  }
  if (delays.empty()) return Duration::Millis(10);
  std::nth_element(delays.begin(), delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2), delays.end());
  return delays[delays.size() / 2];
}

// How far down each host's line things stand already.
struct HostLine {
  std::optional<double> last_event;
};

double Below(const std::optional<double>& height, double distance) { return height ? *height + distance : 0; }

}  // namespace

LadderLayout::LadderLayout(const Ladder& ladder) : arrows_(ladder.arrows.size()) {
  const double per_second = kTravelHeight / TypicalDelay(ladder).seconds();
  std::vector<HostLine> hosts(ladder.hosts.size());
  std::optional<Instant> previous;
  double height = 0;
  for (const LadderRow& row : RowsOf(ladder)) {
    HostLine& host = hosts[row.host];
    const Duration passed = previous ? row.at - *previous : Duration::Zero();
    const double to_scale = passed.seconds() * per_second;
    const double before = height;
    height += std::min(to_scale, kLongestGap);
    height = std::max(height, Below(host.last_event, kEventHeight));
    // Its label stands above a departure, whatever happened there before.
    if (row.is_departure) height = std::max(height, Below(host.last_event, kLabelHeight));
    if (to_scale > 2 * kLongestGap) gaps_.push_back({before, height, passed});
    host.last_event = height;
    (row.is_departure ? arrows_[row.arrow].departure : arrows_[row.arrow].arrival) = height;
    points_.push_back({row.at, height});
    previous = row.at;
  }
  for (std::size_t i = 0; i < ladder.arrows.size(); ++i) {
    if (ladder.arrows[i].fate != ArrowFate::kArrived) arrows_[i].arrival = arrows_[i].departure + kTravelHeight;
    height = std::max(height, arrows_[i].arrival);
  }
  height_ = height;
}

double LadderLayout::HeightAt(Instant at) const {
  if (points_.empty()) return 0;
  const auto next = std::lower_bound(points_.begin(), points_.end(), at, [](const Point& p, Instant t) { return p.at < t; });
  if (next == points_.begin()) return points_.front().height;
  if (next == points_.end()) return points_.back().height;
  if (next->at == at) return next->height;
  const Point& last = *(next - 1);
  const double part = (at - last.at).seconds() / (next->at - last.at).seconds();
  return last.height + part * (next->height - last.height);
}

}  // namespace mptcpp::trace
