// SPDX-License-Identifier: Apache-2.0
#include "laboratory/results.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "laboratory/chart.h"
#include "laboratory/report.h"
#include "laboratory/runner.h"

namespace mptcpp::laboratory {
namespace {

// An experiment of two variants, one of which needs a controller that nobody has.
std::vector<Variant> Variants() {
  return {{"here", {"newreno"}, {}, [](const RunContext& context) {
             return RunOutcome{.values = {{"x", static_cast<double>(context.seed)}}, .series = {{"s", {.step = 0.5, .values = {1, 2}}}}};
           }},
          {"elsewhere", {"no such controller"}, {}, nullptr}};
}
void Analyse(Analysis& analysis) {
  analysis.Row("here", "x", "x", {.value = 2, .mark = Mark::kModel, .least = 1, .most = 3});
  analysis.Row("here", "x", "x", {.most = 1});
  analysis.Row("elsewhere", "x", "x", {.least = 1});
  analysis.Ordered("grows", {{"here", "x"}, {"elsewhere", "x"}});
  analysis.Require("holds", {{"here", "x"}}, true);
  analysis.Bars("picture <1>", "y", "x");
  analysis.OverTime("over time", "y", "s");
}
const Experiment kExperiment{.number = 99, .name = "test", .title = "A test", .setup = "-", .source = "-", .criterion = "-",
                             .finding = "because", .seeds = 3, .variants = Variants, .analyse = Analyse};

class ResultStoreTest : public ::testing::Test {
 protected:
  ResultStoreTest() : folder_(std::filesystem::temp_directory_path() / ("mptcpp-results-" + std::to_string(::getpid()))) {}
  ~ResultStoreTest() override { std::filesystem::remove_all(folder_); }
  std::size_t Play(const RunOptions& options, const std::string& suffix = "") {
    ResultStore store(folder_, suffix);
    const Experiment* const all[] = {&kExperiment};
    const std::atomic<bool> stop = false;
    return PlayRuns(PlanRuns(all, options), 2, store, [](const RunProgress&) {}, stop);
  }
  std::filesystem::path folder_;
};

TEST(Results, ALineComesBackAsItWas) {
  const RunKey key{"e", "v, 2 \"subflows\"", 7, true};
  const RunOutcome outcome{.values = {{"rate", 12.3456}}, .series = {{"s", {.step = 0.1, .values = {1, 2.5}}}}};
  const auto back = FromJsonLine(ToJsonLine(key, outcome));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->first, key);
  EXPECT_DOUBLE_EQ(back->second.values.at("rate"), 12.3456);
  EXPECT_EQ(back->second.series.at("s").values, (std::vector<double>{1, 2.5}));
  EXPECT_FALSE(FromJsonLine("{\"experiment\":\"e\",\"vari").has_value());
  EXPECT_FALSE(FromJsonLine("").has_value());
}

TEST_F(ResultStoreTest, WhatIsThereIsNotPlayedAgain) {
  EXPECT_EQ(Play({}), 3u);  // three seeds of the variant that exists
  EXPECT_EQ(Play({}), 0u);
  EXPECT_EQ(Play({.seeds = 5}), 2u);
}

TEST_F(ResultStoreTest, ARunThatWasCutOffIsPlayedAgain) {
  EXPECT_EQ(Play({}), 3u);
  const auto file = folder_ / "runs.jsonl";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 5);
  EXPECT_EQ(Play({}), 1u);
  EXPECT_EQ(Play({}), 0u) << "the new line must not hang on the broken one";
}

TEST_F(ResultStoreTest, ShardsAddUp) {
  EXPECT_EQ(Play({.shard = 1, .shards = 2}, "-1-of-2") + Play({.shard = 2, .shards = 2}, "-2-of-2"), 3u);
  EXPECT_EQ(Play({}), 0u);
}

TEST_F(ResultStoreTest, TheReportsSayWhatWasMeasured) {
  Play({});
  const ResultStore store(folder_, "");
  const Analysis analysis(kExperiment, store.results(), false);
  ASSERT_EQ(analysis.rows().size(), 3u);
  EXPECT_DOUBLE_EQ(analysis.rows()[0].measured.mean, 2);
  EXPECT_EQ(analysis.rows()[0].verdict, Verdict::kPass);
  EXPECT_EQ(analysis.rows()[1].verdict, Verdict::kShort);
  EXPECT_EQ(analysis.rows()[2].verdict, Verdict::kNotAvailable);
  EXPECT_EQ(analysis.checks()[1].verdict, Verdict::kPass);
  EXPECT_EQ(analysis.Overall(), Verdict::kShort);
  EXPECT_EQ(analysis.charts().size(), 2u);
  const std::string text = ReportText(analysis);
  EXPECT_NE(text.find("2.00 ± 1.00"), std::string::npos) << text;
  EXPECT_NE(text.find("Known: because"), std::string::npos);
  EXPECT_NE(ReportHtml({analysis}).find("picture &lt;1&gt;"), std::string::npos);
  EXPECT_NE(ReportMarkdown({analysis}, "pictures").find("](pictures/test-1.svg)"), std::string::npos);
}

TEST(Experiments, HaveTheirOwnNamesAndNumbers) {
  std::set<std::string_view> names;
  std::set<int> numbers;
  for (const Experiment& experiment : Experiments()) {
    EXPECT_TRUE(names.insert(experiment.name).second) << experiment.name;
    EXPECT_TRUE(numbers.insert(experiment.number).second) << experiment.number;
    EXPECT_EQ(FindExperiment(experiment.name), &experiment);
    EXPECT_EQ(FindExperiment(std::to_string(experiment.number)), &experiment);
    std::set<std::string> variants;
    for (const Variant& variant : experiment.variants()) EXPECT_TRUE(variants.insert(variant.name).second) << variant.name;
    EXPECT_FALSE(DescribeText(experiment).empty());
    // Without any run: everything is missing, nothing breaks.
    const Results none;
    const Analysis analysis(experiment, none, false);
    EXPECT_NE(analysis.Overall(), Verdict::kPass) << experiment.name;
  }
  EXPECT_EQ(NearestExperiment("shared-botleneck"), "shared-bottleneck");
}

}  // namespace
}  // namespace mptcpp::laboratory
