// SPDX-License-Identifier: Apache-2.0
// How connections end: DATA_FIN in all its crossings, half-close, MP_FASTCLOSE, break before make (RFC 8684 3.3.3, 3.5, app. D).
#include "mptcp/connection_pair.h"

namespace mptcpp::core {
namespace {

std::optional<wire::Dss> DssIn(const TestWire& wire) {
  for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
    if (wire::SubtypeOf(wire.view.mptcp[i]) == wire::MptcpSubtype::kDss) return wire::ParseDss(wire.view.mptcp[i]);
  }
  return std::nullopt;
}
bool HasSubtype(const TestWire& wire, wire::MptcpSubtype subtype) {
  for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
    if (wire::SubtypeOf(wire.view.mptcp[i]) == subtype) return true;
  }
  return false;
}

void OpenTwo(ConnectionPair& pair) {
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.Run(Duration::Millis(100));
  ASSERT_EQ(pair.s().Info().subflow_count, 2);
}

// Covers: CLOSE-16
TEST(Closing, HalfCloseLeavesTheOtherDirectionOpen) {
  ConnectionPair pair;
  OpenTwo(pair);
  pair.client().to_write = 1000;
  pair.client().close_after_writing = true;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.s().AtEnd(); }));
  pair.Run(Duration::Millis(200));
  EXPECT_EQ(pair.c().Info().state, DataState::kFinWait2);
  EXPECT_EQ(pair.s().Info().state, DataState::kCloseWait);
  EXPECT_EQ(pair.c().Write(std::as_bytes(std::span("x")), pair.now).error(), Error::kShutdown);
  pair.server().to_write = 200'000;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.client().read == 200'000; }));
  pair.server().close_after_writing = true;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished() && pair.s().IsFinished(); }));
  EXPECT_TRUE(pair.c().AtEnd());
  EXPECT_EQ(pair.client().host.Seen(EventKind::kPeerClosed), 1u);
}

// Covers: CLOSE-11
TEST(Closing, BothAtOnce) {
  ConnectionPair pair;
  OpenTwo(pair);
  ASSERT_TRUE(pair.c().ShutdownWrite(pair.now));
  ASSERT_TRUE(pair.s().ShutdownWrite(pair.now));
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished() && pair.s().IsFinished(); }));
  EXPECT_EQ(pair.client().host.Seen(EventKind::kClosed), 1u);
  EXPECT_EQ(pair.server().host.Seen(EventKind::kClosed), 1u);
}

// Covers: CLOSE-3
TEST(Closing, DataFinWithoutPayloadHasNoSubflowSequence) {
  ConnectionPair pair;
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.capture = true;
  ASSERT_TRUE(pair.c().ShutdownWrite(pair.now));
  pair.Flush();
  ASSERT_EQ(pair.captured.size(), 1u);
  const auto dss = DssIn(pair.captured[0]);
  ASSERT_TRUE(dss && dss->data_fin && dss->mapping);
  EXPECT_EQ(dss->mapping->subflow_seq, 0u);
  EXPECT_EQ(dss->mapping->length, 1);
}

TEST(Closing, NothingFollowsADataFin) {
  ConnectionPair pair;
  pair.Open();
  pair.Run(Duration::Millis(50));
  bool forged = false;
  pair.filter = [&](TestWire& wire) {
    auto dss = DssIn(wire);
    if (forged || wire.to != ConnectionPair::kServer || !dss || !dss->mapping || wire.view.payload.size() != dss->mapping->length)
      return true;
    forged = true;
    dss->data_fin = true;
    ++dss->mapping->length;
    const auto option = wire.view.mptcp[0];
    wire::WriteDss(std::span(wire.bytes).subspan(static_cast<std::size_t>(option.data() - wire.bytes.data()), option.size()),
                   *dss);
    wire.Mend();
    return true;
  };
  pair.client().to_write = 1000;
  pair.RunUntil([&] { return pair.s().AtEnd(); });
  pair.client().to_write = 5000;
  pair.Run(Duration::Seconds(1));
  EXPECT_TRUE(forged);
  EXPECT_EQ(pair.s().Info().bytes_received, 1000u);
}

// Covers: CLOSE-17
TEST(Closing, DataFinIsRepeatedUntilItIsAcknowledged) {
  ConnectionPair pair;
  OpenTwo(pair);
  int lost = 0;
  pair.filter = [&](TestWire& wire) {
    const auto dss = DssIn(wire);
    return !(dss && dss->data_fin && lost < 6 && ++lost);
  };
  pair.TransferAndClose(5000, 5000);
  EXPECT_EQ(lost, 6);
}

