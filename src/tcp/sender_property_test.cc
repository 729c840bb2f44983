// SPDX-License-Identifier: Apache-2.0
// Sender against a network that loses, delays and reorders, and a receiver that is a set of bytes: whatever happens, every
// range comes back once and in order, the sums agree with the records, and in the end everything has arrived.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <new>
#include <random>

#include "tcp/byte_set_for_testing.h"
#include "tcp/sender.h"
#include "tcp/sender_for_testing.h"

namespace {
std::uint64_t allocations = 0;
}

// Not inlined: the compiler would see malloc and free through new and delete and call them mismatched.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace mptcpp::tcp {
namespace {

constexpr std::uint32_t kMss = 1000;

// Expects back exactly what was handed out.
class LedgerUpper final : public Upper {
 public:
  std::size_t WriteOptions(const OutgoingSegment&, std::span<std::byte>) override { return 0; }
  std::size_t DataOptionBytes() const override { return 0; }
  OptionVerdict ReadOptions(const wire::SegmentView&, Bytes) override { return OptionVerdict::kOk; }
  void FillPayload(PayloadRange, TxPacket&) override {}
  void OnAcknowledged(PayloadRange range) override {
    ASSERT_FALSE(handed_out.empty());
    ASSERT_EQ(range.offset, handed_out.front().offset);
    ASSERT_LE(range.length, handed_out.front().length);
    handed_out.front().offset += range.length;
    handed_out.front().length -= range.length;
    if (handed_out.front().length == 0) handed_out.pop_front();
  }
  bool OnPayload(std::uint64_t, std::span<const std::byte>) override { return true; }
  Bytes ReceiveWindow() const override { return Bytes::MiB(1); }
  std::deque<PayloadRange> handed_out;
};

struct Conditions {
  std::uint32_t seed;
  bool sack, timestamps, pacing, reneging, reordering;
  double loss;
  const char* controller;
};
void PrintTo(const Conditions& c, std::ostream* out) {
  *out << c.controller << " seed " << c.seed << (c.sack ? " sack" : "") << (c.timestamps ? " ts" : "")
       << (c.pacing ? " pacing" : "") << (c.reneging ? " reneging" : "") << (c.reordering ? " reordering" : "") << " loss "
       << c.loss;
}

class SenderProperty : public testing::TestWithParam<Conditions> {
 protected:
  struct Event {
    bool to_receiver;
    std::uint64_t left, right;  // segment
    std::uint64_t ack;          // ACK
    std::vector<wire::SackBlock> blocks;
    std::uint32_t timestamp;
  };

