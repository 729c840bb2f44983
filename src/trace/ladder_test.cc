// SPDX-License-Identifier: Apache-2.0
// Ladders from the sample conversation: what is drawn, with one vantage point and with two, as text and as SVG.
#include "trace/ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "trace/ladder_layout.h"
#include "trace/ladder_rows.h"
#include "trace/ladder_svg.h"
#include "trace/ladder_text.h"
#include "trace/sample_capture_for_testing.h"

namespace mptcpp::trace {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class LadderTest : public ::testing::Test {
 protected:
  Capture Read(bool both_ends) {
    WriteSampleCapture(path_, both_ends);
    auto capture = ReadCapture(std::span(&path_, 1));
    EXPECT_TRUE(capture.has_value()) << capture.error();
    return std::move(*capture);
  }
  Ladder Sample(bool both_ends, const LadderOptions& options = {}) { return BuildLadder(Read(both_ends), options); }
  void TearDown() override { std::remove(path_.c_str()); }

  std::string path_ =
      ::testing::TempDir() + "/ladder_test_" + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".pcap";
};

std::vector<std::string> Labels(const Ladder& ladder) {
  std::vector<std::string> labels;
  for (const LadderArrow& arrow : ladder.arrows) labels.push_back(arrow.label);
  return labels;
}

TEST_F(LadderTest, LabelsSayWhatASegmentSays) {
  EXPECT_THAT(
      Labels(Sample(true)),
      ElementsAre("SYN[seq=0] MPC[v1,AH]", "SYN+ACK[seq=0,ack=1] MPC[v1,AH,Key-S]",
                  "data[seq=1,len=4,ack=1,\"abcd\"] MPC[v1,AH,Key-C,Key-S✓,len=4,csum✓]", "ACK[ack=5] DSS[dack=5]",
                  "SYN[seq=0] MPJ[id=2,Token-S,Nonce-C]", "SYN+ACK[seq=0,ack=1] MPJ[id=0,HMAC-S✓,Nonce-S]",
                  "ACK[ack=1] MPJ[HMAC-C✓]", "ACK[ack=5] ADD_ADDR[id=3,2001:db8::77,HMAC-S✓]", "ACK[ack=1] DSS[dack=5]",
                  "data[seq=5,len=5,ack=1] DSS[dsn=5,ssn=5,csum✓]", "data[seq=5,len=5,ack=1] DSS[dsn=5,ssn=5,csum✓] again",
                  "ACK[ack=10] DSS[dack=10]", "ACK[ack=1] DSS[dsn=10,DATA_FIN,csum✓]"));
}

TEST_F(LadderTest, OneVantagePointEstimatesWhatTwoSee) {
  const Ladder one = Sample(false), two = Sample(true);
  EXPECT_THAT(one.notes, Contains(HasSubstr("estimated")));
  EXPECT_THAT(two.notes, IsEmpty());
  ASSERT_EQ(one.arrows.size(), two.arrows.size());
  for (std::size_t i = 0; i < one.arrows.size(); ++i) {
    SCOPED_TRACE(one.arrows[i].label);
    EXPECT_EQ(one.arrows[i].path, two.arrows[i].path);
    EXPECT_EQ(one.arrows[i].from, two.arrows[i].from);
    EXPECT_EQ((one.arrows[i].sent - two.arrows[i].sent).micros(), 0);
    if (two.arrows[i].fate == ArrowFate::kArrived) {
      EXPECT_EQ((one.arrows[i].arrived - two.arrows[i].arrived).micros(), 0);
    }
  }
  EXPECT_EQ(one.arrows[9].fate, ArrowFate::kPresumedLost);
  EXPECT_EQ(two.arrows[9].fate, ArrowFate::kLost);
  EXPECT_EQ(std::count_if(two.arrows.begin(), two.arrows.end(), [](const auto& a) { return a.fate != ArrowFate::kArrived; }), 1);
}

TEST_F(LadderTest, ATimerHasABracket) {
  for (const bool both_ends : {false, true}) {
    const Ladder ladder = Sample(both_ends);
    ASSERT_THAT(ladder.brackets, SizeIs(1));
    EXPECT_EQ(ladder.brackets[0].host, 0u);
    EXPECT_EQ(ladder.brackets[0].path, 0u);
    EXPECT_EQ(ladder.brackets[0].label, "timer 201 ms");
    EXPECT_EQ(ladder.brackets[0].from, ladder.arrows[9].sent);
    EXPECT_EQ(ladder.brackets[0].to, ladder.arrows[10].sent);
  }
}

TEST_F(LadderTest, HostsPathsAndSummary) {
  const Capture capture = Read(true);
  const Ladder ladder = BuildLadder(capture, {});
  ASSERT_THAT(ladder.hosts, SizeIs(2));
  EXPECT_EQ(ladder.hosts[0].detail, "192.0.2.1, 192.0.2.33");
  EXPECT_THAT(ladder.paths,
              ElementsAre("subflow 1: 192.0.2.1:40000 - 198.51.100.5:80", "subflow 2: 192.0.2.33:40001 - 198.51.100.5:80"));
  EXPECT_EQ(Summarize(capture, 0).title, "Connection 1: MPTCP version 1, 192.0.2.1:40000 to 198.51.100.5:80");
  EXPECT_EQ(Summarize(capture, 0).detail, "2 subflows, 13 segments; HMACs: 3 right; echoed keys: 1 right; checksums: 4 right");
}

TEST_F(LadderTest, LimitAndSkip) {
  const Ladder few = Sample(true, {.limit = 3});
  EXPECT_THAT(few.arrows, SizeIs(3));
  EXPECT_THAT(few.notes, Contains(HasSubstr("10 more segments")));
  const Ladder later = Sample(true, {.skip = Duration::Millis(300)});
  EXPECT_THAT(later.arrows, SizeIs(3));
  EXPECT_EQ((later.arrows[0].sent - later.start).millis(), 351);
}

TEST_F(LadderTest, BurstsBecomeOneArrowIfAskedFor) {
  const SocketAddress a{IpAddress::V4(10, 0, 0, 1), 40000}, b{IpAddress::V4(10, 0, 0, 2), 80};
  {
    CaptureFile file(path_, kLinkRaw);
    for (std::uint32_t i = 0; i < 5; ++i) {
      const std::int64_t pause = i < 3 ? 0 : 1'000'000;
      file.Record({.at_us = 10 * i + pause,
                   .from = a,
                   .to = b,
                   .flags = {.ack = true},
                   .seq = 1 + 100 * i,
                   .ack = 1,
                   .payload = std::string(100, 'x')});
    }
  }
  const auto capture = ReadCapture(std::span(&path_, 1));
  ASSERT_TRUE(capture.has_value());
  EXPECT_THAT(Labels(BuildLadder(*capture, {})), ElementsAre("3 × data[seq=1,len=300,ack=1]", "2 × data[seq=301,len=200,ack=1]"));
  EXPECT_THAT(BuildLadder(*capture, {.merge_bursts = false}).arrows, SizeIs(5));
}

TEST_F(LadderTest, TextShowsDelaysCrossingsLossAndTimer) {
  const std::string text = LadderText(Sample(true), {.width = 100});
  EXPECT_EQ(text,
            "Connection 1: MPTCP version 1, 192.0.2.1:40000 to 198.51.100.5:80\n"
            "2 subflows, 13 segments; HMACs: 3 right; echoed keys: 1 right; checksums: 4 right\n"
            "  ── ① subflow 1: 192.0.2.1:40000 - 198.51.100.5:80\n"
            "  ── ② subflow 2: 192.0.2.33:40001 - 198.51.100.5:80\n"
            "\n"
            "                                client                                                      server\n"
            "       ms                       192.0.2.1, 192.0.2.33                                 198.51.100.5\n"
            "    0.000                       ├─── ① SYN[seq=0] MPC[v1,AH] ───────────────────────────────────▶┤\n"
            "   10.000                       ├◀──────────────── ① SYN+ACK[seq=0,ack=1] MPC[v1,AH,Key-S] ──────┤\n"
            "   20.000                       ├─── ① data[seq=1,len=4,ack=1,\"abcd\"] MPC[v1,AH,Key-C,Key… ─────▶┤\n"
            "   30.000                       ├◀─────────────────────────────── ① ACK[ack=5] DSS[dack=5] ──────┤\n"
            "   41.000                       ├─── ② SYN[seq=0] MPJ[id=2,Token-S,Nonce-C] ────────────────────▶┤\n"
            "   66.000                       ├◀─────── ② SYN+ACK[seq=0,ack=1] MPJ[id=0,HMAC-S✓,Nonce-S] ──────┤\n"
            "   91.000                       ├─── ② ACK[ack=1] MPJ[HMAC-C✓] ───────────────────────────────╮  │\n"
            "   92.000                       ├◀─────── ① ACK[ack=5] ADD_ADDR[id=3,2001:db8::77,HMAC-S✓] ───┼──┤\n"
            "  116.000                       │                                                             ╰─▶┤\n"
            "  116.000                       ├◀─────────────────────────────── ② ACK[ack=1] DSS[dack=5] ──────┤\n"
            "  150.000        timer 201 ms ╭╴├─── ① data[seq=5,len=5,ack=1] DSS[dsn=5,ssn=5,csum✓] lost ✗     │\n"
            "  351.000                     ╰╴├─── ① data[seq=5,len=5,ack=1] DSS[dsn=5,ssn=5,csum✓] aga… ─────▶┤\n"
            "  361.000                       ├◀───────────────────────────── ① ACK[ack=10] DSS[dack=10] ──────┤\n"
            "  380.000                       ├─── ② ACK[ack=1] DSS[dsn=10,DATA_FIN,csum✓] ───────────────────▶┤\n");
}

TEST_F(LadderTest, ColoursAreOnlyForThoseWhoAsk) {
  const Ladder ladder = Sample(true);
  EXPECT_THAT(LadderText(ladder), Not(HasSubstr("\x1b")));
  const std::string coloured = LadderText(ladder, {.colour = true});
  EXPECT_THAT(coloured, HasSubstr("\x1b[36m"));
  EXPECT_THAT(coloured, HasSubstr("\x1b[33m"));
}

TEST_F(LadderTest, RowsKeepCausesBeforeEffects) {
  const Ladder ladder = Sample(true);
  const auto rows = RowsOf(ladder);
  EXPECT_EQ(rows.size(), 2 * ladder.arrows.size() - 1);  // the lost one does not arrive
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_LE(rows[i - 1].at, rows[i].at);
  // SYN/ACK: it leaves when the SYN arrives, and behind it.
  EXPECT_TRUE(rows[0].is_departure && !rows[1].is_departure && rows[2].is_departure);
  EXPECT_EQ(rows[2].arrow, 1u);
}

TEST_F(LadderTest, TheLayoutNeverLetsLabelsTouch) {
  const Ladder ladder = Sample(true);
  const LadderLayout layout(ladder);
  for (std::size_t i = 0; i < ladder.arrows.size(); ++i) {
    const ArrowHeights& heights = layout.arrows()[i];
    EXPECT_GT(heights.arrival, heights.departure) << i;
    for (std::size_t j = i + 1; j < ladder.arrows.size(); ++j) {
      if (ladder.arrows[i].from != ladder.arrows[j].from) continue;
      EXPECT_GE(layout.arrows()[j].departure - heights.departure, LadderLayout::kLabelHeight - 1e-6) << i << " " << j;
    }
  }
  ASSERT_THAT(layout.gaps(), SizeIs(1));
  EXPECT_EQ(layout.gaps()[0].time.millis(), 201);
  EXPECT_DOUBLE_EQ(layout.HeightAt(ladder.arrows[10].sent), layout.arrows()[10].departure);
  EXPECT_GE(layout.height(), layout.arrows().back().arrival);
}

TEST_F(LadderTest, SvgHasEveryArrowOnceAndIsWellFormed) {
  Ladder ladder = Sample(true);
  ladder.notes.push_back("a < b & \"c\"");
  const std::string svg = LadderSvg(ladder);
  const auto count = [&](const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = svg.find(what); at != std::string::npos; at = svg.find(what, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("<line class=\"arrow\""), 13u);
  EXPECT_EQ(count("stroke-dasharray=\"7 4\""), 1u);  // the retransmission
  EXPECT_EQ(count("l12 12m0 -12l-12 12"), 1u);       // the cross
  EXPECT_THAT(svg, HasSubstr("timer</text>"));
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; &quot;c&quot;"));
  EXPECT_THAT(svg, HasSubstr("SYN[seq=0] MPC[v1,AH]"));
  for (const std::string tag : {"text", "g", "svg", "style", "title"})
    EXPECT_EQ(count("<" + tag + " ") + count("<" + tag + ">"), count("</" + tag + ">")) << tag;
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST_F(LadderTest, AnEmptyOrShortLadderCanBeDrawn) {
  Ladder ladder{.title = "nothing", .hosts = {{"a", ""}, {"b", ""}}};
  EXPECT_THAT(LadderText(ladder), HasSubstr("nothing"));
  EXPECT_THAT(LadderSvg(ladder), HasSubstr("</svg>"));
  const Instant now = Instant::FromNanos(5);
  ladder.arrows.push_back({.from = 0, .to = 1, .sent = now, .arrived = now, .label = "x"});
  ladder.start = now;
  EXPECT_THAT(LadderText(ladder), HasSubstr(" x "));
  EXPECT_THAT(LadderSvg(ladder), Not(HasSubstr("nan")));
}

TEST(ShortDuration, PicksAUnit) {
  EXPECT_EQ(ShortDuration(Duration::Micros(250)), "250 us");
  EXPECT_EQ(ShortDuration(Duration::Micros(2500)), "2.5 ms");
  EXPECT_EQ(ShortDuration(Duration::Millis(203)), "203 ms");
  EXPECT_EQ(ShortDuration(Duration::Millis(1200)), "1.20 s");
}

}  // namespace
}  // namespace mptcpp::trace