// Covers: CLOSE-12
TEST(Closing, SubflowFinClosesOnlyTheSubflow) {
  ConnectionPair pair;
  OpenTwo(pair);
  pair.client().to_write = 2'000'000;
  pair.RunUntil([&] { return pair.server().read > 100'000; });
  ASSERT_TRUE(pair.c().CloseSubflow(SubflowId(0), pair.now));
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 2'000'000; }));
  EXPECT_EQ(pair.c().Info().first_tuple.remote, ConnectionPair::ServerAddress(0));
  pair.TransferAndClose(2'000'000, 100'000);
  EXPECT_EQ(pair.client().host.Seen(EventKind::kSubflowClosed), 2u);
}

// Covers: CLOSE-13
TEST(Closing, BreakBeforeMake) {
  ConnectionPair pair;
  pair.client().options.subflow_retry = Duration::Seconds(1);
  pair.Open();
  pair.client().to_write = 3'000'000;
  pair.RunUntil([&] { return pair.server().read > 100'000; });
  // A middlebox kills the only subflow.
  pair.paths[0].down = true;
  ASSERT_TRUE(pair.c().CloseSubflow(SubflowId(0), pair.now));
  pair.Run(Duration::Seconds(3));
  EXPECT_FALSE(pair.c().failure());
  pair.paths[0].down = false;
  pair.AddPath(1);
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 3'000'000; }));
}

TEST(Closing, ANewSubflowFollowsTheLastOneThatThePeerGivesUp) {
  ConnectionPair pair;
  pair.client().options.subflow_retry = Duration::Seconds(1);
  pair.Open();
  pair.server().to_write = 500'000;
  pair.paths[0].rate = Rate::MegabitsPerSecond(10);
  ASSERT_TRUE(pair.RunUntil([&] { return pair.client().read > 100'000; }));
  ASSERT_TRUE(pair.s().CloseSubflow(SubflowId(0), pair.now));
  EXPECT_TRUE(pair.RunUntil([&] { return pair.client().read == 500'000; }));
}

TEST(Closing, ANewSubflowAsksForTheWindowThatTheLastOneLeftShut) {
  ConnectionPair pair;
  pair.client().options.subflow_retry = Duration::Seconds(1);
  pair.client().options.receive_buffer = pair.client().options.initial_receive_buffer = Bytes::KiB(16);
  pair.server().options.tcp.user_timeout = Duration::Seconds(10);
  pair.client().options.tcp.keepalive_idle = Duration::Seconds(2);
  pair.client().options.tcp.keepalive_interval = Duration::Seconds(1);
  pair.client().reading = false;
  pair.Open();
  pair.server().to_write = 40'000;
  pair.Run(Duration::Seconds(2));
  ASSERT_EQ(pair.s().Info().send_window, Bytes());
  pair.paths[0].down = true;
  pair.Run(Duration::Seconds(15));
  ASSERT_EQ(pair.s().Info().subflow_count, 0);
  pair.client().reading = true;  // the window opens, and nobody hears of it
  pair.Run(Duration::Millis(100));
  pair.paths[0].down = false;
  EXPECT_TRUE(pair.RunUntil([&] { return pair.client().read == 40'000; }));
}

// Covers: CLOSE-13, CLOSE-15
TEST(Closing, WithoutAnySubflowItEndsAfterAWhile) {
  ConnectionPair pair;
  pair.client().options.close_timeout = Duration::Seconds(20);
  pair.client().options.tcp.user_timeout = Duration::Seconds(10);
  pair.Open();
  pair.paths[0].down = true;
  pair.client().to_write = 1000;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished(); }, Duration::Seconds(200)));
  EXPECT_EQ(pair.c().failure(), Error::kTimedOut);
  EXPECT_EQ(pair.client().host.Seen(EventKind::kFailed), 1u);
}

// Covers: FC-1, FC-3
TEST(Closing, FastcloseOnAnAckIsAnsweredByResets) {
  ConnectionPair pair;
  OpenTwo(pair);
  pair.client().to_write = 1'000'000;
  pair.RunUntil([&] { return pair.server().read > 100'000; });
  pair.capture = true;
  ASSERT_TRUE(pair.c().Abort(pair.now));
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished() && pair.s().IsFinished(); }));
  EXPECT_EQ(pair.s().failure(), Error::kReset);
  EXPECT_EQ(pair.c().failure(), Error::kAborted);
  int on_ack = 0;
  for (const TestWire& wire : pair.captured) on_ack += HasSubtype(wire, wire::MptcpSubtype::kFastclose) && !wire.view.flags.rst;
  EXPECT_EQ(on_ack, 1);
  EXPECT_EQ(pair.server().host[Counter::kMPFastcloseRx], 1u);
}

// Covers: FC-7, FC-8
TEST(Closing, FastcloseIsRepeatedThreeTimesThenReset) {
  ConnectionPair pair;
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.capture = true;
  pair.paths[0].down = true;
  ASSERT_TRUE(pair.c().Abort(pair.now));
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished(); }));
  int on_ack = 0;
  int on_rst = 0;
  for (const TestWire& wire : pair.captured) {
    if (HasSubtype(wire, wire::MptcpSubtype::kFastclose)) ++(wire.view.flags.rst ? on_rst : on_ack);
  }
  EXPECT_EQ(on_ack, 1 + 3);
  EXPECT_EQ(on_rst, 1);
}

TEST(Closing, NothingIsReadAfterAnAbort) {
  ConnectionPair pair;
  pair.Open();
  pair.client().reading = false;
  pair.server().to_write = 40'000;
  pair.server().close_after_writing = true;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().Info().bytes_received > 10'000; }));
  ASSERT_TRUE(pair.c().Abort(pair.now));
  std::byte buffer[100];
  EXPECT_EQ(pair.c().Read(buffer, pair.now).error(), Error::kAborted);
  EXPECT_TRUE(pair.c().Peek().empty());
  pair.Run(Duration::Seconds(2));  // the rest was under way
  EXPECT_EQ(pair.c().Read(buffer, pair.now).error(), Error::kAborted);
  EXPECT_FALSE(pair.c().AtEnd());
}

TEST(Closing, NothingIsDueAfterAnAbort) {
  ConnectionPair pair;
  pair.Open();
  pair.client().to_write = 40'000;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().Info().bytes_acked > 0; }));
  ASSERT_TRUE(pair.c().Abort(pair.now));  // with data on its way, some of which is still acknowledged
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished(); }));
  EXPECT_EQ(pair.c().NextDeadline(), Instant::Infinite());
}

