// SPDX-License-Identifier: Apache-2.0
// Opening: active, passive, crossed, lost, refused (RFC 9293 3.5, 3.10.7.3).
#include "tcp/subflow_pipe.h"

namespace mptcpp::tcp {
namespace {

using enum State;

TEST(Open, ThreeSegmentsAndTheHandshakeAckIsNamed) {
  Pipe pipe;
  int segments = 0;
  pipe.filter = [&](Wire&) {
    ++segments;
    return std::optional(Duration::Zero());
  };
  pipe.Open();
  EXPECT_EQ(segments, 3);
  EXPECT_TRUE(pipe.ends[0].facts.established && pipe.ends[1].facts.established);
  const auto& asked = pipe.ends[0].upper.asked;
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_TRUE(asked[0].flags.syn);
  EXPECT_FALSE(asked[0].retransmission);
  EXPECT_TRUE(asked[1].handshake_ack);
  EXPECT_EQ(asked[1].payload.length, 0u);
  EXPECT_EQ(pipe.ends[0].upper.options_read, 1) << "the SYN/ACK";
  EXPECT_EQ(pipe.ends[1].upper.options_read, 1) << "the third ACK, not the SYN";
  EXPECT_EQ(pipe.a().initial_receive_sequence(), SeqNum(7000));
  EXPECT_EQ(pipe.a().smoothed_rtt(), Duration::Millis(20));
  EXPECT_EQ(pipe.b().effective_mss(), 1448u);
}

TEST(Open, SynCarriesItsOptionsInOrder) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  const auto syn = pipe.Take(Pipe::kA);
  ASSERT_TRUE(syn);
  EXPECT_EQ(syn->bytes.size(), 40u);
  EXPECT_EQ(syn->view.options.mss, 1460);
  EXPECT_TRUE(syn->view.options.sack_permitted);
  EXPECT_EQ(syn->view.options.window_scale, 7);
  ASSERT_TRUE(syn->view.options.timestamps);
  EXPECT_EQ(syn->view.options.timestamps->value, 5000u + 0xfffff000u);
  EXPECT_EQ(syn->view.options.timestamps->echo_reply, 0u);
  EXPECT_EQ(syn->view.window, 65535) << "a SYN is not scaled";
}

TEST(Open, WindowOfTheThirdAckIsScaled) {
  Pipe pipe;
  pipe.Open();
  EXPECT_EQ(pipe.b().peer_window(), Bytes::KiB(256));
  EXPECT_EQ(pipe.ends[1].upper.last_window, Bytes::KiB(256));
}

TEST(Open, LostSynIsSentAgainWithTheUpperAskedAgain) {
  Pipe pipe;
  int lost = 0;
  pipe.filter = [&](Wire& w) {
    return w.view.flags.syn && !w.view.flags.ack && lost++ < 2 ? std::nullopt : std::optional(Duration::Zero());
  };
  const Instant start = pipe.now;
  pipe.Open();
  EXPECT_TRUE(pipe.a().IsEstablished());
  EXPECT_GE(pipe.now - start, Duration::Seconds(3)) << "1 s and 2 s";
  EXPECT_TRUE(pipe.ends[0].upper.asked[1].retransmission);
  EXPECT_TRUE(pipe.ends[0].upper.asked[1].flags.syn);
}

TEST(Open, LostThirdAckIsRepeatedWhenTheSynAckComesAgain) {
  Pipe pipe;
  int lost = 0;
  pipe.filter = [&](Wire& w) {
    return w.to == Pipe::kB && w.view.flags.ack && lost++ < 1 ? std::nullopt : std::optional(Duration::Zero());
  };
  pipe.Open();
  EXPECT_TRUE(pipe.b().IsEstablished());
  int named = 0;
  for (const OutgoingSegment& s : pipe.ends[0].upper.asked) named += s.handshake_ack;
  EXPECT_EQ(named, 2);
}

TEST(Open, RepeatedSynIsAnsweredAtOnce) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  auto syn = pipe.Take(Pipe::kA);
  pipe.Deliver(*syn);
  ASSERT_TRUE(pipe.Take(Pipe::kB));
  EXPECT_FALSE(pipe.Take(Pipe::kB));
  pipe.Deliver(*syn);
  const auto again = pipe.Take(Pipe::kB);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->view.flags.syn && again->view.flags.ack);
}

