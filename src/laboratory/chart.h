// SPDX-License-Identifier: Apache-2.0
// Pictures of results: bars with error bars, and lines (over time, over a parameter, as distribution), drawn as SVG.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mptcpp::laboratory {

struct ChartPoint {
  double x = 0, y = 0, spread = 0;
};

struct ChartLine {
  std::string name;
  std::vector<ChartPoint> points;
};

struct ChartBar {
  std::string label;
  double value = 0, spread = 0;
  std::optional<double> reference;  // published or derived: a line across the bar
};

// A table of numbers in colours: one panel of several that share a scale.
struct HeatMap {
  std::string title;
  std::vector<std::string> columns, rows;
  std::vector<std::optional<double>> values;  // row by row; nullopt: not measured
};

// Either bars or lines or heat maps.
struct Chart {
  std::string title, x_label, y_label;
  std::vector<ChartBar> bars;
  std::vector<ChartLine> lines;
  bool logarithmic_x = false;
  std::vector<HeatMap> maps;
  std::size_t maps_per_line = 4;
  double threshold = 95;  // of heat maps: what is below is marked
};

std::string RenderSvg(const Chart& chart);
std::string RenderHeatMaps(const Chart& chart);  // chart_heat.cc

// < > & " as entities.
std::string EscapeXml(std::string_view text);

}  // namespace mptcpp::laboratory
