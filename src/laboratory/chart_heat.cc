// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "laboratory/chart.h"

namespace mptcpp::laboratory {
namespace {

constexpr double kWidth = 820, kTop = 34, kCellHeight = 20, kRowLabel = 52, kPanelGap = 12, kPanelTop = 42;
constexpr const char* kStyle =
    "text{font:11px system-ui,sans-serif;fill:#222}.t{font-weight:bold;font-size:14px}.p{font-weight:bold}.b{font-weight:bold}";

// Orange below the threshold, blue above, the deeper the farther: told apart by colour-blind readers, and the number stands in it.
std::string Colour(double value, double threshold) {
  const bool below = value < threshold;
  const double depth = std::clamp(below ? (threshold - value) / 40 : (value - threshold) / 105, 0.0, 1.0);
  const auto mix = [&](int full) { return static_cast<int>(255 + (full - 255) * (below ? 0.35 + 0.65 * depth : 0.08 + 0.6 * depth)); };
  return below ? fmt::format("rgb({},{},{})", mix(0xd5), mix(0x5e), mix(0x00)) : fmt::format("rgb({},{},{})", mix(0x00), mix(0x72), mix(0xb2));
}

double PanelHeight(const HeatMap& map) { return kPanelTop + static_cast<double>(map.rows.size()) * kCellHeight; }

std::string Panel(const HeatMap& map, double left, double top, double width, double threshold) {
  const double cell = (width - kRowLabel) / static_cast<double>(map.columns.size());
  std::string svg = fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="p">{}</text>)", left, top + 12, EscapeXml(map.title));
  for (std::size_t column = 0; column < map.columns.size(); ++column) {
    svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)", left + kRowLabel + (static_cast<double>(column) + 0.5) * cell,
                       top + kPanelTop - 12, EscapeXml(map.columns[column]));
  }
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    const double y = top + kPanelTop - 6 + static_cast<double>(row) * kCellHeight;
    svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)", left + kRowLabel - 5, y + 14, EscapeXml(map.rows[row]));
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      const auto& value = map.values.at(row * map.columns.size() + column);
      const double x = left + kRowLabel + static_cast<double>(column) * cell;
      if (!value) continue;
      svg += fmt::format(R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" fill="{}"/>)", x, y, cell - 1, kCellHeight - 1, Colour(*value, threshold));
      svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle"{}>{:.0f}</text>)", x + cell / 2, y + 14,
                         *value < threshold ? R"( class="b")" : "", std::floor(*value));
    }
  }
  return svg;
}

}  // namespace

std::string RenderHeatMaps(const Chart& chart) {
  const double width = (kWidth - 16) / static_cast<double>(chart.maps_per_line) - kPanelGap;
  std::string body;
  double top = kTop, line_height = 0;
  for (std::size_t i = 0; i < chart.maps.size(); ++i) {
    const std::size_t place = i % chart.maps_per_line;
    if (place == 0) {
      top += line_height;
      line_height = 0;
    }
    body += Panel(chart.maps[i], 8 + static_cast<double>(place) * (width + kPanelGap), top, width, chart.threshold);
    line_height = std::max(line_height, PanelHeight(chart.maps[i]) + kPanelGap);
  }
  return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {:.0f}" role="img" aria-label="{}"><style>{}</style>)"
                     R"(<rect width="100%" height="100%" fill="#fff"/><text x="8" y="18" class="t">{}</text>{}</svg>)",
                     kWidth, top + line_height, EscapeXml(chart.title), kStyle, EscapeXml(chart.title), body) + "\n";
}

}  // namespace mptcpp::laboratory
