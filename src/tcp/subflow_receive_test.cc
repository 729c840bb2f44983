// SPDX-License-Identifier: Apache-2.0
// Hand-made segments against an established subflow: acceptance, RFC 5961, PAWS, ACKs, verdicts of the upper layer, probes.
#include "tcp/subflow_pipe.h"

namespace mptcpp::tcp {
namespace {

// B's view of the world in these tests: A's next number is kSeq, B's own kAck; the segments come from A.
class Established : public testing::Test {
 protected:
  void SetUp() override {
    pipe.Open();
    pipe.RunFor(Duration::Millis(500));
    ASSERT_TRUE(pipe.b().IsEstablished());
    seq = pipe.ends[0].iss + 1;
    ack = pipe.ends[1].iss + 1;
    read_before = upper().options_read;
  }
  StreamUpper& upper() { return pipe.ends[1].upper; }
  Counters& counters() { return pipe.ends[1].counters; }
  std::uint32_t Clock() const { return TimestampAt(pipe.now) + pipe.ends[0].timestamp_offset; }
  void Send(SeqNum s, std::size_t length, SeqNum a, wire::TcpFlags flags = {.ack = true}, std::uint64_t offset = 0) {
    pipe.Inject(Pipe::kA, {.seq = s, .ack = a, .flags = flags, .window = 1000}, length,
                wire::Timestamps{.value = Clock(), .echo_reply = 0}, offset);
  }
  // The pure ACK that B sends now.
  std::optional<Wire> Answer() { return pipe.Take(Pipe::kB); }
  int OptionsRead() { return upper().options_read - read_before; }

  Pipe pipe;
  SeqNum seq, ack;
  int read_before = 0;
};

TEST_F(Established, InOrderDataAndItsAck) {
  Send(seq, 100, ack);
  EXPECT_EQ(upper().in_order, 100u);
  EXPECT_EQ(OptionsRead(), 1);
  const auto answer = Answer();
  ASSERT_TRUE(answer) << "quick at the start";
  EXPECT_EQ(answer->view.ack, seq + 100);
  EXPECT_EQ(answer->view.options.timestamps->echo_reply, Clock());
}

TEST_F(Established, OverlapIsTrimmedAndReported) {
  Send(seq, 100, ack);
  Answer();
  Send(seq + 50, 100, ack, {.ack = true}, 50);
  EXPECT_EQ(upper().in_order, 150u);
  EXPECT_EQ(upper().delivered_bytes, 150u);
  const auto answer = Answer();
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->view.options.sack_count, 1);
  EXPECT_EQ(answer->view.options.sack[0], (wire::SackBlock{seq + 50, seq + 100}));
}

TEST_F(Established, OldDuplicateGetsADsackAndTheUpperIsNotAsked) {
  Send(seq, 100, ack);
  Answer();
  read_before = upper().options_read;
  Send(seq, 100, ack);
  EXPECT_EQ(OptionsRead(), 0);
  const auto answer = Answer();
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->view.options.sack_count, 1);
  EXPECT_EQ(answer->view.options.sack[0], (wire::SackBlock{seq, seq + 100}));
}

TEST_F(Established, OutOfOrderIsGivenUpAndAcknowledgedAtOnce) {
  Send(seq + 1000, 500, ack, {.ack = true}, 1000);
  EXPECT_EQ(upper().delivered_bytes, 500u) << "the upper layer stores it";
  EXPECT_EQ(pipe.b().stream_offset_received(), 0u);
  auto answer = Answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->view.ack, seq);
  ASSERT_EQ(answer->view.options.sack_count, 1);
  EXPECT_EQ(answer->view.options.sack[0], (wire::SackBlock{seq + 1000, seq + 1500}));
  Send(seq, 1000, ack);
  EXPECT_EQ(upper().in_order, 1500u);
  answer = Answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->view.ack, seq + 1500);
  EXPECT_EQ(answer->view.options.sack_count, 0);
}

TEST_F(Established, BeyondTheWindowIsCutOrRefused) {
  const auto window = static_cast<std::uint32_t>(upper().buffer);
  Send(seq + window, 100, ack);
  EXPECT_EQ(upper().delivered_bytes, 0u);
  EXPECT_EQ(OptionsRead(), 0);
  EXPECT_EQ(counters()[Counter::kOutOfWindow], 1u);
  EXPECT_TRUE(Answer());
  Send(seq + window - 30, 100, ack, {.ack = true}, window - 30);
  EXPECT_EQ(upper().delivered_bytes, 30u);
}

