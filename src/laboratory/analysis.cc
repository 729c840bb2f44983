// SPDX-License-Identifier: Apache-2.0
#include "laboratory/analysis.h"

#include <fmt/format.h>

#include <algorithm>

namespace mptcpp::laboratory {

std::string_view ToString(Mark mark) {
  switch (mark) {
    case Mark::kPublished: return "published";
    case Mark::kModel: return "model";
    case Mark::kMemory: return "memory";
    case Mark::kNone: break;
  }
  return "";
}

std::string_view ToString(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass: return "pass";
    case Verdict::kShort: return "falls short";
    case Verdict::kNotAvailable: return "not available";
    case Verdict::kNotRun: return "not run";
    case Verdict::kReport: break;
  }
  return "-";
}

Analysis::Analysis(const Experiment& experiment, const Results& results, bool quick)
    : experiment_(experiment), results_(results), quick_(quick), variants_(experiment.variants()) {
  for (const auto& [key, outcome] : results) runs_ += key.experiment == experiment.name && key.quick == quick;
  experiment.analyse(*this);
}

std::size_t Analysis::runs_wanted(int seeds) const {
  return static_cast<std::size_t>(std::ranges::count_if(variants_, &Variant::IsAvailable)) * static_cast<std::size_t>(seeds);
}

std::vector<double> Analysis::Values(std::string_view variant, std::string_view value) const {
  std::vector<double> values;
  RunKey first{std::string(experiment_.name), std::string(variant), 0, false};
  for (auto run = results_.lower_bound(first); run != results_.end(); ++run) {
    if (run->first.experiment != first.experiment || run->first.variant != first.variant) break;
    if (run->first.quick != quick_) continue;
    const auto found = run->second.values.find(std::string(value));
    if (found != run->second.values.end()) values.push_back(found->second);
  }
  return values;
}

bool Analysis::Has(std::string_view variant, std::string_view value) const { return !Values(variant, value).empty(); }
Statistics Analysis::Of(std::string_view variant, std::string_view value) const { return Summarise(Values(variant, value)); }

const Series* Analysis::FirstSeries(std::string_view variant, std::string_view name) const {
  for (const auto& [key, outcome] : results_) {
    if (key.experiment != experiment_.name || key.variant != variant || key.quick != quick_) continue;
    const auto found = outcome.series.find(std::string(name));
    if (found != outcome.series.end()) return &found->second;
  }
  return nullptr;
}

Verdict Analysis::Absence(std::string_view variant) const {
  const auto found = std::ranges::find(variants_, variant, &Variant::name);
  return found != variants_.end() && !found->IsAvailable() ? Verdict::kNotAvailable : Verdict::kNotRun;
}

void Analysis::Row(std::string_view variant, std::string_view value, std::string_view what, const Expectation& expected) {
  TableRow row{std::string(variant), std::string(what), Of(variant, value), expected, Verdict::kReport};
  if (row.measured.count == 0) {
    row.verdict = Absence(variant);
  } else if (expected.least || expected.most) {
    const bool holds = row.measured.mean >= expected.least.value_or(row.measured.mean) &&
                       row.measured.mean <= expected.most.value_or(row.measured.mean);
    row.verdict = holds ? Verdict::kPass : Verdict::kShort;
  }
  rows_.push_back(std::move(row));
}

void Analysis::Ordered(std::string_view text, std::initializer_list<Term> terms, double slack) {
  Check check{std::string(text), {}, Verdict::kPass};
  std::optional<double> before;
  std::size_t measured = 0;
  for (const Term& term : terms) {
    if (!Has(term.variant, term.value)) continue;
    const double mean = Mean(term.variant, term.value);
    if (before && *before > mean * slack) check.verdict = Verdict::kShort;
    check.detail += fmt::format("{}{} {:.3g}", measured++ == 0 ? "" : ", ", term.variant, mean);
    before = mean;
  }
  if (measured < 2) check.verdict = Absence(terms.begin()->variant);
  checks_.push_back(std::move(check));
}

