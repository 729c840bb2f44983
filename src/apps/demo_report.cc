// SPDX-License-Identifier: Apache-2.0
#include "apps/demo_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/progress.h"

namespace mptcpp::apps {
namespace {

constexpr double kWidth = 960, kHeight = 420, kLeft = 70, kRight = 20, kTop = 60, kBottom = 40;
constexpr std::array kColours{"#0072b2", "#d55e00", "#009e73", "#cc79a7"};  // told apart by colour-blind readers too

std::string Escape(std::string_view text) {
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

// Seconds and Mbit/s to the drawing.
struct Scale {
  double seconds, megabits;
  double X(double s) const { return kLeft + s / seconds * (kWidth - kLeft - kRight); }
  double Y(double mbit) const { return kHeight - kBottom - mbit / megabits * (kHeight - kTop - kBottom); }
};

// A step of 1, 2 or 5 times a power of ten that gives about `count` ticks.
double TickStep(double range, int count) {
  const double rough = std::max(range, 1e-9) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

// Mbit/s of one path (or of all, `path` < 0) at sample i.
double RateAt(const DemoRecord& record, std::size_t i, int path) {
  const double begin = i == 0 ? 0 : record.samples[i - 1].at.seconds();
  const double seconds = record.samples[i].at.seconds() - begin;
  if (seconds <= 0) return 0;
  std::uint64_t bytes = 0;
  for (std::size_t p = 0; p < record.samples[i].bytes.size(); ++p) {
    if (path < 0 || p == static_cast<std::size_t>(path)) bytes += record.samples[i].bytes[p];
  }
  return static_cast<double>(bytes) * 8e-6 / seconds;
}

Scale ScaleOf(const DemoRecord& record) {
  double megabits = 1;
  for (std::size_t i = 0; i < record.samples.size(); ++i) megabits = std::max(megabits, RateAt(record, i, -1));
  const double seconds = record.samples.empty() ? 1 : record.samples.back().at.seconds();
  return {.seconds = std::max(seconds, 0.1), .megabits = megabits * 1.05};
}

std::string Axes(const Scale& scale) {
  std::string svg;
  for (double s = 0; s <= scale.seconds; s += TickStep(scale.seconds, 10)) {
    svg +=
        fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{:g} s</text>)", scale.X(s), kHeight - kBottom + 20, s);
  }
  for (double m = 0; m <= scale.megabits; m += TickStep(scale.megabits, 6)) {
    svg += fmt::format(
        R"(<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" class="grid"/><text x="{}" y="{:.1f}" text-anchor="end">{:g}</text>)",
        kLeft, kWidth - kRight, scale.Y(m), scale.Y(m), kLeft - 8, scale.Y(m) + 4, m);
  }
  return svg + fmt::format(R"(<text x="{}" y="{}" class="axis">Mbit/s acknowledged</text>)", 10, kTop - 12);
}

std::string Curve(const DemoRecord& record, const Scale& scale, int path, std::string_view colour, std::string_view extra) {
  std::string points;
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    points += fmt::format("{:.1f},{:.1f} ", scale.X(record.samples[i].at.seconds()), scale.Y(RateAt(record, i, path)));
  }
  return fmt::format(R"(<polyline points="{}" fill="none" stroke="{}" {}/>)", points, colour, extra);
}

std::string Marks(const DemoRecord& record, const Scale& scale) {
  std::string svg;
  int row = 0;
  for (const DemoMark& mark : record.marks) {
    const double x = scale.X(std::min(mark.at.seconds(), scale.seconds));
    const bool left = x < kWidth * 0.7;  // the text stays inside the drawing
    svg += fmt::format(R"(<line x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}" class="mark"/>)", x, x, kTop, kHeight - kBottom);
    svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}" class="label">{}</text>)", left ? x + 4 : x - 4,
                       kTop + 12.0 + 14.0 * (row++ % 3), left ? "start" : "end", Escape(mark.text));
  }
  return svg;
}

std::string Legend(const DemoRecord& record) {
  std::string svg;
  double x = kLeft + 120;
  for (std::size_t i = 0; i <= record.paths.size(); ++i) {
    const bool is_sum = i == record.paths.size();
    svg += fmt::format(R"(<rect x="{}" y="{}" width="14" height="4" fill="{}"/><text x="{}" y="{}">{}</text>)", x, kTop - 18,
                       is_sum ? "#999" : kColours[i % kColours.size()], x + 20, kTop - 12,
                       is_sum ? "together" : Escape(record.paths[i].address));
    x += 140;
  }
  return svg;
}

