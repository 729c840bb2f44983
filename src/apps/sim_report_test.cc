// SPDX-License-Identifier: Apache-2.0
#include "apps/sim_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/scenario_file.h"

namespace mptcpp::apps {
namespace {

constexpr const char* kScenario = R"(name = "small"
[[host]]
name = "a"
addresses = ["10.0.1.1"]
[[host]]
name = "b"
addresses = ["10.0.9.1"]
[[path]]
name = "p"
from = "10.0.1.1"
to = "10.0.9.1"
rate = "10 Mbit/s"
delay = "5 ms"
[[bulk]]
from = "10.0.1.1"
to = "10.0.9.1:80"
bytes = "100 kB"
bytes_back = "1 kB"
[[requests]]
from = "10.0.1.1"
to = "10.0.9.1:81"
count = 3
)";

class SimReport : public ::testing::Test {
 protected:
  void SetUp() override {
    auto parsed = sim::ParseScenario(kScenario, "small.toml");
    ASSERT_TRUE(parsed.has_value()) << parsed.error();
    scenario_ = *parsed;
    result_ = sim::RunScenario(scenario_);
  }
  sim::Scenario scenario_;
  sim::ScenarioResult result_;
};

TEST_F(SimReport, TheTableSaysWhatHappened) {
  const std::string table = SimTable(scenario_, result_);
  for (const char* part : {"small: seed 1", "bulk: closed, multipath", "client > server: 100000 bytes", "server > client: 1000 bytes",
                           "every byte right", "requests: 3 requests, 3 answered", "p>", "p<"}) {
    EXPECT_NE(table.find(part), std::string::npos) << part << "\n" << table;
  }
}

TEST_F(SimReport, TheJsonHasTheSameFacts) {
  const nlohmann::json json = SimJson(scenario_, result_);
  EXPECT_EQ(json["seed"], 1);
  EXPECT_EQ(json["bulk"][0]["server"]["bytes_received"], 100000);
  EXPECT_EQ(json["bulk"][0]["client"]["intact"], true);
  EXPECT_EQ(json["requests"][0]["answered"], 3);
  EXPECT_EQ(json["links"].size(), 2u);
  EXPECT_EQ(json["trace_hash"].get<std::string>().size(), 16u);
}

TEST_F(SimReport, AWrongByteIsShouted) {
  result_.bulk[0].server.first_difference = 17;
  EXPECT_NE(SimTable(scenario_, result_).find("WRONG from byte 17"), std::string::npos);
  EXPECT_EQ(SimJson(scenario_, result_)["bulk"][0]["server"]["first_difference"], 17);
  EXPECT_FALSE(result_.AllIntact());
}

}  // namespace
}  // namespace mptcpp::apps