void Analysis::Require(std::string_view text, std::initializer_list<Term> terms, bool holds, std::string detail) {
  Check check{std::string(text), std::move(detail), holds ? Verdict::kPass : Verdict::kShort};
  for (const Term& term : terms) {
    if (Has(term.variant, term.value)) continue;
    check.verdict = Absence(term.variant);
    check.detail.clear();
    break;
  }
  checks_.push_back(std::move(check));
}

void Analysis::Bars(std::string_view title, std::string_view y_label, std::string_view value) {
  Chart chart{.title = std::string(title), .x_label = {}, .y_label = std::string(y_label)};
  for (const Variant& variant : variants_) {
    const Statistics statistics = Of(variant.name, value);
    if (statistics.count == 0) continue;
    ChartBar bar{variant.name, statistics.mean, statistics.spread, {}};
    for (const TableRow& row : rows_) {
      if (row.variant == variant.name && row.measured.mean == statistics.mean) bar.reference = row.expected.value;
    }
    chart.bars.push_back(std::move(bar));
  }
  if (!chart.bars.empty()) charts_.push_back(std::move(chart));
}

void Analysis::OverTime(std::string_view title, std::string_view y_label, std::string_view series) {
  Chart chart{.title = std::string(title), .x_label = "seconds", .y_label = std::string(y_label)};
  for (const Variant& variant : variants_) {
    const Series* const found = FirstSeries(variant.name, series);
    if (found == nullptr) continue;
    ChartLine line{variant.name, {}};
    double at = found->step / 2;
    for (const double value : found->values) {
      line.points.push_back({at, value});
      at += found->step;
    }
    chart.lines.push_back(std::move(line));
  }
  if (!chart.lines.empty()) charts_.push_back(std::move(chart));
}

void Analysis::Distribution(std::string_view title, std::string_view x_label, std::string_view series) {
  Chart chart{.title = std::string(title), .x_label = std::string(x_label), .y_label = "share of samples"};
  for (const Variant& variant : variants_) {
    const Series* const found = FirstSeries(variant.name, series);
    if (found == nullptr || found->values.empty()) continue;
    ChartLine line{variant.name, {}};
    const double last = static_cast<double>(found->values.size());
    for (std::size_t i = 0; i < found->values.size(); ++i) line.points.push_back({found->values[i], static_cast<double>(i + 1) / last});
    chart.lines.push_back(std::move(line));
  }
  if (!chart.lines.empty()) charts_.push_back(std::move(chart));
}

ChartLine Analysis::Sweep(std::string name, std::string_view value, const std::vector<std::pair<double, std::string>>& points) const {
  ChartLine line{std::move(name), {}};
  for (const auto& [x, variant] : points) {
    const Statistics statistics = Of(variant, value);
    if (statistics.count > 0) line.points.push_back({x, statistics.mean, statistics.spread});
  }
  return line;
}

Verdict Analysis::Overall() const {
  bool any = false, missing = false, absent = false;
  const auto add = [&](Verdict verdict) {
    any = any || verdict == Verdict::kPass || verdict == Verdict::kReport;
    missing = missing || verdict == Verdict::kNotRun;
    absent = absent || verdict == Verdict::kNotAvailable;
    return verdict == Verdict::kShort;
  };
  bool falls_short = false;
  for (const TableRow& row : rows_) falls_short = add(row.verdict) || falls_short;
  for (const Check& check : checks_) falls_short = add(check.verdict) || falls_short;
  if (falls_short) return Verdict::kShort;
  if (missing) return Verdict::kNotRun;
  if (absent && !any) return Verdict::kNotAvailable;
  const bool judged = std::ranges::any_of(rows_, [](const auto& r) { return r.verdict == Verdict::kPass; }) ||
                      std::ranges::any_of(checks_, [](const auto& c) { return c.verdict == Verdict::kPass; });
  return judged ? Verdict::kPass : Verdict::kReport;
}

}  // namespace mptcpp::laboratory
