// SPDX-License-Identifier: Apache-2.0
// The quick version of an experiment gives what was reviewed: one file of values per experiment in golden/. Equal seeds give equal
// values, so a difference is a change of behaviour; a quarter is what a harmless one may move in a short run with one seed.
// What scatters more (an extreme, the share of a controller that has not settled in so short a time) is left out of the files by
// hand; only what a file has is compared. A controller or scheduler that comes new adds variants, which are not looked at before they are in the file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "laboratory/experiment.h"

namespace mptcpp::laboratory {
namespace {

constexpr double kRelativeSlack = 0.25, kAbsoluteSlack = 0.05;

using Values = std::map<std::string, double>;  // "variant | value"

// A new experiment begins with an empty file.
std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(MPTCPP_GOLDEN_FOLDER)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem());
  }
  std::ranges::sort(names);
  return names;
}

Values Play(const Experiment& experiment) {
  Values values;
  for (const Variant& variant : experiment.variants()) {
    if (!variant.IsAvailable()) continue;
    const RunOutcome outcome = variant.run({.seed = 1, .quick = true});
    for (const auto& [name, value] : outcome.values) values[variant.name + " | " + name] = value;
  }
  return values;
}

Values Read(const std::string& path) {
  Values values;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto at = line.rfind(" = ");
    if (at != std::string::npos) values[line.substr(0, at)] = std::strtod(line.c_str() + at + 3, nullptr);
  }
  return values;
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, IsAsReviewed) {
  const Experiment* const experiment = FindExperiment(GetParam());
  ASSERT_NE(experiment, nullptr) << "golden/" << GetParam() << ".txt is of no experiment";
  const std::string path = fmt::format("{}/{}.txt", MPTCPP_GOLDEN_FOLDER, GetParam());
  const Values now = Play(*experiment);
  if (std::getenv("MPTCPP_UPDATE_GOLDEN") != nullptr) {
    std::ofstream file(path);
    for (const auto& [name, value] : now) file << fmt::format("{} = {:.4g}\n", name, value);
    GTEST_SKIP() << "wrote " << path;
  }
  const Values reviewed = Read(path);
  ASSERT_FALSE(reviewed.empty()) << path;
  for (const auto& [name, value] : reviewed) {
    ASSERT_TRUE(now.contains(name)) << name;
    EXPECT_NEAR(now.at(name), value, kRelativeSlack * std::abs(value) + kAbsoluteSlack)
        << name << "; if it is meant: MPTCPP_UPDATE_GOLDEN=1 and review the difference";
  }
}

std::string TestName(const ::testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  std::ranges::replace(name, '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Experiments, Golden, ::testing::ValuesIn(Names()), TestName);

}  // namespace
}  // namespace mptcpp::laboratory
