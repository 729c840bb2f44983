// SPDX-License-Identifier: Apache-2.0
// For tests: an upper layer that is nothing but a byte stream, and a pipe that connects two subflows through real wire bytes,
// with a delay and a filter that may lose, hold back or change each segment. Virtual time; ties go by order of insertion.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tcp/subflow.h"
#include "wire/gso.h"

namespace mptcpp::tcp {

// The byte at each place of a test stream: no short period, so that a byte at a wrong place shows.
inline std::byte PatternByte(std::uint64_t offset) {
  return static_cast<std::byte>((offset * 2654435761u + (offset >> 13)) >> 7);
}

class StreamUpper : public Upper {
 public:
  static constexpr std::uint64_t kOrigin = 1'000'000;  // the upper layer's own number of the first byte

  // --- what a test sets ---
  std::uint64_t to_send = 0;          // bytes written by the application
  std::uint64_t buffer = 256 * 1024;  // receive buffer
  bool reading = true;                // the application reads at once
  std::size_t option_bytes = 0;       // what WriteOptions writes on every segment (NOPs)
  OptionVerdict verdict = OptionVerdict::kOk;
  bool take_payload = true;

  // --- what it saw ---
  std::uint64_t sent = 0;  // handed to the subflow
  std::uint64_t acknowledged = 0;
  std::uint64_t in_order = 0;  // received, contiguous
  std::uint64_t read = 0;
  std::uint64_t delivered_bytes = 0;  // sum of all OnPayload
  int options_read = 0;
  Bytes last_window;
  std::vector<OutgoingSegment> asked;  // every WriteOptions call

  std::size_t WriteOptions(const OutgoingSegment& segment, std::span<std::byte> space) override {
    asked.push_back(segment);
    return wire::WriteNops(space, std::min(option_bytes, space.size()));
  }
  std::size_t DataOptionBytes() const override { return option_bytes; }
  OptionVerdict ReadOptions(const wire::SegmentView&, Bytes window) override {
    ++options_read;
    last_window = window;
    return verdict;
  }
  void FillPayload(PayloadRange range, TxPacket& packet) override {
    bytes_.resize(std::max<std::size_t>(bytes_.size(), range.offset - kOrigin + range.length));
    for (std::uint64_t i = range.offset - kOrigin; i < range.offset - kOrigin + range.length; ++i) bytes_[i] = PatternByte(i);
    packet.AddSlice(std::span(bytes_).subspan(range.offset - kOrigin, range.length));
  }
  void OnAcknowledged(PayloadRange range) override {
    EXPECT_EQ(range.offset, kOrigin + acknowledged) << "acknowledged out of order";
    acknowledged += range.length;
  }
  bool OnPayload(std::uint64_t stream_offset, std::span<const std::byte> bytes) override {
    if (!take_payload) return false;
    EXPECT_FALSE(bytes.empty());
    EXPECT_LE(stream_offset + bytes.size(), read + buffer) << "beyond the window";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] != PatternByte(stream_offset + i)) ADD_FAILURE() << "wrong byte at " << stream_offset + i;
    }
    delivered_bytes += bytes.size();
    pieces_[stream_offset] = stream_offset + bytes.size();
    for (auto it = pieces_.begin(); it != pieces_.end() && it->first <= in_order; it = pieces_.erase(it)) {
      EXPECT_EQ(it->first, in_order) << "a byte came twice";
      in_order = it->second;
    }
    if (reading) read = in_order;
    return true;
  }
  Bytes ReceiveWindow() const override { return Bytes(static_cast<std::int64_t>(read + buffer - in_order)); }

 private:
  std::vector<std::byte> bytes_;
  std::map<std::uint64_t, std::uint64_t> pieces_;
};

// One end: a subflow with everything it needs.
struct PipeEnd {
  TcpOptions options;
  Counters counters;
  ChallengeAckLimiter challenge_acks{1000};
  congestion::Group group;
  StreamUpper upper;
  FourTuple tuple;
  SeqNum iss{0};
  std::uint32_t timestamp_offset = 0;
  bool fast_path = true;
  std::unique_ptr<Subflow> subflow;
  Facts facts;  // everything that ever happened, or-ed

