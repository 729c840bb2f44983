// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "laboratory/report.h"

namespace mptcpp::laboratory {

std::string FormatValue(double value) {
  const double size = std::abs(value);
  if (size >= 99.95 || size == 0) return fmt::format("{:.0f}", value);
  if (size >= 9.995) return fmt::format("{:.1f}", value);
  if (size >= 0.9995) return fmt::format("{:.2f}", value);
  return fmt::format("{:.3f}", value);
}

std::string FormatMeasured(const Statistics& statistics) {
  if (statistics.count == 0) return "-";
  if (statistics.count == 1) return FormatValue(statistics.mean);
  return FormatValue(statistics.mean) + " ± " + FormatValue(statistics.spread);
}

std::string FormatCriterion(const Expectation& expected) {
  if (expected.least && expected.most) return FormatValue(*expected.least) + " .. " + FormatValue(*expected.most);
  if (expected.least) return "≥ " + FormatValue(*expected.least);
  if (expected.most) return "≤ " + FormatValue(*expected.most);
  return {};
}

namespace {

// Characters, not bytes.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

using Line = std::array<std::string, 7>;
constexpr std::size_t kVariantsShown = 60;

std::string Table(const std::vector<Line>& lines) {
  std::array<std::size_t, 7> widths{};
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], Width(line[i]));
  }
  std::string text;
  for (const Line& line : lines) {
    std::string row = " ";
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - Width(line[i]), ' ');
      const bool right = i == 2 || i == 3;
      row += " " + (right ? padding + line[i] : line[i] + padding) + " ";
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

}  // namespace

std::string DescribeText(const Experiment& experiment) {
  std::string text = fmt::format("{} {}: {}\n\n{}\n\nSource: {}\nPasses when: {}\n", experiment.number, experiment.name, experiment.title,
                                 experiment.setup, experiment.source, experiment.criterion);
  if (!experiment.finding.empty()) text += fmt::format("Known: {}\n", experiment.finding);
  text += fmt::format("\nVariants ({} seeds each):\n", experiment.seeds);
  const std::vector<Variant> variants = experiment.variants();
  for (std::size_t i = 0; i < std::min(variants.size(), kVariantsShown); ++i) {
    text += fmt::format("  {}{}\n", variants[i].name, variants[i].IsAvailable() ? "" : "   (not available in this build)");
  }
  if (variants.size() > kVariantsShown) text += fmt::format("  and {} more\n", variants.size() - kVariantsShown);
  return text;
}

std::string ReportText(const Analysis& analysis) {
  const Experiment& experiment = analysis.experiment();
  std::string text = fmt::format("{} {}: {}\n", experiment.number, experiment.name, experiment.title);
  std::vector<Line> lines{{"variant", "", "measured", "expected", "", "criterion", "verdict"}};
  for (const TableRow& row : analysis.rows()) {
    lines.push_back({row.variant, row.what, FormatMeasured(row.measured), row.expected.value ? FormatValue(*row.expected.value) : "",
                     std::string(ToString(row.expected.mark)), FormatCriterion(row.expected), std::string(ToString(row.verdict))});
  }
  if (lines.size() > 1) text += Table(lines);
  for (const Check& check : analysis.checks()) {
    text += fmt::format("  {}: {}{}\n", check.text, ToString(check.verdict), check.detail.empty() ? "" : " (" + check.detail + ")");
  }
  text += fmt::format("  => {}{}\n", ToString(analysis.Overall()), analysis.quick() ? " (quick: short runs, one seed)" : "");
  if (analysis.Overall() == Verdict::kShort && !experiment.finding.empty()) text += fmt::format("  Known: {}\n", experiment.finding);
  return text;
}

}  // namespace mptcpp::laboratory
