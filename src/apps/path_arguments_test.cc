// SPDX-License-Identifier: Apache-2.0
#include "apps/path_arguments.h"

#include <gtest/gtest.h>

#include "apps/command.h"

namespace mptcpp::apps {
namespace {

TEST(ParsePaths, KeepsTheOrderAndKnowsBackups) {
  CommonOptions options;
  options.paths = {"10.0.0.1", "fd00::1"};
  options.backups = {"fd00::1"};
  const PathArguments paths = ParsePaths(options);
  ASSERT_EQ(paths.addresses.size(), 2u);
  EXPECT_EQ(paths.addresses[0], IpAddress::V4(10, 0, 0, 1));
  EXPECT_FALSE(paths.IsBackup(paths.addresses[0]));
  EXPECT_TRUE(paths.IsBackup(paths.addresses[1]));
}

TEST(ParsePaths, ReadsTunPaths) {
  CommonOptions options;
  options.driver = "tun";
  options.paths = {"mp0=10.0.0.2/24", "mp1=10.0.1.2/24"};
  const PathArguments paths = ParsePaths(options);
  ASSERT_EQ(paths.tun_paths.size(), 2u);
  EXPECT_EQ(paths.tun_paths[1].device, "mp1");
  EXPECT_EQ(paths.addresses[1], IpAddress::V4(10, 0, 1, 2));
}

TEST(ParsePaths, RefusesWhatCannotBe) {
  const auto refuses = [](std::string driver, std::vector<std::string> paths, std::vector<std::string> backups) {
    CommonOptions options;
    options.driver = std::move(driver);
    options.paths = std::move(paths);
    options.backups = std::move(backups);
    EXPECT_THROW(ParsePaths(options), UsageError);
  };
  refuses("udp", {"mp0=10.0.0.2/24"}, {});
  refuses("tun", {"10.0.0.2"}, {});
  refuses("tun", {}, {});
  refuses("udp", {"10.0.0.1", "10.0.0.1"}, {});
  refuses("udp", {"10.0.0.1"}, {"10.0.0.2"});
}

TEST(ParsePaths, ReadsPreferences) {
  CommonOptions options;
  options.paths = {"10.0.0.1", "fd00::1"};
  options.weights = {"10.0.0.1=3"};
  options.costs = {"fd00::1=2"};
  options.caps = {"fd00::1=500MB"};
  const PathArguments paths = ParsePaths(options);
  EXPECT_EQ(paths.PreferenceOf(IpAddress::V4(10, 0, 0, 1)).weight, 3);
  const PathPreference second = paths.PreferenceOf(paths.addresses[1]);
  EXPECT_EQ(second.weight, 1);
  EXPECT_EQ(second.cost, 2);
  EXPECT_EQ(second.data_cap, Bytes(500'000'000));
}

TEST(ParsePaths, RefusesPreferencesThatMeanNothing) {
  const auto refuses = [](const char* weight, const char* cost, const char* cap) {
    CommonOptions options;
    options.paths = {"10.0.0.1"};
    if (*weight) options.weights = {weight};
    if (*cost) options.costs = {cost};
    if (*cap) options.caps = {cap};
    EXPECT_THROW(ParsePaths(options), UsageError) << weight << cost << cap;
  };
  refuses("10.0.0.1", "", "");
  refuses("10.0.0.1=0", "", "");
  refuses("10.0.0.1=3x", "", "");
  refuses("10.0.0.2=3", "", "");
  refuses("", "10.0.0.1=256", "");
  refuses("", "", "10.0.0.1=much");
}

TEST(FaultsOf, IsEmptyWithoutFaultsAndOneLinkPerPathWithThem) {
  CommonOptions options;
  options.paths = {"10.0.0.1", "10.0.1.1"};
  EXPECT_TRUE(FaultsOf(options).empty());
  options.loss = 1;
  options.path_rate_mbit = 8;
  const auto faults = FaultsOf(options);
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[1].local, IpAddress::V4(10, 0, 1, 1));
  EXPECT_DOUBLE_EQ(faults[1].loss, 0.01);
  EXPECT_DOUBLE_EQ(faults[1].rate.bytes_per_second(), 1e6);
}

}  // namespace
}  // namespace mptcpp::apps
