// SPDX-License-Identifier: Apache-2.0
// Two subflows, a pipe between them: whole transfers, with every byte checked.
#include <random>

#include "tcp/subflow_pipe.h"

namespace mptcpp::tcp {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

void TransferBothWays(Pipe& pipe, std::uint64_t bytes, Duration limit = Duration::Seconds(300)) {
  pipe.Open();
  ASSERT_TRUE(pipe.a().IsEstablished() && pipe.b().IsEstablished());
  StreamUpper& a = pipe.ends[Pipe::kA].upper;
  StreamUpper& b = pipe.ends[Pipe::kB].upper;
  a.to_send = b.to_send = bytes;
  pipe.Run([&] { return a.acknowledged == bytes && b.acknowledged == bytes && a.in_order == bytes && b.in_order == bytes; },
           limit);
  EXPECT_EQ(a.in_order, bytes);
  EXPECT_EQ(b.in_order, bytes);
  EXPECT_EQ(a.acknowledged, bytes);
  EXPECT_EQ(b.acknowledged, bytes);
  EXPECT_EQ(a.delivered_bytes, bytes) << "each byte once";
  EXPECT_EQ(b.delivered_bytes, bytes);
}

std::uint64_t Retransmitted(Pipe& pipe) {
  return pipe.ends[0].counters[Counter::kSegmentsRetransmitted] + pipe.ends[1].counters[Counter::kSegmentsRetransmitted];
}

TEST(Transfer, LosslessNeedsNoRetransmission) {
  Pipe pipe;
  const Instant start = pipe.now;
  TransferBothWays(pipe, kMiB);
  EXPECT_EQ(Retransmitted(pipe), 0u);
  EXPECT_LT(pipe.now - start, Duration::Millis(400)) << "slow start fills the window in a few round trips";
}

TEST(Transfer, WithUpperOptionsSegmentsFitTheMtu) {
  Pipe pipe;
  pipe.ends[0].upper.option_bytes = 26;
  pipe.ends[1].upper.option_bytes = 18;
  std::size_t longest = 0;
  pipe.filter = [&](Wire& w) {
    longest = std::max(longest, w.bytes.size());
    return std::optional(Duration::Zero());
  };
  TransferBothWays(pipe, kMiB / 4);
  EXPECT_EQ(longest, 1480u);
  EXPECT_EQ(pipe.a().effective_mss(), 1460u - 12 - 28);
  EXPECT_EQ(pipe.b().effective_mss(), 1460u - 12 - 20);
}

class LossyTransfer : public testing::TestWithParam<int> {};

TEST_P(LossyTransfer, EveryByteArrives) {
  Pipe pipe;
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  pipe.filter = [&](Wire&) { return random() % 100 < 3 ? std::nullopt : std::optional(Duration::Zero()); };
  TransferBothWays(pipe, kMiB);
  EXPECT_GT(Retransmitted(pipe), 10u);
}

TEST_P(LossyTransfer, WithReorderingAndWithoutSackOrTimestamps) {
  Pipe pipe;
  std::mt19937 random(static_cast<unsigned>(GetParam()) + 100);
  for (PipeEnd& end : pipe.ends) {
    end.options.sack = GetParam() % 2 == 0;
    end.options.timestamps = GetParam() % 3 == 0;
    end.options.window_scaling = GetParam() % 4 != 1;
  }
  pipe.filter = [&](Wire&) -> std::optional<Duration> {
    if (random() % 200 == 0) return std::nullopt;
    return Duration::Millis(random() % 8);
  };
  TransferBothWays(pipe, kMiB / 4);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LossyTransfer, testing::Range(1, 9));

TEST(Transfer, EcnMarksReduceWithoutLoss) {
  Pipe pipe;
  for (PipeEnd& end : pipe.ends) end.options.ecn = true;
  int marked = 0, cwr = 0, echoes = 0;
  pipe.filter = [&](Wire& w) {
    if (w.ecn == Ecn::kEct0 && w.view.payload.size() > 0 && ++marked % 100 == 0) w.ecn = Ecn::kCe;
    cwr += w.view.flags.cwr && !w.view.flags.syn;
    echoes += w.view.flags.ece && !w.view.flags.syn;
    return std::optional(Duration::Zero());
  };
  TransferBothWays(pipe, kMiB);
  EXPECT_GT(cwr, 0);
  EXPECT_GT(echoes, cwr);
  EXPECT_EQ(Retransmitted(pipe), 0u);
}

TEST(Transfer, SlowReaderNeverSeesMoreThanItsWindow) {
  Pipe pipe;
  pipe.ends[1].upper.buffer = 20'000;
  pipe.ends[1].upper.reading = false;
  pipe.Open();
  StreamUpper& a = pipe.ends[0].upper;
  StreamUpper& b = pipe.ends[1].upper;
  a.to_send = 200'000;
  while (b.in_order < a.to_send && pipe.now < Instant::FromNanos(100'000'000'000)) {
    pipe.RunFor(Duration::Millis(50));
    b.read = std::min(b.in_order, b.read + 7'000);
    pipe.b().OnReceiveWindowGrew(pipe.now);
  }
  EXPECT_EQ(b.in_order, a.to_send);
}

// How the same segments of a conversation change an end that takes the fast path and one that does not.
struct Outcome {
  std::vector<std::string> sent;
  std::uint64_t in_order, delivered, acknowledged;
  int options_read;
  Duration took;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Converse(bool fast_path, unsigned seed, int loss_percent) {
  Pipe pipe;
  std::mt19937 random(seed);
  Outcome outcome{};
  for (PipeEnd& end : pipe.ends) end.fast_path = fast_path;
  pipe.filter = [&](Wire& w) -> std::optional<Duration> {
    std::string text = std::to_string((w.to)) + ":";
    for (const std::byte b : std::span(w.bytes).first(w.bytes.size() - w.view.payload.size()))
      text += std::to_string(std::to_integer<int>(b)) + " ";
    outcome.sent.push_back(std::move(text));
    if (static_cast<int>(random() % 100) < loss_percent) return std::nullopt;
    return Duration::Zero();
  };
  const Instant start = pipe.now;
  TransferBothWays(pipe, kMiB / 2);
  pipe.a().Close(pipe.now);
  pipe.b().Close(pipe.now);
  pipe.RunFor(Duration::Seconds(200));
  const StreamUpper& b = pipe.ends[1].upper;
  outcome.in_order = b.in_order;
  outcome.delivered = b.delivered_bytes;
  outcome.acknowledged = b.acknowledged;
  outcome.options_read = b.options_read;
  outcome.took = pipe.now - start;
  return outcome;
}

TEST(FastPath, GivesExactlyWhatTheGeneralPathGives) {
  for (const int loss : {0, 1, 5}) {
    const Outcome fast = Converse(true, 42, loss);
    const Outcome general = Converse(false, 42, loss);
    ASSERT_GT(fast.sent.size(), 500u);
    EXPECT_TRUE(fast == general) << "loss " << loss << " %, " << fast.sent.size() << " and " << general.sent.size()
                                 << " segments";
  }
}

TEST(Transfer, ZeroWindowIsProbedUntilItOpens) {
  Pipe pipe;
  pipe.ends[1].upper.buffer = 10'000;
  pipe.ends[1].upper.reading = false;
  pipe.Open();
  StreamUpper& a = pipe.ends[0].upper;
  StreamUpper& b = pipe.ends[1].upper;
  a.to_send = 30'000;
  // Much longer than the user timeout: a peer that answers is alive (RFC 9293 MUST-37).
  pipe.RunFor(Duration::Seconds(400));
  EXPECT_LE(b.in_order, 10'000u);
  EXPECT_GT(b.in_order, 10'000u - 1448) << "what is less than a segment is not offered again";
  EXPECT_EQ(pipe.a().peer_window(), Bytes(0));
  EXPECT_TRUE(pipe.a().IsEstablished());
  int probes = 0;
  for (const OutgoingSegment& s : a.asked) probes += s.probe;
  EXPECT_GE(probes, 6);
  EXPECT_LT(probes, 30) << "they back off";
  // The window update is lost; the next probe finds the window open.
  b.reading = true;
  b.read = b.in_order;
  pipe.Run([&] { return b.in_order == a.to_send; });
  EXPECT_EQ(b.in_order, a.to_send);
  EXPECT_TRUE(pipe.ends[0].facts.window_opened);
}

TEST(Transfer, UnansweredWindowProbesEndInTheUserTimeout) {
  Pipe pipe;
  pipe.ends[1].upper.buffer = 10'000;
  pipe.ends[1].upper.reading = false;
  pipe.Open();
  pipe.ends[0].upper.to_send = 30'000;
  pipe.RunFor(Duration::Seconds(5));
  pipe.filter = [](Wire&) { return std::nullopt; };
  pipe.RunFor(Duration::Seconds(250));
  EXPECT_TRUE(pipe.ends[0].facts.timed_out);
}

TEST(Transfer, SilenceEndsInTheUserTimeout) {
  Pipe pipe;
  pipe.Open();
  pipe.filter = [](Wire&) { return std::nullopt; };
  pipe.ends[0].upper.to_send = 1000;
  const Instant start = pipe.now;
  pipe.Run([&] { return pipe.a().IsClosed(); }, Duration::Seconds(300));
  EXPECT_TRUE(pipe.ends[0].facts.timed_out);
  EXPECT_EQ(pipe.now - start, pipe.ends[0].options.user_timeout);
}

TEST(Transfer, TooBigLowersTheMssAndSendsAgain) {
  Pipe pipe;
  pipe.Open();
  StreamUpper& a = pipe.ends[0].upper;
  a.to_send = 100'000;
  std::uint32_t first_lost = 0;
  bool told = false;
  pipe.filter = [&](Wire& w) -> std::optional<Duration> {
    if (w.bytes.size() + 20 <= 1300) return Duration::Zero();
    if (!told) first_lost = w.view.seq.value();
    told = true;
    return std::nullopt;
  };
  pipe.Flush();
  ASSERT_TRUE(told);
  const wire::IcmpError error{
      .kind = wire::IcmpKind::kPacketTooBig, .tuple = pipe.a().tuple(), .quoted_seq = SeqNum(first_lost), .next_hop_mtu = 1300};
  wire::IcmpError forged = error;
  forged.quoted_seq = SeqNum(first_lost - 5000);
  pipe.a().ReceiveIcmp(forged, pipe.now);
  EXPECT_EQ(pipe.ends[0].counters[Counter::kIcmpIgnored], 1u);
  EXPECT_EQ(pipe.a().effective_mss(), 1448u);
  pipe.a().ReceiveIcmp(error, pipe.now);
  EXPECT_EQ(pipe.a().effective_mss(), 1248u);
  const Instant start = pipe.now;
  pipe.Run([&] { return pipe.ends[1].upper.in_order == a.to_send; });
  EXPECT_EQ(pipe.ends[1].upper.in_order, a.to_send);
  EXPECT_LT(pipe.now - start, Duration::Millis(190)) << "at once, not after a timeout";
}

// RFC 8899 4.3: only what is longer than the base size can have been swallowed for its length.
TEST(Transfer, SilenceIsNoBlackHoleUnlessSomethingLongWentUnanswered) {
  struct Case {
    std::uint64_t bytes;
    bool fin;
    std::uint32_t falls_to;  // effective MSS
  };
  for (const Case& c : {Case{0, true, 1448}, Case{100, false, 1448}, Case{1148, true, 1448}, Case{1149, false, 1148},
                        Case{5000, false, 1148}}) {
    Pipe pipe;
    pipe.Open();
    ASSERT_EQ(pipe.ends[0].options.base_mtu, 1200u);
    pipe.filter = [](Wire&) { return std::nullopt; };
    pipe.ends[0].upper.to_send = c.bytes;
    pipe.Flush();
    if (c.fin) pipe.a().Close(pipe.now);
    pipe.Run([&] { return pipe.a().consecutive_timeouts() == 5; }, Duration::Seconds(300));
    ASSERT_EQ(pipe.a().consecutive_timeouts(), 5u);
    EXPECT_EQ(pipe.a().effective_mss(), c.falls_to) << c.bytes;
    EXPECT_EQ(pipe.ends[0].counters[Counter::kMtuBlackHoles], c.falls_to == 1448 ? 0u : 1u) << c.bytes;
  }
}

}  // namespace
}  // namespace mptcpp::tcp