std::string Chart(const DemoRecord& record) {
  const Scale scale = ScaleOf(record);
  std::string svg =
      fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="Throughput per path over time">)", kWidth, kHeight);
  svg += Axes(scale) + Legend(record) + Curve(record, scale, -1, "#999", R"(stroke-width="1" stroke-dasharray="4 3")");
  for (std::size_t i = 0; i < record.paths.size(); ++i) {
    svg += Curve(record, scale, static_cast<int>(i), kColours[i % kColours.size()], R"(stroke-width="2")");
  }
  return svg + Marks(record, scale) + "</svg>";
}

// In-order bytes at the receiver: a flat piece is a gap.
std::string DeliveryChart(const DemoRecord& record) {
  if (record.deliveries.empty() || record.file_size == 0) return {};
  constexpr double kSmall = 160;
  const double seconds = std::max(record.duration.seconds(), 0.1);
  std::string points;
  for (const DemoDelivery& delivery : record.deliveries) {
    points +=
        fmt::format("{:.1f},{:.1f} ", kLeft + delivery.at.seconds() / seconds * (kWidth - kLeft - kRight),
                    kSmall - 20 - static_cast<double>(delivery.total) / static_cast<double>(record.file_size) * (kSmall - 40));
  }
  return fmt::format(
      R"(<h2>Delivered to the application</h2><svg viewBox="0 0 {} {}" role="img" aria-label="Bytes delivered over time">)"
      R"(<line x1="{}" x2="{}" y1="{}" y2="{}" class="grid"/><polyline points="{}" fill="none" stroke="#333" stroke-width="2"/>)"
      R"(<text x="10" y="24">{}</text></svg>)",
      kWidth, kSmall, kLeft, kWidth - kRight, kSmall - 20, kSmall - 20, points, FormatBytes(record.file_size));
}

std::string Milliseconds(Duration duration) {
  return duration.IsInfinite() ? "-" : fmt::format("{:.1f} ms", duration.seconds() * 1000);
}

std::string Table(const DemoRecord& record) {
  std::string html =
      "<table><tr><th>path</th><th>limit</th><th>one-way delay</th><th>carried</th><th>retransmitted</th><th>reinjected here</th>"
      "<th>RTT</th><th>smallest RTT</th></tr>";
  for (const DemoPath& path : record.paths) {
    html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                        Escape(path.address), FormatRate(path.rate.bits_per_second()), Milliseconds(path.delay),
                        FormatBytes(path.bytes_acked), FormatBytes(path.bytes_retransmitted), FormatBytes(path.bytes_reinjected),
                        Milliseconds(path.smoothed_rtt), Milliseconds(path.min_rtt));
  }
  return html + "</table>";
}

constexpr const char* kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 "
    "1em;color:#222}svg{width:100%;height:auto;font-size:12px}"
    ".grid{stroke:#ddd}.mark{stroke:#b00;stroke-dasharray:3 3}.label{fill:#b00}.axis{font-weight:bold}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .7em;text-align:right}code{word-break:break-all}";

}  // namespace

std::string RenderDemoReport(const DemoRecord& record) {
  const double seconds = record.duration.seconds();
  const std::string verdict =
      record.IsIntact() ? "Every byte arrived: the SHA-256 sums are equal." : "The transfer failed: the SHA-256 sums differ.";
  const std::string fallback = record.fallback.empty() ? "" : fmt::format("<p><b>{}</b></p>", Escape(record.fallback));
  return fmt::format(
      "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>mptcpp demo</title><style>{}</style></head><body>"
      "<h1>One connection, two paths, one of them lost</h1>"
      "<p>{} ({}) went from one process to another through UDP on the loopback interface, in {:.1f} s ({}). {}</p>{}"
      "<h2>What each path carried</h2>{}{}<h2>At the end</h2>{}"
      "<p>Longest gap in what the application received: <b>{}</b>.</p>"
      "<p>Sent <code>{}</code><br>received <code>{}</code></p></body></html>\n",
      kStyle, Escape(record.file_name), FormatBytes(record.file_size), seconds,
      FormatRate(seconds > 0 ? 8.0 * static_cast<double>(record.file_size) / seconds : 0), verdict, fallback, Chart(record),
      DeliveryChart(record), Table(record), Milliseconds(record.longest_gap), record.sent_hash, record.received_hash);
}

}  // namespace mptcpp::apps
