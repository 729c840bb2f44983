// SPDX-License-Identifier: Apache-2.0
// TCP in ESTABLISHED: acknowledgments, retransmission, SACK, windows.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

ConnectionOptions Plain() {
  ConnectionOptions options;
  options.multipath = false;
  options.tcp.no_delay = true;
  return options;
}

TEST(TcpData, TheAcknowledgmentIsTheNextByteExpected) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Data("abcd").Seq(1));
  peer.ExpectEventually(Ack(5), Duration::Millis(500));
  peer.Send(Data("efgh").Seq(5));
  peer.ExpectEventually(Ack(9), Duration::Millis(500));
  EXPECT_EQ(bench.Read(), "abcdefgh");
}

TEST(TcpData, EverySecondFullSegmentIsAcknowledgedAtOnce) {  // RFC 9293 SHLD-19
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  for (int i = 0; i < 6; i += 2) {
    peer.Send(Data("").Filler(1460));
    peer.Send(Data("").Filler(1460));
    peer.ExpectEventually(Ack(1 + 1460 * (i + 2)), Duration::Millis(1));
  }
}

TEST(TcpData, ALoneSegmentIsAcknowledgedWithinHalfASecond) {  // RFC 9293 MUST-40
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  for (int i = 0; i < 40; ++i) peer.Send(Data("").Filler(1460));  // past any quick-ACK phase
  bench.Advance(Duration::Millis(600));
  peer.Skip();
  peer.Send(Data("x"));
  peer.Expect(Ack(1 + 40 * 1460 + 1), Duration::Millis(499));
}

TEST(TcpData, PshMarksTheEndOfWhatIsBuffered) {  // RFC 9293 MUST-60
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  bench.Write(std::string(30'000, 'x'));  // more than the initial window
  std::size_t sent = 0;
  while (sent < 30'000) {
    const CapturedPtr data = peer.Take();
    sent += data->view.payload.size();
    EXPECT_EQ(data->view.flags.psh, sent == 30'000) << sent;
    if (!peer.HasWaiting()) peer.Send(Ack(static_cast<std::int64_t>(1 + sent)));
  }
}

TEST(TcpData, AcknowledgmentsRideOnData) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  bench.Write("ef");
  peer.Expect(Data("ef").Seq(1).Acking(1));
  peer.Send(Data("abcd").Seq(1).Acking(3));
  bench.Write("gh");
  peer.ExpectEventually(Data("gh").Seq(3).Acking(5));
}

TEST(TcpData, RetransmitsAndDoublesTheTimeout) {  // RFC 6298 5.5
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  bench.Write("abcd");
  std::vector<Instant> times;
  while (times.size() < 7) times.push_back(peer.Expect(Data("abcd").Seq(1), Duration::Seconds(70)));
  // A tail loss probe may come first; after that every gap is twice the one before.
  for (std::size_t i = 4; i < times.size(); ++i) {
    const double ratio = (times[i] - times[i - 1]).seconds() / (times[i - 1] - times[i - 2]).seconds();
    EXPECT_NEAR(ratio, 2.0, 0.1) << i;
  }
  peer.Send(Ack(5));
  peer.ExpectNothing(Duration::Seconds(2));
}

TEST(TcpData, RetransmittedBytesNeverChange) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  bench.Write("abcd");
  peer.Expect(Data("abcd").Seq(1));
  bench.Write("efgh");
  peer.Expect(Data("efgh").Seq(5));
  // Nothing is acknowledged: whatever comes again, alone or joined, has these bytes.
  for (int i = 0; i < 4; ++i) {
    const CapturedPtr again = peer.Take(Duration::Seconds(10));
    const std::string_view text(reinterpret_cast<const char*>(again->view.payload.data()), again->view.payload.size());
    const auto offset = again->view.seq.DistanceFrom(*peer.Incoming().seq) - 1;
    EXPECT_EQ(text, std::string_view("abcdefgh").substr(offset, text.size()));
  }
}

TEST(TcpData, TheReceiverReportsHolesAtOnceWithSack) {  // RFC 2018 4, RFC 5681 4.2
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Data("efgh").Seq(5));
  peer.Expect(Ack(1).Sack({{5, 9}}), Duration::Millis(1));
  peer.Send(Data("ijkl").Seq(9));
  peer.Expect(Ack(1).Sack({{5, 13}}), Duration::Millis(1));
  peer.Send(Data("qrst").Seq(17));
  peer.Expect(Ack(1).Sack({{17, 21}, {5, 13}}), Duration::Millis(1));  // the newest block first
  peer.Send(Data("mnop").Seq(13));
  peer.Expect(Ack(1).Sack({{5, 21}}), Duration::Millis(1));
  peer.Send(Data("abcd").Seq(1));
  peer.Expect(Ack(21).NoSack(), Duration::Millis(1));
  EXPECT_EQ(bench.Read(), "abcdefghijklmnopqrst");
}

TEST(TcpData, ADuplicateIsReportedWithDsack) {  // RFC 2883 4
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Data("abcd").Seq(1));
  peer.ExpectEventually(Ack(5), Duration::Millis(500));
  peer.Send(Data("abcd").Seq(1));
  peer.Expect(Ack(5).Sack({{1, 5}}), Duration::Millis(1));
  EXPECT_EQ(bench.Read(), "abcd");
}

