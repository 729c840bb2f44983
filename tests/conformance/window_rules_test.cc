// SPDX-License-Identifier: Apache-2.0
// The one window of a connection and the windows of its subflows (RFC 8684 3.3.4, 3.3.5), in bytes: nothing is scaled here.
#include <gtest/gtest.h>

#include <vector>

#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"

namespace mptcpp::conformance {
namespace {

ConnectionOptions NoDelay() {
  ConnectionOptions options;
  options.tcp.no_delay = true;
  return options;
}

// The peer's shared window is ten bytes, of which "B" took one.
class WindowRules : public ::testing::Test {
 protected:
  void SetUp() override {
    bench_.Listen(NoDelay());
    first_ = &bench_.NewFlow();
    first_->default_window = 10;
    first_->Send(Syn().Mss(1460).MpCapable());
    first_->Expect(SynAck());
    first_->Send(Ack().MpCapable());
    first_->Skip();
    bench_.connection = bench_.Accept();
    bench_.ExchangeOneByte(*first_);
  }
  Flow& JoinWithWindow(std::uint16_t window) {
    Flow& flow = bench_.NewFlow(*first_, {Bench::kPeerAddress2, Bench::kPeerPort});
    flow.default_window = window;
    flow.Send(Syn().Mss(1460).MpJoin(2));
    flow.Expect(SynAck());
    flow.Send(Ack().MpJoin(2));
    flow.Expect(Ack(1));
    return flow;
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: WIN-7
TEST_F(WindowRules, AnOlderDataAckDoesNotMoveTheWindow) {
  Flow& second = JoinWithWindow(10);
  first_->Send(Ack().MpPrio(true));  // the data takes the second
  bench_.Write("0123456789abcdefghijABCDEFGHIJ");
  second.ExpectEventually(Data("0123456789").Map(2, 1, 10));
  second.Send(Ack().DataAck(12));
  second.ExpectEventually(Data("abcdefghij").Map(12, 11, 10));
  first_->Send(Ack().DataAck(6).Window(60));  // sent long ago on a slow path: old, and ends beyond the window
  first_->Send(Ack().DataAck(12).Window(3));  // and a window that seems smaller
  bench_.Advance(Duration::Millis(10));
  second.ExpectNothing(Duration::Millis(10));
  second.Send(Ack().DataAck(22));
  second.ExpectEventually(Data("ABCDEFGHIJ").Map(22, 21, 10));
}

// Covers: WIN-8, WIN-9
TEST_F(WindowRules, TheLargestWindowCountsAndEachSubflowsOwnIsObeyed) {
  Flow& second = JoinWithWindow(10);
  first_->Send(Ack().MpPrio(true));
  bench_.Write("0123456789abcdefghij");
  second.ExpectEventually(Data("0123456789").Map(2, 1, 10));
  // The first shows twenty bytes: ten more may go, and not on the second, whose own ten are used up.
  first_->Send(Ack().DataAck(2).Window(20));
  bench_.Advance(Duration::Millis(5));
  second.ExpectNothing(Duration::Millis(5));
  first_->Send(Ack().DataAck(2).Window(20).MpPrio(false));
  first_->ExpectEventually(Data("abcdefghij").Map(12, 2, 10));
}

// Covers: WIN-1, WIN-2, SEM-2
TEST(SharedWindow, TheRightEdgeOnAllSubflowsNeverMovesLeft) {
  ConnectionOptions options = NoDelay();
  options.receive_buffer = options.initial_receive_buffer = Bytes::KiB(32);
  Bench bench;
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  Flow& second = bench.Join(first);
  first.Skip();
  second.Skip();
  std::uint64_t edge = 0, dsn = 2;
  for (int i = 0; i < 20; ++i) {
    Flow& flow = i % 2 == 0 ? first : second;
    flow.Send(Data("").Filler(700).Map(dsn, flow.next_seq(), 700).DataAck(2));
    dsn += 700;
    bench.Advance(Duration::Millis(100));
    if (i == 10) bench.Read();
    for (Flow* any : {&first, &second}) {
      while (any->HasWaiting()) {
        const CapturedPtr ack = any->Take();
        const auto dss = wire::ParseDss(RawOption(*ack, wire::MptcpSubtype::kDss));
        ASSERT_TRUE(dss && dss->data_ack && dss->data_ack->is_64_bit);
        const std::uint64_t right = dss->data_ack->value - first.peer().own_idsn().value() + ack->view.window;
        EXPECT_GE(right, edge);
        edge = std::max(edge, right);
      }
    }
  }
  EXPECT_GT(edge, 32'000u);
}

// Far ahead in the subflow and not in the data: what is in between was reinjected, or is a lie. Either way it takes no memory but
// the place of its data in the shared window, and no place at all outside.
// Covers: WIN-4
TEST(SharedWindow, ASubflowFarAheadOfItsDataTakesNoMemory) {
  ConnectionOptions options = NoDelay();
  options.receive_buffer = options.initial_receive_buffer = Bytes::KiB(64);
  Bench bench;
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  for (std::uint32_t seq = 10'000; seq < 50'000; seq += 1000) {
    first.Send(Data("").Filler(1000).Seq(seq).Map(2, seq, 1000).DataAck(2));  // the same thousand bytes of data again and again
  }
  bench.Advance(Duration::Millis(100));
  EXPECT_EQ(bench.Info().bytes_received, 1001u);
  EXPECT_EQ(bench.Info().out_of_order, Bytes());
  EXPECT_EQ(bench.Info().receive_buffer_used, Bytes(1000));
  first.Send(Data("").Filler(1000).Seq(60'000).Map(70'000, 60'000, 1000).DataAck(2));
  EXPECT_EQ(bench.Info().out_of_order, Bytes());
  EXPECT_EQ(bench.Read().size(), 1000u);
}

// A subflow that nobody answers ends at the bound that is configured, also below TCP's own; only then is it forgotten.
// Covers: RTX-6
TEST(SubflowFailure, ComesAfterTheConfiguredTime) {
  ConnectionOptions options = NoDelay();
  options.tcp.user_timeout = Duration::Seconds(5);
  Bench bench;
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  Flow& second = bench.Join(first, 2, true);
  bench.Write("abcd");
  first.ExpectEventually(Data("abcd").Map(2, 2, 4));
  second.ExpectEventually(Data("abcd").SomeMap(), Duration::Seconds(2));
  second.Send(Ack().DataAck(6));
  EXPECT_EQ(bench.Info().subflow_count, 2);
  EXPECT_TRUE(bench.AdvanceUntil([&] { return bench.Info().subflow_count == 1; }, Duration::Seconds(12)));
  EXPECT_EQ(bench.failure(), std::nullopt);
}

}  // namespace
}  // namespace mptcpp::conformance
