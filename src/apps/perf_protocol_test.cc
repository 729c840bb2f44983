// SPDX-License-Identifier: Apache-2.0
#include "apps/perf_protocol.h"

#include <gtest/gtest.h>

namespace mptcpp::apps {
namespace {

TEST(PerfRequest, SurvivesTheWire) {
  const PerfRequest request{
      .mode = PerfMode::kLatency, .seconds = 2.5, .bytes = 1ull << 40, .write_size = 1024, .request_size = 7, .response_size = 9};
  const std::string line = FormatRequest(request);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_LT(line.size(), kMaxPerfLine);
  const auto parsed = ParseRequest(line);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->mode, PerfMode::kLatency);
  EXPECT_EQ(parsed->seconds, 2.5);
  EXPECT_EQ(parsed->bytes, 1ull << 40);
  EXPECT_EQ(parsed->write_size, 1024u);
  EXPECT_EQ(parsed->request_size, 7u);
  EXPECT_EQ(parsed->response_size, 9u);
}

TEST(PerfRequest, TrustsNoPeer) {
  for (PerfRequest request : {PerfRequest{.write_size = 0}, PerfRequest{.write_size = kMaxPerfSize + 1},
                              PerfRequest{.response_size = 0}, PerfRequest{.seconds = -1}, PerfRequest{.seconds = 1e9}}) {
    EXPECT_FALSE(ParseRequest(FormatRequest(request)).has_value());
  }
  for (const char* line : {"", "\n", "GET / HTTP/1.1\r\n", "{}", "[]", R"({"mode":"upload"})", R"({"mode":7})"}) {
    EXPECT_FALSE(ParseRequest(line).has_value()) << line;
  }
}

TEST(PerfReport, SurvivesTheWire) {
  const auto report = ParseReport(FormatReport({123, 4.5}));
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->bytes, 123u);
  EXPECT_EQ(report->seconds, 4.5);
  EXPECT_FALSE(ParseReport("{\"bytes\":1").has_value()) << "an incomplete line";
}

}  // namespace
}  // namespace mptcpp::apps