TEST(TcpData, TheSenderRepairsAHoleWithoutATimeout) {  // RFC 6675, RFC 8985
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  for (const char* text : {"abcd", "efgh", "ijkl", "mnop", "qrst"}) {
    bench.Write(text);
    peer.Expect(Data(text), Duration::Millis(15));
  }
  bench.Advance(Bench::kRtt);
  peer.Skip();
  peer.Send(Ack(1).Sack({{5, 9}}));
  peer.Send(Ack(1).Sack({{5, 13}}));
  peer.Send(Ack(1).Sack({{5, 17}}));
  peer.Expect(Data("abcd").Seq(1), Duration::Millis(30));
  peer.Send(Ack(1).Sack({{5, 21}}));
  peer.Send(Ack(21));
  peer.ExpectNothing();
  EXPECT_EQ(bench.CounterOf(Counter::kTimeouts), 0u);
}

TEST(TcpData, WithoutSackThreeDuplicateAcksRepairTheHole) {  // RFC 5681 3.2
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain(), Syn().Mss(1460));
  for (const char* text : {"abcd", "efgh", "ijkl", "mnop"}) {
    bench.Write(text);
    peer.Expect(Data(text), Duration::Millis(15));
  }
  bench.Advance(Bench::kRtt);
  peer.Skip();
  for (int i = 0; i < 3; ++i) peer.Send(Ack(1));
  peer.Expect(Data("abcd").Seq(1), Duration::Millis(30));
}

TEST(TcpData, AZeroWindowIsProbedUntilItOpens) {  // RFC 9293 3.8.6.1, MUST-35..37
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Ack().Window(0));
  bench.Write("abcd");
  Instant last = bench.now();
  Duration gap;
  for (int i = 0; i < 5; ++i) {
    const CapturedPtr probe = peer.Take(Duration::Seconds(30));
    const auto seq = probe->view.seq.DistanceFrom(*peer.Incoming().seq);
    // Either form is good: an old byte's number without payload, or one byte of new data.
    EXPECT_TRUE((seq == 0 && probe->view.payload.size() <= 1) || (seq == 1 && probe->view.payload.size() == 1)) << seq;
    EXPECT_GE(probe->at - last + Duration::Millis(1), gap) << "the back-off grows";
    gap = probe->at - last;
    last = probe->at;
    peer.Send(Ack(1).Window(0));
    EXPECT_EQ(bench.failure(), std::nullopt);
  }
  peer.Send(Ack(1).Window(1000));
  peer.ExpectEventually(Data("abcd").Seq(1), Duration::Millis(500));
}

TEST(TcpData, ThePeersWindowIsObeyed) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Ack().Window(3000));
  bench.Write(std::string(10000, 'x'));
  bench.Advance(Duration::Millis(100));
  std::uint32_t highest = 0;
  for (int i = 0; i < 3 && highest < 3001; ++i) {
    const CapturedPtr sent = peer.Take(Duration::Millis(300));
    highest = std::max(highest, sent->view.End().DistanceFrom(*peer.Incoming().seq));
  }
  EXPECT_LE(highest, 3001u);
  EXPECT_GE(highest, 1461u);
}

TEST(TcpData, TheInitialWindowIsTenSegments) {  // RFC 6928
  ConnectionOptions options = Plain();
  options.tcp.pacing = false;
  Bench bench;
  Flow& peer = bench.AcceptTcp(options);
  bench.Write(std::string(60000, 'x'));
  int segments = 0;
  for (; segments < 10; ++segments) peer.Expect(Bare({.ack = true}).Length(1460), Duration::Millis(1));
  peer.ExpectNothing(Duration::Millis(15));
}

TEST(TcpData, NagleHoldsASmallSegmentWhileOneIsOutstanding) {  // RFC 9293 MUST-17
  ConnectionOptions options = Plain();
  options.tcp.no_delay = false;
  Bench bench;
  Flow& peer = bench.AcceptTcp(options);
  bench.Write("abcd");
  peer.Expect(Data("abcd"));
  bench.Write("ef");
  bench.Write("gh");
  peer.ExpectNothing(Duration::Millis(10));
  peer.Send(Ack(5));
  peer.Expect(Data("efgh").Seq(5), Duration::Millis(10));
}

TEST(TcpData, TimestampsAreEchoed) {  // RFC 7323 3.2
  Bench bench;
  bench.Listen(Plain());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).Timestamps(100, 0));
  peer.Expect(SynAck().Timestamps(0, 100));
  peer.Send(Ack().Timestamps(101, 0));
  peer.Send(Data("abcd").Timestamps(105, 0));
  peer.ExpectEventually(Ack(5).Timestamps(0, 105));
}

TEST(TcpData, PawsDropsAnOldDuplicateAndAcknowledges) {  // RFC 7323 5.3
  Bench bench;
  bench.Listen(Plain());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).Timestamps(1000, 0));
  peer.Expect(SynAck());
  peer.Send(Ack().Timestamps(1001, 0));
  bench.connection = bench.Accept();
  peer.Send(Data("abcd").Seq(1).Timestamps(1002, 0));
  peer.ExpectEventually(Ack(5));
  peer.Send(Data("evil").Seq(5).Timestamps(900, 0));
  peer.Expect(Ack(5), Duration::Millis(1));
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.CounterOf(Counter::kPawsDrop), 1u);
}

TEST(TcpData, UrgentDataIsDeliveredInLine) {  // RFC 9293 3.8.5, RFC 6093
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Data("abcd").WithUrg(4));
  peer.ExpectEventually(Ack(5));
  EXPECT_EQ(bench.Read(), "abcd");
}

}  // namespace
}  // namespace mptcpp::conformance