TEST_F(Established, ResetOutsideTheExactNumberIsChallenged) {  // RFC 5961 3.2
  Send(seq + 1, 0, ack, {.rst = true});
  EXPECT_TRUE(pipe.b().IsEstablished());
  EXPECT_EQ(counters()[Counter::kChallengeAckTx], 1u);
  EXPECT_EQ(OptionsRead(), 0);
  const auto challenge = Answer();
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->view.seq, ack);
  EXPECT_EQ(challenge->view.ack, seq);
  Send(seq - 1, 0, ack, {.rst = true});
  EXPECT_FALSE(Answer()) << "outside of the window: silence";
  Send(seq, 0, ack, {.rst = true});
  EXPECT_TRUE(pipe.b().IsClosed());
  EXPECT_TRUE(pipe.ends[1].facts.reset);
  EXPECT_EQ(OptionsRead(), 1) << "the upper layer reads the options of a RST that counts";
}

TEST_F(Established, SynIsChallenged) {  // RFC 5961 4.2
  Send(seq + 5, 0, ack, {.syn = true});
  EXPECT_TRUE(Answer());
  Send(seq - 70000, 0, ack, {.syn = true, .ack = true});
  EXPECT_TRUE(Answer());
  EXPECT_EQ(counters()[Counter::kChallengeAckTx], 2u);
  EXPECT_TRUE(pipe.b().IsEstablished());
}

TEST_F(Established, ChallengesAreLimited) {  // RFC 5961 10
  for (int i = 0; i < 1005; ++i) Send(seq + 5, 0, ack, {.syn = true});
  EXPECT_EQ(counters()[Counter::kChallengeAckTx], 1000u);
  EXPECT_EQ(counters()[Counter::kChallengeAckLimited], 5u);
}

TEST_F(Established, AckOfWhatWasNeverSent) {  // RFC 5961 5.2
  Send(seq, 10, ack + 1);
  EXPECT_EQ(upper().delivered_bytes, 0u);
  EXPECT_EQ(counters()[Counter::kAckInvalid], 1u);
  EXPECT_TRUE(Answer());
  Send(seq, 10, ack - 10'000'000);
  EXPECT_EQ(upper().delivered_bytes, 0u);
  EXPECT_EQ(counters()[Counter::kAckInvalid], 2u);
  Send(seq, 10, ack - 500);
  EXPECT_EQ(upper().delivered_bytes, 10u) << "old, but within the largest window";
}

TEST_F(Established, SegmentWithoutAckFlagIsDropped) {
  Send(seq, 10, ack, {.psh = true});
  EXPECT_EQ(upper().delivered_bytes, 0u);
  EXPECT_FALSE(Answer());
}

TEST_F(Established, PawsDropsAndAcknowledges) {  // RFC 7323 5.3
  pipe.Inject(Pipe::kA, {.seq = seq, .ack = ack, .flags = {.ack = true}, .window = 1000}, 10,
              wire::Timestamps{.value = Clock() - 1000, .echo_reply = 0});
  EXPECT_EQ(upper().delivered_bytes, 0u);
  EXPECT_EQ(counters()[Counter::kPawsDrop], 1u);
  EXPECT_TRUE(Answer());
  EXPECT_EQ(OptionsRead(), 0);
}

TEST_F(Established, MissingTimestampIsTolerated) {
  pipe.Inject(Pipe::kA, {.seq = seq, .ack = ack, .flags = {.ack = true}, .window = 1000}, 10);
  EXPECT_EQ(counters()[Counter::kMissingTimestamp], 1u);
  EXPECT_EQ(upper().in_order, 10u);
  pipe.ends[1].options.strict_timestamps = true;
  pipe.Inject(Pipe::kA, {.seq = seq + 10, .ack = ack, .flags = {.ack = true}, .window = 1000}, 10, {}, 10);
  EXPECT_EQ(counters()[Counter::kMissingTimestamp], 2u);
  EXPECT_EQ(upper().in_order, 10u);
}

TEST_F(Established, ShutWindowStillTakesAcksAndFin) {
  upper().reading = false;
  upper().read = 0;
  upper().buffer = 0;
  for (std::uint32_t at = 0; at < 262144; at += 1024) {
    upper().buffer = at + 1024;
    Send(seq + at, 1024, ack, {.ack = true}, at);
    Answer();
  }
  ASSERT_EQ(upper().ReceiveWindow(), Bytes(0));
  read_before = upper().options_read;
  Send(seq + 262144, 100, ack, {.ack = true}, 262144);
  EXPECT_EQ(upper().delivered_bytes, 262144u);
  EXPECT_EQ(OptionsRead(), 1) << "its ACK and options count";
  const auto answer = Answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->view.window, 0);
  Send(seq + 262144, 0, ack, {.fin = true, .ack = true});
  EXPECT_EQ(pipe.b().state(), State::kCloseWait);
}

