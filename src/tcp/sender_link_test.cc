// SPDX-License-Identifier: Apache-2.0
// Sender and a real controller on one bottleneck link with a drop-tail queue: does it fill the link, and do its losses repair
// without timeouts? The numbers are what the textbook promises for a queue of one bandwidth-delay product.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>

#include "tcp/byte_set_for_testing.h"
#include "tcp/sender_for_testing.h"

namespace mptcpp::tcp {
namespace {

constexpr std::uint32_t kMss = 1400;

struct Link {
  const char* controller = "newreno";
  double megabits = 100;
  Duration round_trip = Duration::Millis(40);
  double queue_bdp = 1;
  double loss = 0;
  std::uint32_t ack_every = 2;
};

class Bulk {
 public:
  explicit Bulk(const Link& link) : link_(link) {
    sender_.emplace(options_, counters_, *congestion::FindController(link.controller), group_, kReceiverIss, upper_);
    sender_->SetSackPermitted(true);
    sender_->SetMss(kMss);
    sender_->OnSentNew({}, true, false, false, now_);
    now_ = now_ + link.round_trip;
    sender_->OnAck({.ack = kReceiverIss + 1, .arrival = now_}, now_);
  }

  // Goodput as a share of the link, over the time after `warm_up`.
  double Run(Duration warm_up, Duration measured) {
    const Instant begin = now_ + warm_up;
    const Instant end = begin + measured;
    std::uint64_t at_begin = 0;
    Transmit();
    while (now_ < end) {
      const Instant deadline = sender_->NextDeadline();
      const bool event_first = !events_.empty() && events_.begin()->first <= deadline;
      const Instant next = event_first ? events_.begin()->first : deadline;
      if (now_ < begin && next >= begin) at_begin = receiver_.next();
      now_ = next;
      if (event_first) {
        const auto act = std::move(events_.begin()->second);
        events_.erase(events_.begin());
        act();
      } else {
        sender_->OnDeadline(now_);
      }
      EXPECT_STREQ(sender_->Inconsistency(), nullptr);
      Transmit();
    }
    return static_cast<double>(receiver_.next() - at_begin) * 8e-6 / measured.seconds() / link_.megabits;
  }
  SubflowInfo Info() const {
    SubflowInfo info;
    sender_->FillInfo(info);
    return info;
  }

 private:
  void Transmit() {
    while (const auto order = sender_->NextRetransmission(60'000, now_)) {
      sender_->OnRetransmitted(*order, now_);
      Enqueue(order->stream_offset, order->payload.length);
    }
    while (true) {
      const std::int64_t space = std::min<std::int64_t>(sender_->NewDataAllowance(now_).count(), 42 * kMss) / kMss * kMss;
      if (space == 0 && !sender_->WantsProbeData()) break;
      const auto length = static_cast<std::uint32_t>(std::max<std::int64_t>(space, kMss));
      const std::uint64_t offset = sender_->stream_offset_sent();
      sender_->OnSentNew({.offset = offset, .length = length}, false, false, false, now_);
      Enqueue(offset, length);
    }
    sender_->SetDataWaiting(true);
  }
  void Enqueue(std::uint64_t offset, std::uint32_t length) {
    const Rate rate = Rate::MegabitsPerSecond(link_.megabits);
    for (std::uint64_t left = offset; left < offset + length; left += kMss) {
      const std::uint64_t right = std::min<std::uint64_t>(left + kMss, offset + length);
      const Instant free = std::max(free_, now_);
      const bool full = free - now_ > Duration::SecondsF(link_.round_trip.seconds() * link_.queue_bdp);
      if (full || std::uniform_real_distribution<>()(random_) < link_.loss) continue;
      free_ = free + rate.TimeFor(Bytes(static_cast<std::int64_t>(right - left)));
      events_.emplace(free_ + link_.round_trip / 2, [this, left, right] { Arrive(left, right); });
    }
  }
  void Arrive(std::uint64_t left, std::uint64_t right) {
    const bool in_order = left == receiver_.next();
    receiver_.Arrive(left, right);
    if (in_order && receiver_.next() == right && ++unacked_ < link_.ack_every) return;
    unacked_ = 0;
    events_.emplace(now_ + link_.round_trip / 2, [this, ack = receiver_.next(), blocks = receiver_.Blocks(random_())] {
      const SeqNum seq = ByteSet::Seq(ack);
      if (seq.Before(sender_->snd_una())) return;
      sender_->OnAck({.ack = seq, .sack = blocks, .arrival = now_}, now_);
    });
  }

  const Link link_;
  Instant now_ = Instant::FromNanos(1'000'000'000);
  Instant free_;
  TcpOptions options_;
  Counters counters_;
  congestion::Group group_;
  NotingUpper upper_;
  std::optional<Sender> sender_;
  ByteSet receiver_;
  std::uint32_t unacked_ = 0;
  std::multimap<Instant, std::function<void()>> events_;
  std::mt19937 random_{7};
};

TEST(SenderOnALink, FillsItWithoutTimeouts) {
  for (const char* controller : {"newreno", "cubic"}) {
    Bulk bulk({.controller = controller});
    EXPECT_GT(bulk.Run(Duration::Seconds(2), Duration::Seconds(10)), 0.97) << controller;
    EXPECT_EQ(bulk.Info().timeouts, 0u) << controller;
    EXPECT_EQ(bulk.Info().spurious, 0u) << controller;
  }
}

TEST(SenderOnALink, FillsAThinOne) {
  Bulk bulk({.megabits = 1, .round_trip = Duration::Millis(100), .queue_bdp = 2});
  EXPECT_GT(bulk.Run(Duration::Seconds(5), Duration::Seconds(30)), 0.97);
  EXPECT_EQ(bulk.Info().timeouts, 0u);
}

TEST(SenderOnALink, FillsAThickOne) {
  Bulk bulk({.controller = "cubic", .megabits = 1000, .round_trip = Duration::Millis(10)});
  EXPECT_GT(bulk.Run(Duration::Seconds(1), Duration::Seconds(2)), 0.95);
  EXPECT_EQ(bulk.Info().timeouts, 0u);
}

// 1.22 * MSS / (RTT * sqrt(p)) is Reno's rate under random loss p: 10.8 Mbit/s for 0.1 % and 40 ms.
TEST(SenderOnALink, UnderRandomLossKeepsRenosRate) {
  Bulk bulk({.loss = 0.001});
  const double share = bulk.Run(Duration::Seconds(5), Duration::Seconds(120));
  EXPECT_GT(share, 0.08);
  EXPECT_LT(share, 0.16);
  EXPECT_EQ(bulk.Info().timeouts, 0u);
}

TEST(SenderOnALink, HeavyLossIsMostlyRepairedWithoutTimeouts) {
  Bulk bulk({.megabits = 10, .loss = 0.02});
  bulk.Run(Duration::Zero(), Duration::Seconds(60));
  const SubflowInfo info = bulk.Info();
  EXPECT_GT(info.recoveries, 100u);
  EXPECT_LT(info.timeouts, info.recoveries / 10);
}

TEST(SenderOnALink, RetransmitsWhatWasLostAndLittleMore) {
  Bulk bulk({.loss = 0.005});
  bulk.Run(Duration::Zero(), Duration::Seconds(60));
  const SubflowInfo info = bulk.Info();
  const double share = static_cast<double>(info.bytes_retransmitted) / static_cast<double>(info.bytes_sent);
  EXPECT_NEAR(share, 0.005, 0.002);
}

}  // namespace
}  // namespace mptcpp::tcp
