// SPDX-License-Identifier: Apache-2.0
#include "congestion/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "congestion/congestion_test_ack.h"
#include "congestion/newreno.h"
#include "congestion/pacing.h"

namespace mptcpp::congestion {
namespace {

TEST(RegistryTest, FindsByName) {
  for (std::string_view name : {"newreno", "cubic", "lia", "olia", "balia", "wvegas", "mpcc-loss", "mpcc-latency", "bbr", "vivace"}) {
    const ControllerInfo* info = FindController(name);
    ASSERT_NE(info, nullptr) << name;
    EXPECT_FALSE(info->summary.empty());
  }
  EXPECT_EQ(FindController("vegas"), nullptr);
  EXPECT_TRUE(FindController("lia")->coupled);
}

TEST(ControllerChoiceTest, TheLastNameServesAllFurtherSubflows) {
  const auto one = ControllerChoice::Parse("lia");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->For(0).info->name, "lia");
  EXPECT_EQ(one->For(7).info->name, "lia");
  const auto list = ControllerChoice::Parse("bbr,mpcc-loss:beta=11.35:unit=125000,olia");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->For(0).info->name, "bbr");
  EXPECT_EQ(list->For(1).info->name, "mpcc-loss");
  EXPECT_EQ(list->For(1).parameters, "beta=11.35:unit=125000");
  EXPECT_EQ(list->For(31).info->name, "olia");
}

TEST(ControllerChoiceTest, RefusesWhatItDoesNotKnow) {
  for (std::string_view text : {"", "vegas", "lia,", ",lia", "lia,,olia", "lia:alpha=1", "mpcc-loss:", "mpcc-loss:beta", "mpcc-loss:beta=",
                                "mpcc-loss:beta=x", "mpcc-loss:beta=1x", "mpcc-loss:delta=1", "mpcc-loss:alpha=1", "mpcc-loss:beta=nan",
                                "mpcc-loss:beta=1:", "lia,lia,lia,lia,lia,lia,lia,lia,lia"}) {
    EXPECT_FALSE(ControllerChoice::Parse(text)) << text;
  }
}

TEST(ControllerChoiceTest, OwnControllersComeFirst) {
  ControllerInfo own = *FindController("newreno");
  own.name = "lia";
  own.summary = "mine";
  const ControllerInfo* const list[] = {&own};
  EXPECT_EQ(ControllerChoice::Parse("lia", list)->For(0).info->summary, "mine");
  EXPECT_EQ(ControllerChoice::Parse("cubic", list)->For(0).info->name, "cubic");
}

// Every controller, whatever its algorithm, keeps these promises.
class AnyController : public testing::TestWithParam<ControllerInfo> {
 protected:
  AnyController() { GetParam().make(slot_, {.mss = kTestMss}, group_); }
  Group group_;
  ControllerSlot slot_;
};

// The idle connections of the window controllers, one of which is the default, pay for no other's history.
TEST(ControllerSlot, KeepsLargeOnesElsewhereAndSmallOnesInPlace) {
  struct Large final : Controller {
    explicit Large(int& alive) : alive_(alive) { ++alive_; }
    ~Large() override { --alive_; }
    std::string_view name() const override { return "large"; }
    const Control& control() const override { return control_; }
    void OnSent(Instant, Bytes, Bytes) override {}
    void OnAck(const AckSample&) override {}
    void OnCongestionEvent(const CongestionEvent&) override {}
    void OnRto(Instant, Bytes, bool) override {}
    void OnSpuriousLoss(Instant) override {}
    void OnIdle(Instant, Duration, Bytes) override {}
    void LimitWindow(Bytes, Bytes) override {}
    void OnMssChange(std::uint32_t) override {}
    Control control_;
    int& alive_;
    std::byte history[4096] = {};
  };
  ControllerSlot slot;
  const auto is_inside = [&] {
    const auto* const at = reinterpret_cast<const std::byte*>(slot.operator->());
    const auto* const begin = reinterpret_cast<const std::byte*>(&slot);
    return at >= begin && at < begin + sizeof(slot);
  };
  int alive = 0;
  slot.Emplace<Large>(alive);
  EXPECT_FALSE(is_inside());
  EXPECT_EQ(alive, 1);
  slot.Emplace<NewReno>(ControllerConfig{.mss = kTestMss});
  EXPECT_EQ(alive, 0);
  EXPECT_TRUE(is_inside());
  slot.Emplace<Large>(alive);
  slot.Reset();
  EXPECT_EQ(alive, 0);
  EXPECT_FALSE(slot);
  Group group;
  FindController("cubic")->make(slot, {.mss = kTestMss}, group);
  EXPECT_TRUE(is_inside());
}

TEST_P(AnyController, NamesItselfAsRegistered) { EXPECT_EQ(slot_->name(), GetParam().name); }

TEST_P(AnyController, StartsWithTheInitialWindow) { EXPECT_EQ(slot_->control().cwnd, Segments(10)); }

TEST_P(AnyController, TheInitialWindowFollowsTheMss) {
  slot_->OnMssChange(500);
  EXPECT_EQ(slot_->control().cwnd, Bytes(5000));
}

TEST_P(AnyController, ATimeoutLeavesOneSegment) {
  slot_->OnRto(Instant(), slot_->control().cwnd, true);
  EXPECT_EQ(slot_->control().cwnd, Segments(1));
}