TEST_F(Established, VerdictsOfTheUpperLayer) {
  upper().verdict = OptionVerdict::kDiscard;
  Send(seq, 10, ack);
  EXPECT_EQ(upper().delivered_bytes, 0u);
  upper().verdict = OptionVerdict::kIgnorePayload;
  Send(seq, 10, ack);
  EXPECT_EQ(upper().delivered_bytes, 0u);
  EXPECT_EQ(pipe.b().stream_offset_received(), 0u);
  upper().verdict = OptionVerdict::kReset;
  Send(seq, 10, ack);
  EXPECT_EQ(upper().delivered_bytes, 0u);
  const auto rst = Answer();
  ASSERT_TRUE(rst);
  EXPECT_TRUE(rst->view.flags.rst);
  EXPECT_EQ(rst->view.seq, ack);
  EXPECT_EQ(rst->view.ack, seq);
  EXPECT_TRUE(pipe.b().IsClosed());
}

TEST_F(Established, UpperRefusesPayload) {
  upper().take_payload = false;
  Send(seq, 10, ack);
  const auto rst = Answer();
  ASSERT_TRUE(rst);
  EXPECT_TRUE(rst->view.flags.rst);
}

TEST_F(Established, NothingIsTakenBehindTheFin) {
  Send(seq, 10, ack, {.fin = true, .ack = true});
  EXPECT_EQ(pipe.b().state(), State::kCloseWait);
  Answer();
  Send(seq + 11, 10, ack, {.ack = true}, 11);
  EXPECT_EQ(upper().delivered_bytes, 10u);
}

TEST_F(Established, RequestedAckSurvivesData) {
  pipe.b().RequestAck();
  upper().to_send = 10;
  auto first = Answer();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->view.payload.size(), 10u);
  auto second = Answer();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->view.payload.size(), 0u);
  EXPECT_FALSE(Answer());
}

TEST_F(Established, SackBlocksShareTheHeaderWithTheUpperLayer) {
  upper().option_bytes = 12;
  for (std::uint32_t i = 1; i <= 4; ++i) Send(seq + i * 1000, 100, ack, {.ack = true}, i * 1000);
  const auto answer = Answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->view.options.sack_count, 1) << "12 timestamps, 12 upper, 4 + 8 SACK";
  EXPECT_EQ(answer->view.options.sack[0].left, seq + 4000);
  EXPECT_LE(answer->bytes.size(), 60u);
}

TEST_F(Established, BlocksThatFindNoPlaceBesideDataGoAlone) {
  upper().to_send = 100;
  Send(seq + 1000, 100, ack, {.ack = true}, 1000);
  auto data = Answer();
  ASSERT_TRUE(data);
  EXPECT_EQ(data->view.payload.size(), 100u);
  EXPECT_EQ(data->view.options.sack_count, 0);
  auto pure = Answer();
  ASSERT_TRUE(pure);
  EXPECT_EQ(pure->view.options.sack_count, 1);
}

TEST_F(Established, KeepaliveProbeOfThePeerIsAnswered) {
  Send(seq - 1, 0, ack);
  EXPECT_TRUE(Answer());
  pipe.now = pipe.now + Duration::Millis(100);
  Send(seq - 1, 0, ack);
  EXPECT_TRUE(Answer());
  Send(seq - 1, 0, ack);
  EXPECT_FALSE(Answer()) << "so soon it may be the answer to our answer";
  pipe.now = pipe.now + Duration::Millis(499);
  Send(seq - 50, 0, ack);
  EXPECT_FALSE(Answer());
  Send(seq, 0, ack + 5);
  EXPECT_FALSE(Answer());
  EXPECT_EQ(counters()[Counter::kChallengeAckLimited], 1u);
  Send(seq - 50, 20, ack);
  EXPECT_TRUE(Answer()) << "data is always answered";
}

// A forged FIN on each side: each end counts a number that the other has never used, and every ACK is refused by the other end.
TEST(Disagreement, TwoEndsThatDisagreeAboutANumberDoNotTalkForever) {
  for (const bool both : {false, true}) {
    Pipe pipe;
    pipe.Open();
    std::size_t segments = 0;
    pipe.filter = [&](Wire&) {
      ++segments;
      return std::optional(Duration::Zero());
    };
    const auto forge = [&](int from, const Subflow& to) {
      const SeqNum seq = to.initial_receive_sequence() + 1, ack = to.initial_send_sequence() + 1;
      pipe.Inject(from, {.seq = seq, .ack = ack, .flags = {.fin = true, .ack = true}, .window = 1000});
    };
    forge(Pipe::kA, pipe.b());
    if (both) forge(Pipe::kB, pipe.a());
    pipe.RunFor(Duration::Seconds(10));
    EXPECT_GT(segments, 0u);
    EXPECT_LE(segments, 202u) << "at most ten a second from each end";
  }
}