TEST(Open, DataWithTheThirdAckOfTheHandshake) {
  Pipe pipe;
  pipe.ends[0].upper.to_send = 5000;
  pipe.Open();
  pipe.Run([&] { return pipe.ends[1].upper.in_order == 5000; });
  EXPECT_EQ(pipe.ends[1].upper.in_order, 5000u);
}

TEST(Open, BothAtOnce) {  // RFC 9293 MUST-10, figure 7
  Pipe pipe;
  for (int i : {0, 1}) {
    pipe.ends[i].Make();
    pipe.ends[i].subflow->OpenActive(pipe.now);
  }
  pipe.Run([&] { return pipe.a().IsEstablished() && pipe.b().IsEstablished(); }, Duration::Seconds(5));
  ASSERT_TRUE(pipe.a().IsEstablished() && pipe.b().IsEstablished());
  EXPECT_EQ(pipe.a().peer_window(), Bytes(65535)) << "windows of SYNs are not scaled";
  pipe.ends[0].upper.to_send = pipe.ends[1].upper.to_send = 300'000;
  pipe.Run([&] { return pipe.ends[0].upper.in_order == 300'000 && pipe.ends[1].upper.in_order == 300'000; });
  EXPECT_EQ(pipe.ends[0].upper.in_order, 300'000u);
  EXPECT_EQ(pipe.ends[1].upper.in_order, 300'000u);
}

TEST(Open, BothAtOnceWithEachSegmentLostOnce) {
  for (int victim = 0; victim < 6; ++victim) {
    Pipe pipe;
    int n = 0;
    pipe.filter = [&](Wire&) { return n++ == victim ? std::nullopt : std::optional(Duration::Zero()); };
    for (int i : {0, 1}) {
      pipe.ends[i].Make();
      pipe.ends[i].subflow->OpenActive(pipe.now);
    }
    pipe.Run([&] { return pipe.a().IsEstablished() && pipe.b().IsEstablished(); }, Duration::Seconds(20));
    EXPECT_TRUE(pipe.a().IsEstablished() && pipe.b().IsEstablished()) << "lost segment " << victim;
  }
}

TEST(Open, RefusedByReset) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  ASSERT_TRUE(pipe.Take(Pipe::kA));
  pipe.Inject(Pipe::kB, {.seq = SeqNum(0), .flags = {.rst = true}});
  EXPECT_EQ(pipe.a().state(), kSynSent) << "without ACK it proves nothing";
  pipe.Inject(Pipe::kB, {.seq = SeqNum(0), .ack = pipe.ends[0].iss + 2, .flags = {.rst = true, .ack = true}});
  EXPECT_EQ(pipe.a().state(), kSynSent);
  EXPECT_FALSE(pipe.Take(Pipe::kA)) << "no RST for a RST";
  pipe.Inject(Pipe::kB, {.seq = SeqNum(0), .ack = pipe.ends[0].iss + 1, .flags = {.rst = true, .ack = true}});
  EXPECT_TRUE(pipe.a().IsClosed());
  EXPECT_TRUE(pipe.ends[0].facts.reset && pipe.ends[0].facts.closed);
}

TEST(Open, ImpossibleAckIsAnsweredByReset) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  ASSERT_TRUE(pipe.Take(Pipe::kA));
  pipe.Inject(Pipe::kB, {.seq = SeqNum(9), .ack = SeqNum(4711), .flags = {.syn = true, .ack = true}});
  const auto rst = pipe.Take(Pipe::kA);
  ASSERT_TRUE(rst);
  EXPECT_TRUE(rst->view.flags.rst);
  EXPECT_FALSE(rst->view.flags.ack);
  EXPECT_EQ(rst->view.seq, SeqNum(4711));
  EXPECT_EQ(pipe.a().state(), kSynSent);
}

