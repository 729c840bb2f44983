// SPDX-License-Identifier: Apache-2.0
#include "apps/demo_report.h"

#include <gtest/gtest.h>

#include "apps/progress.h"
#include "apps/sha256.h"

namespace mptcpp::apps {
namespace {

DemoRecord MakeRecord() {
  DemoRecord record;
  record.file_name = "a<b";
  record.file_size = 1000;
  record.paths.resize(2);
  record.paths[0].address = "127.0.0.1";
  record.paths[1].address = "127.0.0.2";
  record.samples = {{Duration::Millis(100), {100, 200}}, {Duration::Millis(200), {300, 0}}};
  record.marks = {{Duration::Millis(150), "gone & lost"}};
  record.duration = Duration::Millis(200);
  record.sent_hash = record.received_hash = "abc";
  record.completed = true;
  return record;
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(DemoReport, DrawsEveryPathTheSumAndTheMarks) {
  const std::string html = RenderDemoReport(MakeRecord());
  EXPECT_EQ(Count(html, "<polyline"), 3u);
  EXPECT_NE(html.find("gone &amp; lost"), std::string::npos);
  EXPECT_NE(html.find("a&lt;b"), std::string::npos);
  EXPECT_NE(html.find("sums are equal"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

TEST(DemoReport, SaysWhenTheHashesDiffer) {
  DemoRecord record = MakeRecord();
  record.received_hash = "abd";
  EXPECT_NE(RenderDemoReport(record).find("sums differ"), std::string::npos);
}

TEST(DemoReport, SaysWhyThereWasOnePathOnly) {
  DemoRecord record = MakeRecord();
  EXPECT_EQ(RenderDemoReport(record).find("plain TCP"), std::string::npos);
  record.fallback = "plain TCP: because";
  EXPECT_NE(RenderDemoReport(record).find("plain TCP: because"), std::string::npos);
}

TEST(DemoReport, NeedsNoSamples) {
  const std::string html = RenderDemoReport(DemoRecord());
  EXPECT_NE(html.find("</html>"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

TEST(Sha256, KnowsTheStandardVector) {
  Sha256 hash;
  hash.Add(std::as_bytes(std::span("a", 1)));
  hash.Add(std::as_bytes(std::span("bc", 2)));
  EXPECT_EQ(hash.Finish(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2 B.1
}

TEST(Format, ChoosesUnits) {
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(5ull << 30), "5.0 GiB");
  EXPECT_EQ(FormatRate(12.34e6), "12.3 Mbit/s");
  EXPECT_EQ(FormatRate(1.5e9), "1.50 Gbit/s");
  EXPECT_EQ(FormatRate(1500), "2 kbit/s");
}

}  // namespace
}  // namespace mptcpp::apps
