// SPDX-License-Identifier: Apache-2.0
// Closing: each order of FINs, half-close, TIME-WAIT, abort (RFC 9293 3.6, 3.10.4, 3.10.5).
#include "tcp/subflow_pipe.h"

namespace mptcpp::tcp {
namespace {

using enum State;

TEST(Close, OneAfterTheOther) {
  Pipe pipe;
  pipe.Open();
  pipe.a().Close(pipe.now);
  EXPECT_EQ(pipe.a().state(), kFinWait1);
  pipe.Run([&] { return pipe.a().state() == kFinWait2 && pipe.b().state() == kCloseWait; });
  EXPECT_TRUE(pipe.ends[0].facts.fin_acknowledged);
  EXPECT_TRUE(pipe.ends[1].facts.peer_fin);
  pipe.b().Close(pipe.now);
  EXPECT_EQ(pipe.b().state(), kLastAck);
  pipe.Run([&] { return pipe.b().IsClosed(); });
  EXPECT_EQ(pipe.a().state(), kTimeWait);
  const Instant start = pipe.now;
  pipe.Run([&] { return pipe.a().IsClosed(); });
  EXPECT_EQ(pipe.now - start, Duration::Seconds(60) - pipe.delay);
  EXPECT_FALSE(pipe.ends[0].facts.reset || pipe.ends[1].facts.reset);
}

TEST(Close, BothAtOnce) {
  Pipe pipe;
  pipe.Open();
  pipe.a().Close(pipe.now);
  pipe.b().Close(pipe.now);
  pipe.Run([&] { return pipe.a().state() == kClosing; });
  pipe.Run([&] { return pipe.a().state() == kTimeWait && pipe.b().state() == kTimeWait; });
  pipe.Run([&] { return pipe.a().IsClosed() && pipe.b().IsClosed(); });
  EXPECT_TRUE(pipe.a().IsClosed() && pipe.b().IsClosed());
}

TEST(Close, HalfClosedStillReceives) {
  Pipe pipe;
  pipe.Open();
  pipe.a().Close(pipe.now);
  pipe.Run([&] { return pipe.b().state() == kCloseWait; });
  pipe.ends[1].upper.to_send = 500'000;
  pipe.Run([&] { return pipe.ends[0].upper.in_order == 500'000; });
  EXPECT_EQ(pipe.ends[0].upper.in_order, 500'000u);
  EXPECT_EQ(pipe.a().state(), kFinWait2);
}

TEST(Close, FinComesBehindAllData) {
  Pipe pipe;
  pipe.Open();
  pipe.ends[0].upper.to_send = 200'000;
  pipe.Run([&] { return pipe.ends[0].upper.sent == 200'000; });
  pipe.a().Close(pipe.now);
  pipe.Run([&] { return pipe.ends[1].facts.peer_fin; });
  EXPECT_EQ(pipe.ends[1].upper.in_order, 200'000u);
}

// Every interleaving of two closes, with every single segment lost once.
TEST(Close, EveryCrossingSurvivesEveryLoss) {
  for (int gap_ms = 0; gap_ms <= 60; gap_ms += 5) {
    for (int victim = -1; victim < 8; ++victim) {
      Pipe pipe;
      pipe.Open();
      pipe.RunFor(Duration::Millis(100));
      int n = 0;
      pipe.filter = [&](Wire&) { return n++ == victim ? std::nullopt : std::optional(Duration::Zero()); };
      pipe.a().Close(pipe.now);
      pipe.RunFor(Duration::Millis(gap_ms));
      pipe.b().Close(pipe.now);
      pipe.Run([&] { return pipe.a().IsClosed() && pipe.b().IsClosed(); }, Duration::Seconds(300));
      EXPECT_TRUE(pipe.a().IsClosed() && pipe.b().IsClosed()) << "gap " << gap_ms << " victim " << victim;
      for (const PipeEnd& end : pipe.ends) {
        EXPECT_FALSE(end.facts.reset || end.facts.timed_out) << "gap " << gap_ms << " victim " << victim;
        EXPECT_TRUE(end.facts.peer_fin && end.facts.fin_acknowledged);
      }
    }
  }
}

TEST(Close, BeforeEstablished) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  pipe.a().Close(pipe.now);
  EXPECT_TRUE(pipe.a().IsClosed());

  Pipe passive;
  passive.ends[0].Make();
  passive.a().OpenActive(passive.now);
  passive.Deliver(*passive.Take(Pipe::kA));
  passive.b().Close(passive.now);
  EXPECT_EQ(passive.b().state(), kSynReceived) << "the handshake comes first";
  passive.Run([&] { return passive.ends[0].facts.peer_fin; });
  EXPECT_EQ(passive.a().state(), kCloseWait);
}

TEST(Close, ReorderedFinWaitsForItsData) {
  Pipe pipe;
  pipe.Open();
  pipe.ends[0].upper.to_send = 3000;
  pipe.filter = [&](Wire& w) {
    return std::optional(w.view.payload.size() > 0 ? Duration::Millis(50) : Duration::Zero());  // FIN overtakes
  };
  pipe.Run([&] { return pipe.ends[0].upper.sent == 3000; });
  pipe.a().Close(pipe.now);
  pipe.RunFor(Duration::Millis(30));
  EXPECT_FALSE(pipe.ends[1].facts.peer_fin);
  pipe.Run([&] { return pipe.ends[1].facts.peer_fin; });
  EXPECT_EQ(pipe.ends[1].upper.in_order, 3000u);
  EXPECT_EQ(pipe.b().state(), kCloseWait);
}

TEST(Close, FinProbesAShutWindow) {
  Pipe pipe;
  pipe.ends[1].upper.buffer = 5 * 1448;
  pipe.ends[1].upper.reading = false;
  pipe.Open();
  StreamUpper& b = pipe.ends[1].upper;
  pipe.ends[0].upper.to_send = b.buffer / 128 * 128;
  pipe.RunFor(Duration::Seconds(3));
  ASSERT_EQ(pipe.a().peer_window(), Bytes(0));
  pipe.a().Close(pipe.now);
  pipe.RunFor(Duration::Millis(100));
  EXPECT_FALSE(pipe.ends[1].facts.peer_fin);
  pipe.RunFor(Duration::Seconds(1));
  EXPECT_TRUE(pipe.ends[1].facts.peer_fin);
  EXPECT_EQ(pipe.a().state(), kFinWait2);
}

TEST(TimeWait, StartsAgainWithARepeatedFin) {
  Pipe pipe;
  pipe.Open();
  pipe.a().Close(pipe.now);
  pipe.Run([&] { return pipe.b().state() == kCloseWait && pipe.a().state() == kFinWait2; });
  pipe.filter = [](Wire& w) {
    return w.to == Pipe::kB ? std::nullopt : std::optional(Duration::Zero());
  };  // the last ACK is lost
  pipe.b().Close(pipe.now);
  pipe.Run([&] { return pipe.a().state() == kTimeWait; });
  pipe.RunFor(Duration::Seconds(50));
  EXPECT_EQ(pipe.b().state(), kLastAck) << "still asking";
  pipe.RunFor(Duration::Seconds(20));
  EXPECT_EQ(pipe.a().state(), kTimeWait) << "each FIN started the 60 s again";
}

TEST(TimeWait, CanBeShortened) {
  Pipe pipe;
  pipe.Open();
  pipe.a().Close(pipe.now);
  pipe.Run([&] { return pipe.b().state() == kCloseWait; });
  pipe.b().Close(pipe.now);
  pipe.Run([&] { return pipe.a().state() == kTimeWait; });
  pipe.a().ShortenTimeWait(Duration::Seconds(1), pipe.now);
  const Instant start = pipe.now;
  pipe.Run([&] { return pipe.a().IsClosed(); });
  EXPECT_EQ(pipe.now - start, Duration::Seconds(1));
}

TEST(Abort, SendsAResetThatThePeerObeys) {
  Pipe pipe;
  pipe.Open();
  pipe.ends[0].upper.option_bytes = 8;
  pipe.a().Abort(pipe.now);
  EXPECT_FALSE(pipe.a().IsClosed()) << "the RST has to leave first";
  const auto rst = pipe.Take(Pipe::kA);
  ASSERT_TRUE(rst);
  EXPECT_TRUE(rst->view.flags.rst);
  EXPECT_EQ(rst->bytes.size(), 20u + 12 + 8) << "with timestamps and what the upper layer adds";
  EXPECT_TRUE(pipe.a().IsClosed());
  EXPECT_TRUE(pipe.ends[0].facts.closed);
  EXPECT_FALSE(pipe.ends[0].facts.reset);
  pipe.Deliver(*rst);
  EXPECT_TRUE(pipe.b().IsClosed());
  EXPECT_TRUE(pipe.ends[1].facts.reset);
  EXPECT_EQ(pipe.ends[1].counters[Counter::kRstRx], 1u);
  EXPECT_FALSE(pipe.Take(Pipe::kB)) << "a RST has no answer";
}

TEST(Abort, InSynSentIsSilent) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  ASSERT_TRUE(pipe.Take(Pipe::kA));
  pipe.a().Abort(pipe.now);
  EXPECT_TRUE(pipe.a().IsClosed());
  EXPECT_FALSE(pipe.Take(Pipe::kA));
  EXPECT_TRUE(pipe.a().NextDeadline().IsInfinite());
}

TEST(Abort, ForgetIsSilent) {
  Pipe pipe;
  pipe.Open();
  pipe.a().Forget();
  EXPECT_TRUE(pipe.a().IsClosed());
  EXPECT_FALSE(pipe.Take(Pipe::kA));
}

TEST(Reset, InLastAckIsJustTheEnd) {
  Pipe pipe;
  pipe.Open();
  pipe.a().Close(pipe.now);
  pipe.Run([&] { return pipe.b().state() == kCloseWait && pipe.a().state() == kFinWait2; });
  pipe.b().Close(pipe.now);
  pipe.Inject(Pipe::kA, {.seq = pipe.ends[0].iss + 2, .flags = {.rst = true}});
  EXPECT_TRUE(pipe.b().IsClosed());
  EXPECT_FALSE(pipe.ends[1].facts.reset);
}

}  // namespace
}  // namespace mptcpp::tcp
