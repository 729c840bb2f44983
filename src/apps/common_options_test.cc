// SPDX-License-Identifier: Apache-2.0
#include "apps/common_options.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace mptcpp::apps {
namespace {

ConnectionOptions Parsed(const std::string& line) {
  CLI::App app;
  CommonOptions options;
  AddCommonOptions(app, options);
  app.parse(line);
  return ToConnectionOptions(options, 1500);
}

TEST(CommonOptions, ARefusedSynIsRepeatedAsTcpOnlyIfAskedFor) {
  EXPECT_FALSE(Parsed("").tcp_after_refusal);
  EXPECT_TRUE(Parsed("--tcp-after-refusal").tcp_after_refusal);
}

}  // namespace
}  // namespace mptcpp::apps
