// SPDX-License-Identifier: Apache-2.0
#include "back_to_back.h"

#include <algorithm>

#include "wire/gso.h"

namespace mptcpp::bench {
namespace {

constexpr Duration kStep = Duration::Micros(20);
// The longest that one TxPacket becomes on the wire: every segment carries a header of its own.
constexpr std::size_t kMaxOnWire = 65536 + 64 * (kMaxTcpHeader + 4) * 4;

IpAddress ClientAddress(std::uint8_t number) { return IpAddress::V4(10, number, 1, 1); }
IpAddress ServerAddress(std::uint8_t number) { return IpAddress::V4(10, number, 2, 1); }

}  // namespace

BackToBack::BackToBack(const EndpointOptions& options, const ConnectionOptions& connection, Handover handover)
    : client_(options, client_random_),
      server_(options, server_random_),
      connection_(connection),
      handover_(handover),
      arena_(kBatch * kMaxOnWire) {
  arriving_.reserve(arena_.size() / 64);
  listener_ = server_.Listen({ServerAddress(0), kPort}, connection_, 1024).value_or(ListenerId{});
}

void BackToBack::Emit(const TxPacket& packet, std::size_t& used) {
  RxPacket rx{.source = packet.source, .destination = packet.destination, .segment = {}, .arrival = now_, .ecn = packet.ecn};
  if (handover_ == Handover::kSuperSegments) {
    const std::size_t begin = used;
    used = static_cast<std::size_t>(std::ranges::copy(packet.header_bytes(), arena_.begin() + used).out - arena_.begin());
    for (std::size_t i = 0; i < packet.slice_count; ++i) {
      used = static_cast<std::size_t>(std::ranges::copy(packet.slices[i], arena_.begin() + used).out - arena_.begin());
    }
    rx.segment = std::span(arena_).subspan(begin, used - begin);
    rx.gso_size = packet.payload_length > packet.segment_size ? packet.segment_size : std::uint16_t{0};
    rx.checksum_verified = true;
    arriving_.push_back(rx);
    return;
  }
  for (std::size_t i = 0; i < wire::SegmentCount(packet); ++i) {
    const std::size_t length = wire::EmitSegment(packet, i, std::span(arena_).subspan(used));
    rx.segment = std::span(arena_).subspan(used, length);
    used += length;
    arriving_.push_back(rx);
  }
}

bool BackToBack::Move(Endpoint& from, Endpoint& to) {
  std::array<TxPacket, kBatch> batch;
  bool moved = false;
  for (std::size_t n = from.Transmit(batch, now_); n > 0; n = from.Transmit(batch, now_)) {
    moved = true;
    arriving_.clear();
    std::size_t used = 0;
    for (std::size_t i = 0; i < n; ++i) Emit(batch[i], used);
    to.Receive(arriving_, now_);
  }
  return moved;
}

void BackToBack::DrainEvents(Endpoint& endpoint) {
  std::array<Event, 32> events;
  while (endpoint.PollEvents(events) == events.size()) {
  }
}

void BackToBack::Step() {
  bool moved = Move(client_, server_);
  moved |= Move(server_, client_);
  DrainEvents(client_);
  DrainEvents(server_);
  now_ = now_ + kStep;
  const Instant next = Sooner(client_.NextDeadline(), server_.NextDeadline());
  if (!moved) {
    stuck_ = next.IsInfinite();
    if (!stuck_ && next > now_) now_ = next;
  }
  if (client_.NextDeadline() <= now_) client_.OnDeadline(now_);
  if (server_.NextDeadline() <= now_) server_.OnDeadline(now_);
}

BackToBack::Pair BackToBack::Connect() {
  stuck_ = false;
  Pair pair;
  const auto connected = client_.Connect({ClientAddress(0), 0}, {ServerAddress(0), kPort}, connection_, now_);
  if (!connected) return {};
  pair.client = *connected;
  const bool accepted = RunUntil([&] {
    const auto server = server_.Accept(listener_);
    if (server) pair.server = *server;
    return server.has_value();
  });
  const bool ready = accepted && RunUntil([&] {
                       const auto info = client_.Info(pair.client);
                       return info && info->state == DataState::kEstablished;
                     });
  return ready ? pair : Pair{};
}

std::uint16_t BackToBack::Established(const Pair& pair) const {
  const auto at_client = client_.Info(pair.client);
  const auto at_server = server_.Info(pair.server);
  return at_client && at_server ? std::min(at_client->subflows_total, at_server->subflows_total) : std::uint16_t{0};
}

bool BackToBack::AddSubflow(const Pair& pair, std::uint8_t number) {
  stuck_ = false;
  const std::uint16_t before = Established(pair);
  if (!client_.AddSubflow(pair.client, {ClientAddress(number), 0}, {ServerAddress(number), kPort}, false, now_)) return false;
  return RunUntil([&] { return Established(pair) > before; });
}

bool BackToBack::CloseAndForget(const Pair& pair) {
  stuck_ = false;
  (void)client_.Close(pair.client, now_);
  // The server closes when it has read to the end, as an application would.
  if (!RunUntil([&] { return server_.AtEnd(pair.server); })) return false;
  (void)server_.Close(pair.server, now_);
  (void)client_.Release(pair.client, now_);
  (void)server_.Release(pair.server, now_);
  return RunUntil([&] { return client_.connection_count() == 0 && server_.connection_count() == 0; });
}

}  // namespace mptcpp::bench