// Covers: FC-5
TEST(Closing, FastcloseWithAWrongKeyIsIgnored) {
  ConnectionPair pair;
  OpenTwo(pair);
  pair.filter = [](TestWire& wire) {
    for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
      if (wire::SubtypeOf(wire.view.mptcp[i]) != wire::MptcpSubtype::kFastclose || wire.view.flags.rst) continue;
      wire.bytes[static_cast<std::size_t>(wire.view.mptcp[i].data() - wire.bytes.data()) + 7] ^= std::byte{1};
      wire.Mend();
    }
    return !wire.view.flags.rst;
  };
  ASSERT_TRUE(pair.c().Abort(pair.now));
  pair.Run(Duration::Millis(100));
  EXPECT_FALSE(pair.s().failure());
  EXPECT_EQ(pair.server().host[Counter::kMPFastcloseRx], 0u);
}

// Covers: FC-6
TEST(Closing, CrossingFastcloses) {
  ConnectionPair pair;
  OpenTwo(pair);
  ASSERT_TRUE(pair.c().Abort(pair.now));
  ASSERT_TRUE(pair.s().Abort(pair.now));
  EXPECT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished() && pair.s().IsFinished(); }));
}

// Covers: FC-9
TEST(Closing, UnreadDataAtCloseIsAnsweredByFastclose) {
  ConnectionPair pair;
  pair.server().reading = false;
  pair.Open();
  pair.client().to_write = 1000;
  pair.RunUntil([&] { return pair.s().Info().bytes_received == 1000; });
  ASSERT_TRUE(pair.s().Close(pair.now));
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished() && pair.s().IsFinished(); }));
  EXPECT_EQ(pair.c().failure(), Error::kReset);
}

TEST(Closing, PlainTcpResetFailsTheConnection) {
  ConnectionPair pair;
  pair.client().options.multipath = false;
  pair.Open();
  ASSERT_TRUE(pair.s().Abort(pair.now));
  ASSERT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished() && pair.s().IsFinished(); }));
  EXPECT_EQ(pair.c().failure(), Error::kReset);
}

TEST(Closing, ClosedBeforeItWasOpen) {
  ConnectionPair pair;
  pair.Connect();
  ASSERT_EQ(pair.c().Write(std::as_bytes(std::span("x", 1)), pair.now), 1u);
  ASSERT_TRUE(pair.c().ShutdownWrite(pair.now));
  pair.server().reading = false;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().connection && pair.s().Info().state == DataState::kCloseWait; }));
  EXPECT_EQ(pair.s().Info().bytes_received, 1u);
}

}  // namespace
}  // namespace mptcpp::core
