// SPDX-License-Identifier: Apache-2.0
#include "conformance/harness/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "wire/gso.h"
#include "wire/mptcp_options.h"

namespace mptcpp::conformance {

void ScriptedRandom::Fill(std::span<std::byte> out) {
  if (next_key && out.size() == 8) {
    std::memcpy(out.data(), &*next_key, 8);
  } else {
    random_.Fill(out);
  }
}

Bench::Bench(const EndpointOptions& options) : endpoint_(options, random) {}

void Bench::Check(bool ok, const char* what) {
  if (!ok) throw ScriptFailed(fmt::format("the call failed: {}", what));
}

void Bench::Advance(Duration time) { AdvanceTo(now_ + time); }

void Bench::AdvanceTo(Instant at) {
  AdvanceUntil([] { return false; }, at - now_);
}

bool Bench::AdvanceUntil(const std::function<bool()>& condition, Duration most) {
  const Instant end = now_ + most;
  Pump();
  for (int steps = 0; !condition(); ++steps) {
    const Instant next = endpoint_.NextDeadline();
    if (next > end) {
      now_ = end;
      return condition();
    }
    if (steps > 1'000'000) throw ScriptFailed("the endpoint wants to be called again and again");
    if (next > now_) now_ = next;
    endpoint_.OnDeadline(now_);
    Pump();
  }
  return true;
}

// As a driver does: everything due goes, and what follows from sending is due at once, too.
void Bench::Pump() {
  TransmitAll();
  for (int rounds = 0; endpoint_.NextDeadline() <= now_; ++rounds) {
    if (rounds > 1000) throw ScriptFailed("the endpoint wants to be called again and again");
    endpoint_.OnDeadline(now_);
    TransmitAll();
  }
  PollEvents();
}

void Bench::TransmitAll() {
  std::array<TxPacket, 8> packets;
  for (std::size_t count; (count = endpoint_.Transmit(packets, now_)) != 0;) {
    for (const TxPacket& packet : std::span(packets).first(count)) {
      for (std::size_t i = 0; i < wire::SegmentCount(packet); ++i) {
        auto captured = std::make_unique<Captured>();
        captured->at = now_;
        captured->bytes.resize(packet.header_length + packet.payload_length);
        captured->bytes.resize(wire::EmitSegment(packet, i, captured->bytes));
        captured->source = packet.source;
        captured->destination = packet.destination;
        RxPacket rx;
        rx.source = packet.source;
        rx.destination = packet.destination;
        rx.segment = captured->bytes;
        rx.arrival = now_;
        const auto parsed = wire::ParseSegment(rx, captured->view);
        Check(parsed == wire::ParseResult::kOk, "parsing what the endpoint sent");
        Dispatch(std::move(captured));
      }
    }
  }
}

void Bench::PollEvents() {
  std::array<Event, 16> events;
  for (std::size_t count; (count = endpoint_.PollEvents(events)) != 0;) {
    events_.insert(events_.end(), events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

void Bench::Dispatch(CapturedPtr captured) {
  for (const auto& flow : flows_) {
    if (flow->Owns(*captured)) return flow->Deliver(std::move(captured));
  }
  unclaimed_.push_back(std::move(captured));
}

void Bench::Inject(const Flow& flow, std::span<const std::byte> segment) {
  RxPacket rx;
  rx.source = flow.own().address;
  rx.destination = flow.theirs().address;
  rx.segment = segment;
  rx.arrival = now_;
  endpoint_.Receive(std::span(&rx, 1), now_);
  Pump();
}

void Bench::Listen(const ConnectionOptions& options, std::uint16_t port) {
  const auto listener = endpoint_.Listen({IpAddress::AnyV4(), port}, options, 16);
  Check(listener.has_value(), "Listen");
  listener_ = *listener;
}

Flow& Bench::NewFlow(const SocketAddress& own, const SocketAddress& theirs) {
  flows_.push_back(std::make_unique<Flow>(*this, std::make_shared<Peer>(), own, theirs, next_isn_ += 0x01000000));
  return *flows_.back();
}

Flow& Bench::NewFlow(const Flow& of, const SocketAddress& own, const SocketAddress& theirs) {
  flows_.push_back(std::make_unique<Flow>(*this, of.shared_peer(), own, theirs, next_isn_ += 0x01000000));
  return *flows_.back();
}

Flow& Bench::Connect(const ConnectionOptions& options) {
  const SocketAddress remote{kPeerAddress, kDutPort};
  const auto made = endpoint_.Connect({kDutAddress, 0}, remote, options, now_);
  Check(made.has_value(), "Connect");
  connection = *made;
  Pump();
  return TakeNewFlow(remote);
}

Flow& Bench::TakeNewFlow(const SocketAddress& remote) {
  Check(!unclaimed_.empty(), "no SYN was sent");
  const CapturedPtr syn = std::move(unclaimed_.front());
  unclaimed_.pop_front();
  Flow& flow = NewFlow(remote, syn->view.source);
  flow.Deliver(std::make_unique<Captured>(std::move(*syn)));
  return flow;
}

Flow& Bench::ExpectNewFlow(const Flow& of, const Segment& syn, Duration within, std::source_location where) {
  if (!AdvanceUntil([this] { return !unclaimed_.empty(); }, within)) of.Abort("no new flow began: " + syn.ToString(), where);
  CapturedPtr first = std::move(unclaimed_.front());
  unclaimed_.pop_front();
  Flow& flow = NewFlow(of, first->view.destination, first->view.source);
  flow.Deliver(std::move(first));
  flow.Expect(syn, Duration::Zero(), where);
  return flow;
}

Flow& Bench::AcceptTcp(const ConnectionOptions& options, Segment syn) {
  if (listener_.IsNone()) Listen(options);
  Flow& flow = NewFlow();
  flow.Send(syn);
  flow.Expect(SynAck());
  Advance(kRtt);
  flow.Send(Ack());
  connection = Accept();
  return flow;
}

Flow& Bench::ConnectTcp(const ConnectionOptions& options, Segment syn_ack) {
  Flow& flow = Connect(options);
  flow.Expect(Syn());
  Advance(kRtt);
  flow.Send(syn_ack);
  flow.Expect(Ack(1).NoMptcp());
  return flow;
}

Flow& Bench::AcceptMptcp(const ConnectionOptions& options, std::uint8_t flags) {
  if (listener_.IsNone()) Listen(options);
  Flow& flow = NewFlow();
  flow.peer().checksum = options.checksum || (flags & 0x80) != 0;
  flow.peer().version = options.version == VersionPolicy::kVersion0 ? 0 : 1;
  flow.Send(Syn().Mss(1460).SackPermitted().MpCapable(flags));
  flow.Expect(SynAck());
  Advance(kRtt);
  flow.Send(Ack().MpCapable(flow.peer().checksum ? 0x81 : 0x01));
  flow.Skip();  // a Data ACK at once, which tells the opener that the path is proven, is welcome
  connection = Accept();
  return flow;
}

Flow& Bench::ConnectMptcp(const ConnectionOptions& options, std::uint8_t flags) {
  Flow& flow = Connect(options);
  flow.peer().checksum = options.checksum || (flags & 0x80) != 0;
  flow.peer().version = options.version == VersionPolicy::kVersion0 ? 0 : 1;
  flow.Expect(Syn().MpCapable(options.checksum ? 0x81 : 0x01));
  Advance(kRtt);
  flow.Send(SynAck().Mss(1460).SackPermitted().MpCapable(flags));
  flow.Expect(Ack(1).MpCapable(flow.peer().checksum ? 0x81 : 0x01));
  return flow;
}

void Bench::ExchangeOneByte(Flow& flow) {
  // Whoever opened repeats the keys on its first data (RFC 8684 3.1); the accepting side uses a DSS.
  const bool we_opened = Info().is_client;
  Segment first = Data("A");
  if (we_opened || flow.peer().version == 0) {
    first.Map(1, 1, 1).DataAck(1);
  } else {
    first.MpCapable(flow.peer().checksum ? 0x81 : 0x01);
  }
  flow.Send(first);
  flow.ExpectEventually(Ack(2).DataAck(2));
  Check(Read() == "A", "reading one byte");
  Write("B");
  flow.ExpectEventually(Data("B"));
  flow.Send(Ack().DataAck(2));
  flow.Skip();
}

Flow& Bench::Join(const Flow& first, std::uint8_t address_id, bool backup, const SocketAddress& own, const SocketAddress& theirs) {
  Flow& flow = NewFlow(first, own, theirs);
  flow.Send(Syn().Mss(1460).SackPermitted().MpJoin(address_id, backup));
  flow.Expect(SynAck());
  Advance(kRtt);
  flow.Send(Ack().MpJoin(address_id));
  flow.Expect(Ack(1), Duration::Millis(10));
  return flow;
}

ConnectionId Bench::Accept() {
  const auto accepted = endpoint_.Accept(listener_);
  Check(accepted.has_value(), "Accept");
  return *accepted;
}

bool Bench::CanAccept() {
  const auto accepted = endpoint_.Accept(listener_);
  if (accepted) connection = *accepted;
  return accepted.has_value();
}

void Bench::Write(std::string_view text) {
  const auto written = endpoint_.Write(connection, std::as_bytes(std::span(text)), now_);
  Check(written.has_value() && *written == text.size(), "Write");
  Pump();
}

std::string Bench::Read() {
  std::string text;
  std::array<std::byte, 4096> buffer;
  for (;;) {
    const auto got = endpoint_.Read(connection, buffer, now_);
    if (!got || *got == 0) break;
    text.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
  Pump();
  return text;
}

void Bench::Shutdown() {
  Check(endpoint_.ShutdownWrite(connection, now_).has_value(), "ShutdownWrite");
  Pump();
}
void Bench::Close() {
  Check(endpoint_.Close(connection, now_).has_value(), "Close");
  Pump();
}
void Bench::Abort() {
  Check(endpoint_.Abort(connection, now_).has_value(), "Abort");
  Pump();
}

ConnectionInfo Bench::Info() const {
  const auto info = endpoint_.Info(connection);
  Check(info.has_value(), "Info");
  return *info;
}

std::vector<SubflowInfo> Bench::Subflows() const {
  std::vector<SubflowInfo> list(40);
  const auto count = endpoint_.Subflows(connection, list);
  Check(count.has_value(), "Subflows");
  list.resize(*count);
  return list;
}

bool Bench::HasEvent(EventKind kind) const {
  return std::ranges::any_of(events_, [kind](const Event& event) { return event.kind == kind; });
}

std::optional<Error> Bench::failure() const {
  for (const Event& event : events_) {
    if (event.kind == EventKind::kFailed) return event.error;
  }
  return std::nullopt;
}

}  // namespace mptcpp::conformance
