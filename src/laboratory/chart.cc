// SPDX-License-Identifier: Apache-2.0
#include "laboratory/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mptcpp::laboratory {
namespace {

constexpr double kWidth = 820, kLeft = 70, kTop = 44, kPlotHeight = 260, kLegendLine = 18;
// Told apart by colour-blind readers too (Okabe and Ito).
constexpr std::array kColours{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#333333", "#8a8a00"};
constexpr const char* kStyle =
    "text{font:12px system-ui,sans-serif;fill:#222}.t{font-weight:bold;font-size:14px}.g{stroke:#ddd}.e{stroke:#222}"
    ".r{stroke:#b00;stroke-width:2}";

double TickStep(double range, int count) {
  const double rough = std::max(range, 1e-9) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

// From numbers to places in the drawing.
struct Frame {
  double x0 = 0, x1 = 1, y0 = 0, y1 = 1, right = kWidth - 20;
  bool log = false;
  double ScaleX(double x) const { return log ? std::log10(std::max(x, 1e-9)) : x; }
  double X(double x) const { return kLeft + (ScaleX(x) - ScaleX(x0)) / (ScaleX(x1) - ScaleX(x0)) * (right - kLeft); }
  double Y(double y) const { return kTop + kPlotHeight - (y - y0) / (y1 - y0) * kPlotHeight; }
};

std::string YAxis(const Frame& frame, const std::string& label) {
  std::string svg = fmt::format(R"(<text x="{}" y="{}">{}</text>)", 8, kTop - 8, EscapeXml(label));
  const double step = TickStep(frame.y1 - frame.y0, 6);
  for (double y = std::ceil(frame.y0 / step) * step; y <= frame.y1 + step * 1e-6; y += step) {
    svg += fmt::format(R"(<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" class="g"/><text x="{}" y="{:.1f}" text-anchor="end">{:g}</text>)",
                       kLeft, frame.right, frame.Y(y), frame.Y(y), kLeft - 8, frame.Y(y) + 4, std::abs(y) < step * 1e-6 ? 0 : y);
  }
  return svg;
}

std::string XAxis(const Frame& frame, const std::string& label) {
  std::string svg;
  const double at = kTop + kPlotHeight + 18;
  const auto tick = [&](double x) {
    svg += fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{:g}</text>)", frame.X(x), at, x);
  };
  if (frame.log) {
    for (double x = std::pow(10, std::ceil(std::log10(frame.x0) - 1e-9)); x <= frame.x1 * 1.0001; x *= 10) tick(x);
  } else {
    const double step = TickStep(frame.x1 - frame.x0, 10);
    for (double x = std::ceil(frame.x0 / step) * step; x <= frame.x1 + step * 1e-6; x += step) tick(std::abs(x) < step * 1e-6 ? 0 : x);
  }
  return svg + fmt::format(R"(<text x="{}" y="{}" text-anchor="end">{}</text>)", frame.right, at + 18, EscapeXml(label));
}

std::string ErrorBar(const Frame& frame, double at, double value, double spread) {
  if (spread <= 0) return {};
  const double top = frame.Y(std::min(value + spread, frame.y1)), bottom = frame.Y(std::max(value - spread, frame.y0));
  return fmt::format(
      R"(<path d="M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h8M{3:.1f} {2:.1f}h8" class="e" fill="none"/>)", at, top, bottom, at - 4);
}

std::string Document(const std::string& title, double height, const std::string& body) {
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}"><style>{}</style>)"
      R"(<rect width="100%" height="100%" fill="#fff"/><text x="8" y="18" class="t">{}</text>{}</svg>)",
      kWidth, height, EscapeXml(title), kStyle, EscapeXml(title), body) + "\n";
}

std::string RenderBars(const Chart& chart) {
  Frame frame;
  frame.y1 = 1e-9;
  for (const ChartBar& bar : chart.bars) {
    frame.y1 = std::max({frame.y1, (bar.value + bar.spread) * 1.05, bar.reference.value_or(0) * 1.05});
    frame.y0 = std::min({frame.y0, (bar.value - bar.spread) * 1.05, bar.reference.value_or(0)});
  }
  std::string body = YAxis(frame, chart.y_label);
  const double pitch = (frame.right - kLeft) / static_cast<double>(chart.bars.size());
  const double width = std::min(60.0, pitch * 0.7);
  for (std::size_t i = 0; i < chart.bars.size(); ++i) {
    const ChartBar& bar = chart.bars[i];
    const double middle = kLeft + (static_cast<double>(i) + 0.5) * pitch;
    const double top = frame.Y(std::max(bar.value, 0.0)), bottom = frame.Y(std::min(bar.value, 0.0));
    body += fmt::format(R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>)", middle - width / 2, top, width,
                        bottom - top, kColours[0]);
    body += ErrorBar(frame, middle, bar.value, bar.spread);
    if (bar.reference) {
      body += fmt::format(R"(<line x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}" class="r"/>)", middle - width / 2 - 4,
                          middle + width / 2 + 4, frame.Y(*bar.reference), frame.Y(*bar.reference));
    }
    body += fmt::format(R"svg(<text transform="translate({:.1f} {}) rotate(35)">{}</text>)svg", middle - 4, kTop + kPlotHeight + 14,
                        EscapeXml(bar.label));
  }
  return Document(chart.title, kTop + kPlotHeight + 120, body);
}

Frame FrameOf(const Chart& chart) {
  constexpr double kMost = std::numeric_limits<double>::max();
  Frame frame{.x0 = kMost, .x1 = -kMost, .y0 = 0, .y1 = 1e-9, .log = chart.logarithmic_x};
  for (const ChartLine& line : chart.lines) {
    for (const ChartPoint& point : line.points) {
      frame.x0 = std::min(frame.x0, point.x);
      frame.x1 = std::max(frame.x1, point.x);
      frame.y0 = std::min(frame.y0, point.y - point.spread);
      frame.y1 = std::max(frame.y1, (point.y + point.spread) * 1.05);
    }
  }
  if (frame.x1 <= frame.x0) frame.x1 = frame.x0 + 1;
  return frame;
}

std::string RenderLines(const Chart& chart) {
  const Frame frame = FrameOf(chart);
  std::string body = YAxis(frame, chart.y_label) + XAxis(frame, chart.x_label);
  double legend = kTop + kPlotHeight + 48;
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    const ChartLine& line = chart.lines[i];
    const char* const colour = kColours[i % kColours.size()];
    std::string points;
    for (const ChartPoint& point : line.points) points += fmt::format("{:.1f},{:.1f} ", frame.X(point.x), frame.Y(point.y));
    body += fmt::format(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="1.6"/>)", points, colour);
    for (const ChartPoint& point : line.points) body += ErrorBar(frame, frame.X(point.x), point.y, point.spread);
    const double x = kLeft + static_cast<double>(i % 3) * 250;
    body += fmt::format(R"(<rect x="{}" y="{}" width="14" height="4" fill="{}"/><text x="{}" y="{}">{}</text>)", x, legend - 6, colour,
                        x + 20, legend, EscapeXml(line.name));
    if (i % 3 == 2) legend += kLegendLine;
  }
  return Document(chart.title, legend + 16, body);
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string RenderSvg(const Chart& chart) {
  if (!chart.maps.empty()) return RenderHeatMaps(chart);
  return chart.bars.empty() ? RenderLines(chart) : RenderBars(chart);
}

}  // namespace mptcpp::laboratory
