// SPDX-License-Identifier: Apache-2.0
// A Sender with nothing around it: a window that the test sets, an upper layer that writes down what it is told, a clock in
// milliseconds. For tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tcp/sender.h"

namespace mptcpp::tcp {

// A controller that keeps the window it is given, halves it when told of congestion, and notes what happened.
class ScriptedController final : public congestion::Controller {
 public:
  explicit ScriptedController(const congestion::ControllerConfig& config) : mss_(config.mss) {
    control_.cwnd = Bytes(std::int64_t{config.initial_window_segments} * config.mss);
  }
  std::string_view name() const override { return "scripted"; }
  const congestion::Control& control() const override { return control_; }
  void OnSent(Instant, Bytes bytes, Bytes) override { sent += bytes; }
  void OnAck(const congestion::AckSample& ack) override { acks.push_back(ack); }
  void OnCongestionEvent(const congestion::CongestionEvent& event) override {
    congestion.push_back(event);
    before_ = control_;
    control_.ssthresh = control_.cwnd = control_.cwnd / 2;
  }
  void OnRto(Instant, Bytes, bool first) override {
    ++timeouts;
    if (first) before_ = control_, control_.ssthresh = control_.cwnd / 2;
    control_.cwnd = Bytes(mss_);
  }
  void OnSpuriousLoss(Instant) override { control_ = before_, ++spurious; }
  void OnIdle(Instant, Duration, Bytes) override { ++idle; }
  void OnLongUnused() override { ++long_unused; }
  void LimitWindow(Bytes cwnd, Bytes) override { control_.cwnd = Smaller(control_.cwnd, cwnd); }
  void OnMssChange(std::uint32_t mss) override { mss_ = mss; }
  void SetWindow(Bytes cwnd) { control_.cwnd = cwnd; }

  std::vector<congestion::AckSample> acks;
  std::vector<congestion::CongestionEvent> congestion;
  int timeouts = 0, spurious = 0, idle = 0, long_unused = 0;
  Bytes sent;

 private:
  std::uint32_t mss_;
  congestion::Control control_;
  congestion::Control before_;
};

inline const congestion::ControllerInfo& ScriptedControllerInfo() {
  static const congestion::ControllerInfo info{
      .name = "scripted",
      .summary = "",
      .coupled = false,
      .make = [](congestion::ControllerSlot& slot, const congestion::ControllerConfig& config, congestion::Group&) {
        slot.Emplace<ScriptedController>(config);
      }};
  return info;
}

class NotingUpper final : public Upper {
 public:
  std::size_t WriteOptions(const OutgoingSegment&, std::span<std::byte>) override { return 0; }
  std::size_t DataOptionBytes() const override { return 0; }
  OptionVerdict ReadOptions(const wire::SegmentView&, Bytes) override { return OptionVerdict::kOk; }
  void FillPayload(PayloadRange, TxPacket&) override {}
  void OnAcknowledged(PayloadRange range) override {
    EXPECT_EQ(range.offset, acknowledged) << "ranges come back once, in order";
    EXPECT_GT(range.length, 0u);
    acknowledged = range.offset + range.length;
  }
  bool OnPayload(std::uint64_t, std::span<const std::byte>) override { return true; }
  Bytes ReceiveWindow() const override { return Bytes::MiB(1); }

  std::uint64_t acknowledged = 0;
};

constexpr std::uint32_t kTestMss = 1000;
constexpr SeqNum kTestIss{0xfffffc18u};  // data begins 999 before the wrap

// Sequence numbers in tests are data bytes: 0 is the first one after the SYN.
class SenderTest : public testing::Test {
 public:
  explicit SenderTest(const congestion::ControllerInfo& info = ScriptedControllerInfo()) : info_(info) { options.pacing = false; }

  void Make() {
    sender.emplace(options, counters, info_, group, kTestIss, upper);
    sender->SetSackPermitted(true);
    sender->SetMss(kTestMss);
  }
  // The handshake, with this round-trip time.
  void Establish(Duration rtt = Duration::Millis(40)) {
    if (!sender) Make();
    sender->OnSentNew({}, true, false, false, now);
    now = now + rtt;
    const AckOutcome outcome = sender->OnAck({.ack = At(0), .arrival = now}, now);
    EXPECT_TRUE(outcome.syn_acked);
  }
  static SeqNum At(std::uint64_t data) { return kTestIss + 1 + static_cast<std::uint32_t>(data); }

  void Send(std::uint32_t length) {
    sender->OnSentNew({.offset = sender->stream_offset_sent(), .length = length}, false, false, true, now);
    Check();
  }
  void SendSegments(int n) {
    for (int i = 0; i < n; ++i) Send(kTestMss);
  }
  AckOutcome Ack(std::uint64_t ack, std::vector<std::pair<std::uint64_t, std::uint64_t>> sack = {}) {
    std::vector<wire::SackBlock> blocks;
    for (const auto& [left, right] : sack) blocks.push_back({At(left), At(right)});
    const AckOutcome outcome =
        sender->OnAck({.ack = At(ack), .sack = blocks, .timestamp_echo = echo, .ecn_echo = ecn_echo, .arrival = now}, now);
    Check();
    return outcome;
  }
  // What may be retransmitted now, as "first+length" in data bytes; leaves if there is something.
  std::string Retransmit(std::uint32_t max_bytes = 64 * 1024) {
    const std::optional<SendOrder> order = sender->NextRetransmission(max_bytes, now);
    if (!order) return "-";
    EXPECT_EQ(order->payload.offset, order->stream_offset);
    sender->OnRetransmitted(*order, now);
    Check();
    if (order->syn) return "SYN";
    const std::string text = std::to_string(order->seq.DistanceFrom(At(0))) + "+" + std::to_string(order->payload.length);
    return order->fin ? text + "F" : text;
  }
  Sender::Expired WaitForDeadline() {
    now = sender->NextDeadline();
    EXPECT_FALSE(now.IsInfinite());
    const Sender::Expired expired = sender->OnDeadline(now);
    Check();
    return expired;
  }
  void Pass(std::int64_t ms) { now = now + Duration::Millis(ms); }
  void Check() {
    ASSERT_STREQ(sender->Inconsistency(), nullptr);
    ASSERT_EQ(upper.acknowledged, sender->stream_offset_acked());
  }
  ScriptedController& controller() { return static_cast<ScriptedController&>(sender->controller()); }
  void SetWindow(std::int64_t segments) { controller().SetWindow(Bytes(segments * kTestMss)); }

  TcpOptions options;
  Counters counters;
  congestion::Group group;
  NotingUpper upper;
  std::optional<Sender> sender;
  Instant now = Instant::FromNanos(5'000'000'000);
  std::optional<std::uint32_t> echo;
  bool ecn_echo = false;

 private:
  const congestion::ControllerInfo& info_;
};

}  // namespace mptcpp::tcp
