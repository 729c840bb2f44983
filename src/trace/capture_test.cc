// SPDX-License-Identifier: Apache-2.0
#include "trace/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "trace/link_layer.h"
#include "trace/packets_for_testing.h"

namespace mptcpp::trace {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const SocketAddress kA{IpAddress::V4(10, 0, 0, 1), 40000};
const SocketAddress kB{IpAddress::V4(10, 0, 0, 2), 80};
constexpr std::int64_t kDelay = 10'000;

// A small conversation: who sends what when, and whether it arrives.
struct Sent {
  TestPacket packet;
  bool arrives = true;
};
std::vector<Sent> Conversation() {
  const std::string data(1000, 'd');
  return {{{.at_us = 0, .from = kA, .to = kB, .flags = {.syn = true}, .seq = 100}},
          {{.at_us = 10'000, .from = kB, .to = kA, .flags = {.syn = true, .ack = true}, .seq = 500, .ack = 101}},
          {{.at_us = 20'000, .from = kA, .to = kB, .flags = {.ack = true}, .seq = 101, .ack = 501}},
          {{.at_us = 20'100, .from = kA, .to = kB, .flags = {.ack = true}, .seq = 101, .ack = 501, .payload = data}, false},
          {{.at_us = 20'200, .from = kA, .to = kB, .flags = {.ack = true}, .seq = 1101, .ack = 501, .payload = data}},
          {{.at_us = 30'200, .from = kB, .to = kA, .flags = {.ack = true}, .seq = 501, .ack = 101}},
          {{.at_us = 240'000, .from = kA, .to = kB, .flags = {.ack = true}, .seq = 101, .ack = 501, .payload = data}},
          {{.at_us = 250'000, .from = kB, .to = kA, .flags = {.ack = true}, .seq = 501, .ack = 2101}}};
}

class CaptureTest : public ::testing::Test {
 protected:
  std::string Path(const char* name) {
    paths_.push_back(::testing::TempDir() + "/capture_test_" + ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                     name);
    return paths_.back();
  }
  void TearDown() override {
    for (const auto& path : paths_) std::remove(path.c_str());
  }
  // What a host with this clock sees of the conversation.
  std::string WriteView(const char* name, const SocketAddress& host, std::int64_t clock_us) {
    const std::string path = Path(name);
    std::vector<TestPacket> seen;
    for (const Sent& sent : Conversation()) {
      TestPacket packet = sent.packet;
      if (packet.from != host && !sent.arrives) continue;
      packet.at_us += (packet.from == host ? 0 : kDelay) + clock_us;
      seen.push_back(packet);
    }
    std::stable_sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.at_us < b.at_us; });
    CaptureFile file(path, kLinkRaw);
    for (const auto& packet : seen) file.Record(packet);
    return path;
  }
  static void ExpectDelaysAndTheLoss(const Capture& capture) {
    const auto& segments = capture.tracker.segments();
    ASSERT_THAT(segments, SizeIs(8));
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (i == 3) {
        EXPECT_FALSE(segments[i].arrived.has_value());
      } else {
        ASSERT_TRUE(segments[i].arrived.has_value()) << i;
        EXPECT_EQ((*segments[i].arrived - segments[i].at).micros(), kDelay) << i;
      }
    }
    EXPECT_TRUE(segments[6].retransmission);
  }

  std::vector<std::string> paths_;
};

TEST_F(CaptureTest, OneVantagePoint) {
  const std::string path = WriteView("a", kA, 0);
  const auto capture = ReadCapture(std::span(&path, 1));
  ASSERT_TRUE(capture.has_value()) << capture.error();
  EXPECT_EQ(capture->vantage_points, VantagePoints::kOne);
  EXPECT_THAT(capture->tracker.segments(), SizeIs(8));
  EXPECT_FALSE(capture->tracker.segments()[0].arrived.has_value());
  EXPECT_EQ(capture->packets, 8u);
}

TEST_F(CaptureTest, BothEndsInOneFile) {
  const std::string path = Path("both");
  std::vector<TestPacket> seen;
  for (const Sent& sent : Conversation()) {
    seen.push_back(sent.packet);
    if (!sent.arrives) continue;
    seen.push_back(sent.packet);
    seen.back().at_us += kDelay;
  }
  std::stable_sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.at_us < b.at_us; });
  {
    CaptureFile file(path, kLinkRaw);
    for (const auto& packet : seen) file.Record(packet);
  }
  const auto capture = ReadCapture(std::span(&path, 1));
  ASSERT_TRUE(capture.has_value()) << capture.error();
  EXPECT_EQ(capture->vantage_points, VantagePoints::kOneFile);
  ExpectDelaysAndTheLoss(*capture);
}

TEST_F(CaptureTest, TwoFilesInEitherOrder) {
  const std::vector<std::string> there{WriteView("a", kA, 0), WriteView("b", kB, 0)};
  const std::vector<std::string> back{there[1], there[0]};
  for (const auto& paths : {there, back}) {
    const auto capture = ReadCapture(paths);
    ASSERT_TRUE(capture.has_value()) << capture.error();
    EXPECT_EQ(capture->vantage_points, VantagePoints::kTwoFiles);
    EXPECT_TRUE(capture->clock_offset.IsZero());
    ExpectDelaysAndTheLoss(*capture);
  }
}

TEST_F(CaptureTest, TwoClocksThatDisagree) {
  for (const std::int64_t clock : {3'000'000, -3'000'000}) {
    // Stamps cannot be negative: the first clock is late enough for both.
    const std::vector<std::string> paths{WriteView("a", kA, 5'000'000), WriteView("b", kB, 5'000'000 + clock)};
    const auto capture = ReadCapture(paths);
    ASSERT_TRUE(capture.has_value()) << capture.error();
    EXPECT_EQ(capture->clock_offset.micros(), clock);
    ExpectDelaysAndTheLoss(*capture);
  }
}

TEST_F(CaptureTest, ASuperSegmentArrivesInPieces) {
  const std::vector<std::string> paths{Path("a"), Path("b")};
  const std::string data(3000, 'd');
  {
    CaptureFile a(paths[0], kLinkRaw), b(paths[1], kLinkRaw);
    const auto conversation = Conversation();
    for (const std::size_t i : {0, 1, 2}) {
      TestPacket packet = conversation[i].packet;
      packet.at_us += packet.from == kA ? 0 : kDelay;
      a.Record(packet);
      packet.at_us = conversation[i].packet.at_us + (packet.from == kA ? kDelay : 0);
      b.Record(packet);
    }
    TestPacket whole{.at_us = 40'000, .from = kA, .to = kB, .flags = {.ack = true}, .seq = 101, .ack = 501, .payload = data};
    a.Record(whole);
    for (int piece = 0; piece < 3; ++piece) {
      TestPacket part = whole;
      part.at_us += kDelay + 100 * piece;
      part.seq += 1000u * static_cast<unsigned>(piece);
      part.payload.resize(1000);
      b.Record(part);
    }
  }
  const auto capture = ReadCapture(paths);
  ASSERT_TRUE(capture.has_value()) << capture.error();
  ASSERT_THAT(capture->tracker.segments(), SizeIs(4));
  EXPECT_EQ((*capture->tracker.segments()[3].arrived - capture->tracker.segments()[3].at).micros(), kDelay + 200);
}

TEST_F(CaptureTest, TwoFilesMustHaveSomethingInCommon) {
  const std::vector<std::string> paths{WriteView("a", kA, 0), Path("b")};
  {
    CaptureFile file(paths[1], kLinkRaw);
    file.Record({.from = {IpAddress::V4(1, 1, 1, 1), 1}, .to = kB, .flags = {.syn = true}});
  }
  EXPECT_THAT(ReadCapture(paths).error(), HasSubstr("no packet in common"));
  const std::string missing = Path("missing");
  EXPECT_THAT(ReadCapture(std::span(&missing, 1)).error(), HasSubstr("cannot read"));
}

}  // namespace
}  // namespace mptcpp::trace