TEST(Open, ImpossibleAckInSynReceivedIsAnsweredByReset) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  pipe.Deliver(*pipe.Take(Pipe::kA));
  ASSERT_TRUE(pipe.Take(Pipe::kB));
  pipe.Inject(Pipe::kA, {.seq = pipe.ends[0].iss + 1, .ack = SeqNum(1), .flags = {.ack = true}}, 0,
              wire::Timestamps{.value = 5000 + 0xfffff000, .echo_reply = 0});
  const auto rst = pipe.Take(Pipe::kB);
  ASSERT_TRUE(rst);
  EXPECT_TRUE(rst->view.flags.rst);
  EXPECT_EQ(rst->view.seq, SeqNum(1));
  EXPECT_EQ(pipe.b().state(), kSynReceived);
}

TEST(Open, GivesUpAfterItsRetries) {
  Pipe pipe;
  pipe.ends[0].options.syn_retries = 2;
  pipe.filter = [](Wire&) { return std::nullopt; };
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  const Instant start = pipe.now;
  pipe.Run([&] { return pipe.a().IsClosed(); });
  EXPECT_TRUE(pipe.ends[0].facts.timed_out);
  EXPECT_EQ(pipe.now - start, Duration::Seconds(1 + 2 + 4));
  EXPECT_EQ(pipe.ends[0].upper.asked.size(), 3u);
}

TEST(Open, HardIcmpErrorEndsIt) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  ASSERT_TRUE(pipe.Take(Pipe::kA));
  const wire::IcmpError error{
      .kind = wire::IcmpKind::kHardUnreachable, .tuple = pipe.a().tuple(), .quoted_seq = pipe.ends[0].iss};
  pipe.a().ReceiveIcmp(error, pipe.now);
  pipe.ends[0].CollectFacts();
  EXPECT_TRUE(pipe.a().IsClosed());
  EXPECT_TRUE(pipe.ends[0].facts.unreachable);
}

TEST(Open, PeerWithoutAnyOptions) {
  Pipe pipe;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  ASSERT_TRUE(pipe.Take(Pipe::kA));
  pipe.Inject(Pipe::kB, {.seq = SeqNum(100), .ack = pipe.ends[0].iss + 1, .flags = {.syn = true, .ack = true}, .window = 4000});
  EXPECT_TRUE(pipe.a().IsEstablished());
  EXPECT_EQ(pipe.a().effective_mss(), 536u);
  EXPECT_EQ(pipe.a().peer_window(), Bytes(4000));
  const auto ack = pipe.Take(Pipe::kA);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->bytes.size(), 20u);
  EXPECT_EQ(ack->view.window, 65535) << "not scaled either";
}

TEST(Open, UpperRefusesTheSynAck) {
  Pipe pipe;
  pipe.ends[0].upper.verdict = OptionVerdict::kReset;
  pipe.ends[0].Make();
  pipe.a().OpenActive(pipe.now);
  pipe.Deliver(*pipe.Take(Pipe::kA));
  pipe.Deliver(*pipe.Take(Pipe::kB));
  const auto rst = pipe.Take(Pipe::kA);
  ASSERT_TRUE(rst);
  EXPECT_TRUE(rst->view.flags.rst);
  EXPECT_EQ(rst->view.seq, pipe.ends[0].iss + 1);
  EXPECT_TRUE(pipe.a().IsClosed());
  EXPECT_FALSE(pipe.ends[0].facts.reset) << "the reset was ours";
  pipe.Deliver(*rst);
  EXPECT_TRUE(pipe.b().IsClosed());
  EXPECT_TRUE(pipe.ends[1].facts.reset);
}

TEST(Open, EcnIsNegotiated) {
  for (const bool peer : {false, true}) {
    Pipe pipe;
    pipe.ends[0].options.ecn = true;
    pipe.ends[1].options.answer_ecn = peer;
    pipe.Open();
    pipe.ends[0].upper.to_send = 100;
    const auto data = pipe.Take(Pipe::kA);
    ASSERT_TRUE(data);
    EXPECT_EQ(data->ecn, peer ? Ecn::kEct0 : Ecn::kNotEct);
  }
}

}  // namespace
}  // namespace mptcpp::tcp
