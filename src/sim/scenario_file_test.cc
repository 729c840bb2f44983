// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario_file.h"

#include <gtest/gtest.h>

namespace mptcpp::sim {
namespace {

constexpr const char* kGood = R"(duration = "5 s"
seed = 7
[connection]
congestion = "newreno"
[connection.tcp]
pacing = false
[[host]]
name = "a"
addresses = ["10.0.1.1", "10.0.2.1"]
  [[host.endpoint]]
  address = "10.0.2.1"
  flags = ["subflow", "backup"]
[[host]]
name = "b"
addresses = ["10.0.9.1"]
[[path]]
name = "one"
from = "10.0.1.1"
to = "10.0.9.1"
rate = "20 Mbit/s"
delay = "10 ms"
  [path.back]
  rate = "5 Mbit/s"
[[bulk]]
from = "10.0.1.1"
to = "10.0.9.1:80"
bytes = "1 MB"
[[script]]
at = "2 s"
path = "one"
up = false
[[script]]
at = "3 s"
host = "a"
remove = "10.0.2.1"
)";

TEST(ScenarioFile, ReadsEverything) {
  const auto scenario = ParseScenario(kGood, "good.toml");
  ASSERT_TRUE(scenario.has_value()) << scenario.error();
  EXPECT_EQ(scenario->seed, 7u);
  EXPECT_EQ(scenario->duration, Duration::Seconds(5));
  EXPECT_EQ(scenario->connection.congestion, "newreno");
  EXPECT_FALSE(scenario->connection.tcp.pacing);
  ASSERT_EQ(scenario->hosts.size(), 2u);
  ASSERT_EQ(scenario->hosts[0].endpoints.size(), 1u);
  EXPECT_TRUE(scenario->hosts[0].endpoints[0].backup);
  EXPECT_FALSE(scenario->hosts[0].endpoints[0].signal);
  const PathOptions& path = scenario->paths.at(0).options;
  EXPECT_EQ(path.there.rate, Rate::MegabitsPerSecond(20));
  EXPECT_EQ(path.back->rate, Rate::MegabitsPerSecond(5));
  EXPECT_EQ(path.back->delay, Duration::Millis(10));
  EXPECT_EQ(scenario->bulk.at(0).bytes, 1'000'000u);
  EXPECT_EQ(std::get<PathChange>(scenario->script.at(0).change).up, false);
  EXPECT_EQ(std::get<EndpointChange>(scenario->script.at(1).change).what, EndpointChange::What::kRemove);
}

std::string ErrorAfter(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const auto scenario = ParseScenario(text, "f.toml");
  return scenario ? "" : scenario.error();
}

TEST(ScenarioFile, ComplaintsNameFileLineAndKey) {
  EXPECT_EQ(ErrorAfter("\"20 Mbit/s\"", "\"20 Mbit\""),
            "f.toml:20: [[path]]: rate = \"20 Mbit\" is not understood; write for example \"50 Mbit/s\"");
  EXPECT_EQ(ErrorAfter("delay =", "dealy ="), "f.toml:21: [[path]]: unknown key dealy");
  EXPECT_EQ(ErrorAfter("path = \"one\"", "path = \"two\""), "f.toml:30: [[script]]: path = \"two\" does not exist");
  EXPECT_EQ(ErrorAfter("from = \"10.0.1.1\"\nto = \"10.0.9.1:80\"", "from = \"10.0.5.1\"\nto = \"10.0.9.1:80\""),
            "f.toml:25: [[bulk]]: from = 10.0.5.1 is no address of any host");
  EXPECT_EQ(ErrorAfter("\"10.0.9.1:80\"", "\"10.0.9.1\"").rfind("f.toml:26: [[bulk]]: to", 0), 0u);
  EXPECT_EQ(ErrorAfter("\"backup\"", "\"bakcup\"").rfind("f.toml:12: [[host.endpoint]]: flags", 0), 0u);
  EXPECT_EQ(ErrorAfter("up = false", "up = no").rfind("f.toml:31: ", 0), 0u);
  EXPECT_EQ(ErrorAfter("seed = 7", "seed = \"7\"").rfind("f.toml:2: ", 0), 0u);
  EXPECT_NE(ErrorAfter("remove = \"10.0.2.1\"", ""), "");
}

TEST(ScenarioFile, AMissingFileIsAnError) {
  EXPECT_EQ(ReadScenarioFile("/nonexistent.toml").error(), "/nonexistent.toml: cannot be read");
}

std::string WithBox(const std::string& text) { return std::string(kGood) + "[[middlebox]]\n" + text; }

TEST(ScenarioFile, MiddleboxesHaveParametersOfTheirKind) {
  const auto scenario = ParseScenario(
      WithBox("kind = \"clamp-mss\"\npath = \"one\"\nmss = 1420\ndirection = \"back\"\nphase = \"syn\"\nlasting = true\n"), "x");
  ASSERT_TRUE(scenario.has_value()) << scenario.error();
  ASSERT_EQ(scenario->middleboxes.size(), 1u);
  EXPECT_EQ(scenario->middleboxes[0].path, "one");
  EXPECT_EQ(scenario->middleboxes[0].parameters,
            (ParameterMap{{"direction", "back"}, {"lasting", "true"}, {"mss", "1420"}, {"phase", "syn"}}));
}

TEST(ScenarioFile, SaysWhichMiddleboxIsWrong) {
  const auto error = [](const std::string& text) { return ParseScenario(WithBox(text), "x").error(); };
  const std::string unknown = error("kind = \"firewall\"\npath = \"one\"\n");
  EXPECT_NE(unknown.find("x:36: [[middlebox]]: no middlebox is called firewall; there are: nat "), std::string::npos) << unknown;
  EXPECT_EQ(unknown.find('\n'), std::string::npos);
  EXPECT_EQ(error("kind = \"clamp-mss\"\npath = \"one\"\nsize = 3\n"),
            "x:36: [[middlebox]]: clamp-mss: no parameter is called size; there are: mss direction phase lasting only");
  EXPECT_EQ(error("kind = \"nat\"\npath = \"one\"\n"),
            "x:36: [[middlebox]]: nat: outside is missing: an IP address is expected");
  EXPECT_EQ(error("kind = \"duplicate\"\npath = \"two\"\n"), "x:38: [[middlebox]]: path = \"two\" does not exist");
}

}  // namespace
}  // namespace mptcpp::sim
