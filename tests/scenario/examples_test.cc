// SPDX-License-Identifier: Apache-2.0
// The scenario files in examples/ do what their comments promise.
#include <gtest/gtest.h>

#include "sim/scenario_file.h"

namespace mptcpp::scenario {
namespace {

sim::ScenarioResult Play(const std::string& name) {
  std::string path = MPTCPP_EXAMPLES_FOLDER;
  path.append("/").append(name);
  const auto scenario = sim::ReadScenarioFile(path);
  EXPECT_TRUE(scenario.has_value()) << scenario.error();
  if (!scenario) return {};
  sim::ScenarioResult result = sim::RunScenario(*scenario);
  EXPECT_TRUE(result.AllIntact());
  return result;
}

double Mbps(const sim::BulkOutcome& bulk) {
  return static_cast<double>(bulk.server.bytes_received) * 8e-6 / (bulk.server.last_byte_at - bulk.client.opened).seconds();
}

TEST(Examples, TwoPathsCarryTheirSum) {
  const auto result = Play("two_paths.toml");
  ASSERT_EQ(result.bulk.size(), 1u);
  EXPECT_EQ(result.bulk[0].server.bytes_received, 100'000'000u);
  EXPECT_TRUE(result.bulk[0].client.closed);
  EXPECT_GT(Mbps(result.bulk[0]), 80);
}

TEST(Examples, FailoverSurvives) {
  const auto result = Play("failover.toml");
  ASSERT_EQ(result.bulk.size(), 1u);
  EXPECT_EQ(result.bulk[0].server.bytes_received, 40'000'000u);
  EXPECT_LE(result.bulk[0].server.longest_gap.millis(), 150);
  EXPECT_GT(result.links.at(0).counters.dropped_down, 0u);
}

TEST(Examples, LossyAnswersEveryRequest) {
  const auto result = Play("lossy.toml");
  ASSERT_EQ(result.requests.size(), 1u);
  EXPECT_EQ(result.requests[0].result.answered, 40u);
  EXPECT_EQ(result.bulk.at(0).server.bytes_received, 30'000'000u);
  EXPECT_GT(Mbps(result.bulk[0]), 15);
}

TEST(Examples, MiddleboxesDoWhatTheFileSays) {
  const auto result = Play("middleboxes.toml");
  ASSERT_EQ(result.bulk.size(), 2u);
  for (const auto& bulk : result.bulk) {
    EXPECT_TRUE(bulk.client.closed && bulk.server.closed) << bulk.name;
    EXPECT_EQ(bulk.server.bytes_received, 5'000'000u) << bulk.name;
  }
  EXPECT_EQ(ToString(result.bulk[0].client.mode), ToString(Mode::kMultipath));
  EXPECT_EQ(ToString(result.bulk[1].client.fallback), ToString(FallbackReason::kPeerNotCapable));
  ASSERT_EQ(result.middleboxes.size(), 3u);
  for (const auto& box : result.middleboxes) EXPECT_GT(box.counters.changed, 0u) << box.name;
}

}  // namespace
}  // namespace mptcpp::scenario