  void Make() {
    subflow = std::make_unique<Subflow>(SubflowConfig{.options = options,
                                                      .counters = counters,
                                                      .challenge_acks = challenge_acks,
                                                      .congestion = *congestion::FindController("newreno"),
                                                      .group = group,
                                                      .tuple = tuple,
                                                      .initial_sequence = iss,
                                                      .timestamp_offset = timestamp_offset,
                                                      .fast_path = fast_path},
                                        upper);
  }
  void CollectFacts() {
    const Facts f = subflow->TakeFacts();
    facts.established |= f.established;
    facts.ack_advanced |= f.ack_advanced;
    facts.peer_fin |= f.peer_fin;
    facts.fin_acknowledged |= f.fin_acknowledged;
    facts.closed |= f.closed;
    facts.reset |= f.reset;
    facts.timed_out |= f.timed_out;
    facts.unreachable |= f.unreachable;
    facts.rto_fired |= f.rto_fired;
    facts.tlp_fired |= f.tlp_fired;
    facts.loss_marked |= f.loss_marked;
    facts.window_opened |= f.window_opened;
    facts.keepalive_answered |= f.keepalive_answered;
  }
  // The next packet to send, as a connection would choose it.
  bool Next(TxPacket& packet, Instant now) {
    if (subflow->TransmitUrgent(packet, now)) return true;
    const std::uint64_t waiting = upper.to_send - upper.sent;
    std::uint64_t space = static_cast<std::uint64_t>(subflow->SendSpace(now).count());
    if (waiting > 0 && space == 0 && subflow->WantsProbeData()) space = subflow->effective_mss();
    if (const std::uint64_t n = std::min(waiting, space); n > 0) {
      const PayloadRange range{StreamUpper::kOrigin + upper.sent, static_cast<std::uint32_t>(n)};
      upper.sent += n;
      subflow->TransmitNew(range, upper.sent == upper.to_send, packet, now);
      return true;
    }
    if (CanSend(subflow->state())) {
      subflow->SetDataWaiting(waiting > 0);
      subflow->SetWindowBlocked(
          waiting > 0 && subflow->peer_window() < Bytes(subflow->effective_mss()) && !subflow->HasOutstanding(), now);
    }
    return subflow->TransmitAck(packet, now);
  }
};

// A segment on its way, as wire bytes.
struct Wire {
  int to = 0;
  std::vector<std::byte> bytes;
  Ecn ecn = Ecn::kNotEct;
  wire::SegmentView view;  // of `bytes`

  bool Parse(const FourTuple& receiver, Instant now, std::uint16_t gso_size = 0) {
    return wire::ParseSegment({.source = receiver.remote.address,
                               .destination = receiver.local.address,
                               .segment = bytes,
                               .arrival = now,
                               .gso_size = gso_size,
                               .checksum_verified = false,
                               .ecn = ecn},
                              view) == wire::ParseResult::kOk;
  }
};

