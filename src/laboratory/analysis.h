// SPDX-License-Identifier: Apache-2.0
// The judgement of one experiment: a table of measured values beside published or derived ones, checks that compare several
// values, and pictures. An experiment's analyse() fills it through the functions below; the reports print it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "laboratory/chart.h"
#include "laboratory/experiment.h"
#include "laboratory/results.h"
#include "laboratory/statistics.h"

namespace mptcpp::laboratory {

// Where a value to compare with comes from.
enum class Mark : std::uint8_t { kNone, kPublished, kModel, kMemory };
std::string_view ToString(Mark mark);  // "published", "model", "memory", ""

enum class Verdict : std::uint8_t {
  kPass,
  kShort,         // measured, and not within the criterion
  kNotAvailable,  // the controller or scheduler does not exist in this build
  kNotRun,
  kReport,        // there is nothing to hold it against
};
std::string_view ToString(Verdict verdict);  // "pass", "falls short", "not available", "not run", "-"

struct Expectation {
  std::optional<double> value{};   // published or derived
  Mark mark = Mark::kNone;
  std::optional<double> least{}, most{};  // the criterion, on the mean over seeds
};

struct TableRow {
  std::string variant, what;
  Statistics measured;
  Expectation expected;
  Verdict verdict = Verdict::kReport;
};

struct Check {
  std::string text, detail;
  Verdict verdict = Verdict::kReport;
};

class Analysis {
 public:
  Analysis(const Experiment& experiment, const Results& results, bool quick);

  // --- asked by analyse() ---
  bool Has(std::string_view variant, std::string_view value) const;
  Statistics Of(std::string_view variant, std::string_view value) const;
  double Mean(std::string_view variant, std::string_view value) const { return Of(variant, value).mean; }
  const Series* FirstSeries(std::string_view variant, std::string_view name) const;
  bool quick() const { return quick_; }

  // --- told by analyse() ---
  // A line of the table; `what` is what it is called there ("TCP's rate, Mbit/s").
  void Row(std::string_view variant, std::string_view value, std::string_view what, const Expectation& expected = {});
  struct Term {
    std::string_view variant, value;
  };
  // The means grow along the list (each at most `slack` times the next one); what is not available is left out.
  void Ordered(std::string_view text, std::initializer_list<Term> terms, double slack = 1);
  // A comparison of the caller's; counts only if all the terms were measured.
  void Require(std::string_view text, std::initializer_list<Term> terms, bool holds, std::string detail = {});
  // Bars of one value over variants, with the expected values that Row() was given.
  void Bars(std::string_view title, std::string_view y_label, std::string_view value);
  // Lines of one series of the first seed, per variant in which it exists; x is time, or the share for a distribution.
  void OverTime(std::string_view title, std::string_view y_label, std::string_view series);
  void Distribution(std::string_view title, std::string_view x_label, std::string_view series);
  void Picture(Chart chart) { charts_.push_back(std::move(chart)); }
  // A line of a sweep for Picture(): x and the variant that was run there.
  ChartLine Sweep(std::string name, std::string_view value, const std::vector<std::pair<double, std::string>>& points) const;

  // --- read by reports ---
  const Experiment& experiment() const { return experiment_; }
  const std::vector<TableRow>& rows() const { return rows_; }
  const std::vector<Check>& checks() const { return checks_; }
  const std::vector<Chart>& charts() const { return charts_; }
  // Falls short if anything does; else not run or not available if anything is; else pass.
  Verdict Overall() const;
  std::size_t runs() const { return runs_; }
  std::size_t runs_wanted(int seeds) const;

 private:
  std::vector<double> Values(std::string_view variant, std::string_view value) const;
  Verdict Absence(std::string_view variant) const;

  const Experiment& experiment_;
  const Results& results_;
  bool quick_;
  std::size_t runs_ = 0;
  std::vector<Variant> variants_;
  std::vector<TableRow> rows_;
  std::vector<Check> checks_;
  std::vector<Chart> charts_;
};

}  // namespace mptcpp::laboratory