TEST_F(Established, ProbeNowIsAnswered) {
  pipe.ends[0].facts = {};
  pipe.a().ProbeNow(pipe.now);
  pipe.RunFor(Duration::Millis(100));
  EXPECT_TRUE(pipe.ends[0].facts.keepalive_answered);
  EXPECT_TRUE(pipe.ends[0].upper.asked.back().probe);
  EXPECT_EQ(pipe.ends[0].counters[Counter::kKeepaliveTx], 1u);
}

TEST(Keepalive, SilenceEndsIt) {
  Pipe pipe;
  pipe.ends[0].options.keepalive_idle = Duration::Seconds(100);
  pipe.Open();
  pipe.RunFor(Duration::Seconds(350));
  EXPECT_TRUE(pipe.a().IsEstablished());
  EXPECT_EQ(pipe.ends[0].counters[Counter::kKeepaliveTx], 3u);
  pipe.filter = [](Wire&) { return std::nullopt; };
  pipe.RunFor(Duration::Seconds(200));
  EXPECT_TRUE(pipe.a().IsClosed());
  EXPECT_TRUE(pipe.ends[0].facts.timed_out);
  EXPECT_EQ(pipe.ends[0].counters[Counter::kKeepaliveTx], 3u + 5u);
}

TEST(DelayedAck, ComesAfterItsDelay) {
  Pipe pipe;
  pipe.Open();
  pipe.ends[0].upper.to_send = 16 * 1448;
  pipe.Run([&] { return pipe.ends[0].upper.acknowledged == 16 * 1448; });
  pipe.ends[0].upper.to_send += 100;
  const Instant start = pipe.now;
  pipe.Run([&] { return pipe.ends[0].upper.acknowledged == 16 * 1448 + 100; });
  EXPECT_EQ(pipe.now - start, Duration::Millis(10 + 40 + 10));
}

TEST(SuperSegment, OneAckForOne) {
  Pipe pipe;
  pipe.ends[0].options.pacing = false;
  pipe.Open();
  pipe.ends[0].upper.to_send = 10 * 1448;
  TxPacket packet;
  ASSERT_TRUE(pipe.ends[0].Next(packet, pipe.now));
  EXPECT_EQ(packet.payload_length, 10u * 1448);
  EXPECT_EQ(packet.segment_size, 1448);
  Wire w{.to = Pipe::kB};
  w.bytes.assign(packet.header_bytes().begin(), packet.header_bytes().end());
  w.bytes.insert(w.bytes.end(), packet.slices[0].begin(), packet.slices[0].end());
  wire::SegmentView view;
  ASSERT_EQ(wire::ParseSegment({.source = packet.source,
                                .destination = packet.destination,
                                .segment = w.bytes,
                                .arrival = pipe.now,
                                .gso_size = 1448,
                                .checksum_verified = true},
                               view),
            wire::ParseResult::kOk);
  pipe.b().Receive(view, pipe.now);
  EXPECT_EQ(pipe.ends[1].upper.in_order, 10u * 1448);
  SubflowInfo info;
  pipe.b().FillInfo(info);
  EXPECT_EQ(info.segments_received, 2u + 10u);
  EXPECT_TRUE(pipe.Take(Pipe::kB));
  EXPECT_FALSE(pipe.Take(Pipe::kB));
}

TEST(SendSpaceTest, WholeSegmentsAndNothingLessWhileSomethingIsOutstanding) {
  Pipe pipe;
  pipe.ends[1].upper.buffer = 128 * 30;  // 3840: two segments and a bit
  pipe.Open();
  pipe.RunFor(Duration::Millis(100));
  EXPECT_EQ(pipe.a().SendSpace(pipe.now), Bytes(2 * 1448));
  pipe.ends[0].upper.to_send = 2 * 1448;
  ASSERT_TRUE(pipe.Take(Pipe::kA));
  EXPECT_EQ(pipe.a().SendSpace(pipe.now), Bytes(0));
  EXPECT_EQ(pipe.a().WindowSpace(), Bytes(3840 - 2 * 1448));
}

}  // namespace
}  // namespace mptcpp::tcp