  void SetUp() override {
    const Conditions& c = GetParam();
    random.seed(c.seed);
    options.pacing = c.pacing;
    const congestion::ControllerInfo* info = congestion::FindController(c.controller);
    ASSERT_NE(info, nullptr);
    sender.emplace(options, counters, *info, group, kReceiverIss, upper);
    sender->SetSackPermitted(c.sack);
    sender->SetTimestamps(c.timestamps);
    sender->SetMss(kMss);
    sender->OnSentNew({}, true, false, false, now);
    now = now + kOneWay * 2;
    sender->OnAck({.ack = kReceiverIss + 1, .arrival = now}, now);
  }
  bool Lost() { return std::uniform_real_distribution<>()(random) < GetParam().loss; }
  // One direction keeps its order unless the network reorders.
  Instant ArrivalAfter(Instant& last) {
    const Instant in_order = std::max(now + kOneWay, last + Duration::Nanos(1));
    last = in_order;
    return GetParam().reordering && random() % 8 == 0 ? in_order + Duration::Micros(random() % 30'000) : in_order;
  }
  // A super-segment travels as segments, one after the other.
  void Leave(SeqNum seq, std::uint32_t length) {
    const std::uint64_t left = seq.DistanceFrom(kReceiverIss + 1);
    for (std::uint32_t at = 0; at < length; at += kMss) {
      if (Lost()) continue;
      events.emplace(ArrivalAfter(last_there),
                     Event{true, left + at, left + std::min(at + kMss, length), 0, {}, TimestampAt(now)});
    }
  }
  void Transmit() {
    while (const auto order = sender->NextRetransmission(60'000, now)) {
      ASSERT_GT(order->SequenceLength(), 0u);
      ASSERT_TRUE(order->retransmission);
      ASSERT_EQ(order->seq, ByteSet::Seq(order->stream_offset));
      sender->OnRetransmitted(*order, now);
      Leave(order->seq, order->payload.length);
      Check();
    }
    while (to_send > 0) {
      std::int64_t space = std::min<std::int64_t>(sender->NewDataAllowance(now).count(), 60'000);
      if (sender->WantsProbeData()) space = kMss;
      if (space < kMss) break;
      const auto length = static_cast<std::uint32_t>(std::min<std::int64_t>(
          {space / kMss * kMss, static_cast<std::int64_t>(to_send), 1 + static_cast<std::int64_t>(random() % 30'000)}));
      if (random() % 4 == 0) offset += 100'000;  // another subflow took what lies between
      const PayloadRange range{.offset = offset, .length = length};
      offset += length;
      to_send -= length;
      upper.handed_out.push_back(range);
      const SeqNum seq = sender->snd_nxt();
      sender->OnSentNew(range, false, false, true, now);
      Leave(seq, length);
      Check();
    }
    sender->SetDataWaiting(to_send > 0);
  }
  void Deliver(const Event& event) {
    if (event.to_receiver) {
      receiver.Arrive(event.left, event.right);
      if (GetParam().reneging && random() % 200 == 0) receiver.Renege();
      if (Lost()) return;
      std::vector<wire::SackBlock> blocks;
      if (GetParam().sack) blocks = receiver.Blocks(random());
      events.emplace(ArrivalAfter(last_back), Event{false, 0, 0, receiver.next(), std::move(blocks), event.timestamp});
      return;
    }
    const SeqNum ack = ByteSet::Seq(event.ack);
    if (ack.Before(sender->snd_una()) && random() % 2 == 0) return;
    const SeqNum una = sender->snd_una();
    const AckOutcome outcome =
        sender->OnAck({.ack = ack, .sack = event.blocks, .timestamp_echo = event.timestamp, .arrival = now}, now);
    ASSERT_EQ(sender->snd_una(), Later(una, ack));
    ASSERT_EQ(outcome.advanced, sender->snd_una() != una);
    Check();
  }
  void Check() {
    ASSERT_STREQ(sender->Inconsistency(), nullptr);
    ASSERT_GE(sender->in_flight(), Bytes());
    ASSERT_LE(sender->in_flight(), Bytes(sender->snd_nxt().DistanceFrom(sender->snd_una())));
    ASSERT_TRUE(sender->snd_una().AtOrBefore(sender->snd_nxt()));
    std::size_t i = 0;
    Bytes outstanding;
    sender->VisitOutstanding([&](PayloadRange range) {
      outstanding += Bytes(range.length);
      ++i;
    });
    Bytes owed;
    for (const PayloadRange& range : upper.handed_out) owed += Bytes(range.length);
    ASSERT_EQ(outstanding, owed);
  }
  void Run(std::uint64_t bytes) {
    to_send += bytes;
    Transmit();
    while (sender->HasOutstanding() || to_send > 0) {
      ASSERT_LT(now, begin + Duration::Seconds(3600)) << "does not end";
      const Instant deadline = sender->NextDeadline();
      const Instant next = events.empty() ? deadline : Sooner(events.begin()->first, deadline);
      ASSERT_FALSE(next.IsInfinite()) << "nobody will ever act again";
      now = next < now ? now : next;
      if (!events.empty() && events.begin()->first <= now) {
        const Event event = std::move(events.begin()->second);
        events.erase(events.begin());
        Deliver(event);
      }
      if (deadline <= now) sender->OnDeadline(now);
      Check();
      Transmit();
      if (HasFatalFailure()) return;
    }
  }

  static constexpr Duration kOneWay = Duration::Millis(10);
  const Instant begin = Instant::FromNanos(1'000'000'000);
  Instant now = begin;
  std::mt19937 random;
  TcpOptions options;
  Counters counters;
  congestion::Group group;
  LedgerUpper upper;
  std::optional<Sender> sender;
  ByteSet receiver;
  std::multimap<Instant, Event> events;
  Instant last_there, last_back;
  std::uint64_t to_send = 0;
  std::uint64_t offset = 0;
};

TEST_P(SenderProperty, EverythingArrivesAndComesBackOnce) {
  const std::uint64_t bytes = GetParam().loss < 0.1 ? 1'500'000 : 300'000;
  Run(bytes);
  EXPECT_EQ(sender->stream_offset_acked(), bytes);
  EXPECT_TRUE(upper.handed_out.empty());
  EXPECT_EQ(sender->in_flight(), Bytes());
  if (GetParam().loss > 0) return;
  EXPECT_LT(now - begin, Duration::Seconds(20));
  if (!GetParam().reordering) {
    EXPECT_EQ(counters[Counter::kSegmentsRetransmitted], 0u);
  }
}

std::vector<Conditions> AllConditions() {
  std::vector<Conditions> all;
  std::uint32_t seed = 1;
  for (const char* controller : {"newreno", "cubic", "bbr", "mpcc-loss"}) {
    for (const double loss : {0.0, 0.01, 0.1, 0.25}) {
      for (int bits = 0; bits < 32; ++bits) {
        const bool reneging = (bits & 8) && loss > 0;
        all.push_back({seed++, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, reneging, (bits & 16) != 0, loss, controller});
      }
    }
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Networks, SenderProperty, testing::ValuesIn(AllConditions()));

class SenderAllocation : public SenderTest {};

// Windows of super-segments with holes in them; after a few rounds the storage has its size.
TEST_F(SenderAllocation, SteadyStateAllocatesNothing) {
  Establish();
  SetWindow(200);
  std::uint64_t base = 0;
  std::uint64_t counted = 0;
  for (int round = 0; round < 60; ++round) {
    if (round == 10) counted = allocations;
    const Instant sent = now;
    for (int i = 0; i < 10; ++i) {
      sender->OnSentNew({.offset = base + static_cast<std::uint64_t>(i) * 10'000, .length = 10'000}, false, false, true, now);
    }
    now = sent + Duration::Millis(40);
    const auto ack = [&](std::uint64_t at, std::uint64_t left, std::uint64_t right) {
      const wire::SackBlock block{At(base + left), At(base + right)};
      sender->OnAck({.ack = At(base + at), .sack = std::span(&block, left < right ? 1 : 0), .arrival = now}, now);
    };
    ack(10'000, 0, 0);
    for (std::uint64_t right = 12'000; right <= 90'000; right += 1000) ack(10'000, 11'000, right);
    while (const auto order = sender->NextRetransmission(64'000, now)) sender->OnRetransmitted(*order, now);
    now = now + Duration::Millis(40);
    ack(100'000, 0, 0);
    ASSERT_FALSE(sender->HasOutstanding());
    base += 100'000;
    SetWindow(200);
    controller().acks.clear();
    controller().congestion.clear();
  }
  EXPECT_GT(allocations, 0u) << "the counter counts";
  EXPECT_EQ(allocations, counted);
}

}  // namespace
}  // namespace mptcpp::tcp