// Covers: CC-5
TEST_P(AnyController, AWindowShrinksByALossAndARateKeepsNoThreshold) {
  slot_->OnCongestionEvent(LossOf(*slot_));
  if (GetParam().rate_based) {
    EXPECT_EQ(slot_->control().ssthresh, Bytes::Infinite());
  } else {
    EXPECT_LT(slot_->control().cwnd, Segments(10));
    EXPECT_EQ(slot_->control().cwnd, slot_->control().ssthresh);
  }
}

TEST_P(AnyController, KeepsAtLeastOneSegmentThroughAnything) {
  Instant now;
  for (int i = 0; i < 200; ++i) {
    now = now + Duration::Millis(37);
    switch (i * 7 % 6) {
      case 0: slot_->OnCongestionEvent(LossOf(*slot_, now)); break;
      case 1: slot_->OnRto(now, slot_->control().cwnd, i % 2 == 0); break;
      case 2: slot_->OnSpuriousLoss(now); break;
      case 3: slot_->OnIdle(now, Duration::Seconds(1), Bytes()); break;
      case 4: slot_->LimitWindow(Bytes(i), Bytes(i)); break;
      default: slot_->OnAck(Ack(now, Segments(i))); break;
    }
    ASSERT_GE(slot_->control().cwnd, Segments(1)) << i;
    ASSERT_GE(slot_->control().ssthresh, Segments(1)) << i;
    ASSERT_LT(slot_->control().cwnd, Bytes::MiB(64)) << i;
    ASSERT_GT(slot_->control().pacing_rate.bytes_per_second(), 0) << i;
  }
}

// 100 Gbit/s over one second: a window of 12.5 GB, beside a sibling of the same size. An hour of acknowledgements, a loss every
// ten seconds: nothing overflows, nothing becomes absurd.
TEST_P(AnyController, A100GigabitPathOfOneSecondDoesNotOverflow) {
  constexpr Bytes kWindow(12'500'000'000);
  const Duration rtt = Duration::Seconds(1);
  ControllerSlot sibling;
  GetParam().make(sibling, {.mss = kTestMss}, group_);
  const Handover large{.cwnd = kWindow, .ssthresh = kWindow, .smoothed_rtt = rtt, .min_rtt = rtt};
  slot_->Continue(large);
  sibling->Continue(large);
  Instant now;
  Bytes delivered, sent;
  for (int i = 0; i < 3600; ++i) {
    for (ControllerSlot* each : {&slot_, &sibling}) {
      now = now + Duration::Millis(500);
      AckSample ack = Ack(now, kWindow / 2, rtt);
      ack.round_start = true;
      ack.delivery_rate = Rate::Per(kWindow, rtt);
      ack.prior_delivered = delivered;
      ack.delivered = delivered += ack.acked;
      ack.in_flight_before = ack.in_flight = kWindow;
      (*each)->OnSent(now, kWindow / 2, kWindow);
      (*each)->OnAck(ack);
      if (i % 20 == 19) (*each)->OnCongestionEvent({.now = now, .in_flight = kWindow, .newly_lost = Segments(1)});
      const Control& control = (*each)->control();
      ASSERT_GE(control.cwnd, Segments(1)) << i;
      ASSERT_LE(control.cwnd, Bytes(100'000'000'000'000)) << i;
      const Rate rate = control.pacing_rate.IsInfinite() ? DefaultPacingRate(control, rtt) : control.pacing_rate;
      ASSERT_GT(rate.bytes_per_second(), 0) << i;
      ASSERT_LE(DefaultQuantum(rate, kTestMss), Bytes::KiB(64));
    }
  }
}

// A live connection changes its mind: what the path carried goes on within a factor of two, in both directions.
TEST_P(AnyController, TakesOverFromAWindowAndFromARate) {
  const Duration rtt = Duration::Millis(50);
  const double bdp = 500'000, carried = bdp / rtt.seconds();
  const Handover window{.now = Instant::FromNanos(5'000'000'000), .cwnd = Bytes(500'000), .ssthresh = Bytes(400'000), .smoothed_rtt = rtt, .min_rtt = rtt};
  Handover rate = window;
  rate.cwnd = Bytes(1'000'000);
  rate.ssthresh = Bytes::Infinite();
  rate.named_rate = Rate::BytesPerSecond(carried);
  for (const Handover& from : {window, rate}) {
    GetParam().make(slot_, {.mss = kTestMss}, group_);
    slot_->Continue(from);
    const Control& control = slot_->control();
    EXPECT_GE(control.cwnd, Bytes(500'000));
    EXPECT_LE(control.cwnd, Bytes(1'000'000));
    if (GetParam().rate_based) {
      EXPECT_NEAR(control.pacing_rate.bytes_per_second() / carried, 1, 0.3);
    } else {
      EXPECT_NE(control.ssthresh, Bytes::Infinite()) << "no second slow start";
      EXPECT_LE(control.cwnd, Bytes(500'000));
    }
  }
}

TEST_P(AnyController, TakesOverNothingFromAnUnknownPath) {
  slot_->Continue({});
  EXPECT_EQ(slot_->control().cwnd, Segments(10));
}

INSTANTIATE_TEST_SUITE_P(Registered, AnyController, testing::ValuesIn(Controllers().begin(), Controllers().end()),
                         [](const auto& param) {
                           std::string name(param.param.name);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace mptcpp::congestion