class Pipe {
 public:
  enum : int { kA = 0, kB = 1 };
  Instant now = Instant::FromNanos(5'000'000'000);
  Duration delay = Duration::Millis(10);
  PipeEnd ends[2];
  // Decides about each segment: nullopt loses it, a duration is added to its delay. May change ecn.
  std::function<std::optional<Duration>(Wire&)> filter;
  std::vector<std::string> log;  // "A: SYN 0+0 ack 0"
  bool listening = true;         // B makes a subflow out of a SYN

  Pipe() {
    ends[kA].tuple = {{IpAddress::V4(10, 0, 0, 1), 1000}, {IpAddress::V4(10, 0, 0, 2), 80}};
    ends[kB].tuple = {ends[kA].tuple.remote, ends[kA].tuple.local};
    ends[kA].iss = SeqNum(0xfffffff0);  // wraps soon
    ends[kB].iss = SeqNum(7000);
    ends[kA].timestamp_offset = 0xfffff000;
    ends[kB].timestamp_offset = 77;
  }
  Subflow& a() { return *ends[kA].subflow; }
  Subflow& b() { return *ends[kB].subflow; }

  void Open() {
    ends[kA].Make();
    a().OpenActive(now);
    Run([&] { return ends[kB].subflow && a().IsEstablished() && b().IsEstablished(); });
  }
  // Sends whatever both have to send now.
  void Flush() {
    for (int from : {kA, kB}) {
      if (!ends[from].subflow) continue;
      TxPacket packet;
      while (ends[from].Next(packet, now)) Emit(from, packet);
      ends[from].CollectFacts();
    }
  }
  void Deliver(Wire wire) {
    PipeEnd& end = ends[wire.to];
    ASSERT_TRUE(wire.Parse(end.tuple, now));
    if (!end.subflow) {
      if (!listening || !wire.view.flags.syn || wire.view.flags.ack) return;
      end.Make();
      end.subflow->OpenPassive(wire.view, now);
    } else {
      end.subflow->Receive(wire.view, now);
    }
    EXPECT_EQ(end.subflow->Inconsistency(), nullptr) << end.subflow->Inconsistency();
    end.CollectFacts();
  }
  // Lets time pass until done() or `limit` later.
  void Run(const std::function<bool()>& done, Duration limit = Duration::Seconds(120)) {
    const Instant end = now + limit;
    int idle_rounds = 0;
    for (;;) {
      Flush();
      if (done()) return;
      Instant next = on_the_way_.empty() ? Instant::Infinite() : on_the_way_.begin()->first.first;
      for (PipeEnd& e : ends) {
        if (e.subflow) next = Sooner(next, e.subflow->NextDeadline());
      }
      if (next > end) {
        now = end;
        return;
      }
      idle_rounds = next <= now ? idle_rounds + 1 : 0;
      ASSERT_LT(idle_rounds, 10'000) << "time stands still";
      if (next > now) now = next;
      Step();
    }
  }
  void RunFor(Duration time) {
    Run([] { return false; }, time);
  }
  // A segment made by hand, as if `from` had sent it; arrives at once.
  void Inject(int from, const wire::HeaderFields& fields, std::size_t payload = 0,
              std::optional<wire::Timestamps> timestamps = {}, std::uint64_t pattern_offset = 0) {
    std::array<std::byte, 40> options;
    std::size_t n = 0;
    if (timestamps) n = wire::WriteTimestamps(std::span(options), *timestamps);
    TxPacket packet;
    std::vector<std::byte> bytes(payload);
    for (std::size_t i = 0; i < payload; ++i) bytes[i] = PatternByte(pattern_offset + i);
    wire::HeaderFields f = fields;
    f.source_port = ends[from].tuple.local.port;
    f.destination_port = ends[from].tuple.remote.port;
    packet.source = ends[from].tuple.local.address;
    packet.destination = ends[from].tuple.remote.address;
    packet.segment_size = static_cast<std::uint16_t>(std::max<std::size_t>(payload, 1));
    packet.AddSlice(bytes);
    wire::WriteHeader(f, std::span(options).first(n), packet);
    Wire w{.to = 1 - from};
    w.bytes.resize(packet.header_length + payload);
    wire::EmitSegment(packet, 0, w.bytes);
    Deliver(std::move(w));
  }
  // What `from` sends now, without delivering it: one packet, parsed. nullopt: nothing.
  std::optional<Wire> Take(int from) {
    TxPacket packet;
    if (!ends[from].Next(packet, now)) return std::nullopt;
    Wire w{.to = 1 - from};
    w.bytes.resize(packet.header_length + packet.payload_length);
    packet.segment_size = static_cast<std::uint16_t>(std::max<std::uint32_t>(packet.payload_length, 1));
    w.bytes.resize(wire::EmitSegment(packet, 0, w.bytes));
    w.ecn = packet.ecn;
    EXPECT_TRUE(w.Parse(ends[1 - from].tuple, now));
    ends[from].CollectFacts();
    return w;
  }
  void DropAll() { on_the_way_.clear(); }

 private:
  void Emit(int from, const TxPacket& packet) {
    for (std::size_t i = 0; i < wire::SegmentCount(packet); ++i) {
      Wire w{.to = 1 - from};
      w.bytes.resize(packet.header_length + packet.segment_size + packet.payload_length);
      w.bytes.resize(wire::EmitSegment(packet, i, w.bytes));
      w.ecn = packet.ecn;
      Duration extra;
      if (filter) {
        ASSERT_TRUE(w.Parse(ends[w.to].tuple, now));
        const std::optional<Duration> fate = filter(w);
        if (!fate) continue;
        extra = *fate;
      }
      on_the_way_.emplace(std::pair(now + delay + extra, order_++), std::move(w));
    }
  }
  void Step() {
    while (!on_the_way_.empty() && on_the_way_.begin()->first.first <= now) {
      Wire w = std::move(on_the_way_.begin()->second);
      on_the_way_.erase(on_the_way_.begin());
      Deliver(std::move(w));
    }
    for (PipeEnd& e : ends) {
      if (e.subflow && e.subflow->NextDeadline() <= now) e.subflow->OnDeadline(now);
    }
  }

  std::map<std::pair<Instant, std::uint64_t>, Wire> on_the_way_;
  std::uint64_t order_ = 0;
};

}  // namespace mptcpp::tcp
