// SPDX-License-Identifier: Apache-2.0
#include "fuzz_world.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "wire/gso.h"
#include "wire/mptcp_options.h"
#include "wire/tcp_segment.h"

namespace mptcpp::fuzz {
namespace {

constexpr std::size_t kMaxFlights = 512;                // a queue that drops at its tail
constexpr std::uint64_t kMaxWritten = 256 * 1024;       // per run: long enough for every mechanism, short enough for speed
constexpr std::size_t kMaxTransmitRounds = 20'000;      // more segments without a new event would be a loop
constexpr std::size_t kMaxServings = 1000;              // of deadlines at one instant
constexpr std::size_t kMaxDrainSteps = 20'000;
constexpr Duration kDrainTime = Duration::Seconds(1200);  // beyond every timeout of the default configuration

// What stream content is at an offset: one law for all streams, so a reader need not know whom it reads.
std::byte Content(std::uint64_t offset) { return static_cast<std::byte>(offset * 131 + (offset >> 8) * 17 + (offset >> 16)); }

// With FUZZ_TRACE in the environment every segment is told: to understand a finding.
void Tell(Instant now, const Flight& flight) {
  static const bool wanted = std::getenv("FUZZ_TRACE") != nullptr;
  wire::SegmentView view;
  const RxPacket packet{.source = flight.source, .destination = flight.destination, .segment = flight.segment};
  if (!wanted || wire::ParseSegment(packet, view) != wire::ParseResult::kOk) return;
  std::fprintf(stderr, "%10.3f ms %s %s:%u>%s:%u %s%s%s%s seq %u ack %u length %zu window %u options", static_cast<double>(now.nanos()) / 1e6,
               flight.to_server ? "->" : "<-", view.source.address.ToString().c_str(), view.source.port,
               view.destination.address.ToString().c_str(), view.destination.port, view.flags.syn ? "S" : "", view.flags.fin ? "F" : "",
               view.flags.rst ? "R" : "", view.flags.ack ? "." : "", view.seq.value(), view.ack.value(), view.payload.size(), view.window);
  for (std::size_t i = 0; i < view.mptcp_count; ++i) std::fprintf(stderr, " %d", static_cast<int>(wire::SubtypeOf(view.mptcp[i])));
  std::fputc('\n', stderr);
}

}  // namespace

void SeededRandom::Fill(std::span<std::byte> out) {
  // splitmix64
  for (std::byte& byte : out) {
    std::uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15;
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
    byte = static_cast<std::byte>(z ^ (z >> 31));
  }
}

Side::Side(bool server, std::uint64_t seed) : is_server(server), random(seed), endpoint(EndpointOptions{}, random) {}

World::World() : client_(false, 1), server_(true, 2) {}

SocketAddress World::AddressOf(bool server, std::size_t which) {
  return {IpAddress::V4(10, static_cast<std::uint8_t>(which % kAddresses), 0, server ? 2 : 1), server ? kPort : std::uint16_t{0}};
}

void World::Listen(const ConnectionOptions& options) {
  const auto listener = server_.endpoint.Listen({IpAddress::AnyV4(), kPort}, options, 16);
  if (listener) server_.listener = *listener;
}

void World::Connect(std::size_t local, std::size_t remote, const ConnectionOptions& options) {
  const auto id = client_.endpoint.Connect(AddressOf(false, local), AddressOf(true, remote), options, now_);
  if (id) client_.streams.push_back({.id = *id});
}

void World::Write(bool server, std::size_t stream, std::size_t length) {
  Side& s = side(server);
  if (s.streams.empty() || total_written_ + length > kMaxWritten) return;
  Stream& target = s.streams[stream % s.streams.size()];
  std::vector<std::byte> data(length);
  for (std::size_t i = 0; i < length; ++i) data[i] = Content(target.written + i);
  const auto written = s.endpoint.Write(target.id, data, now_);
  if (!written) return;
  MPTCPP_CHECK(*written <= length);
  target.written += *written;
  total_written_ += *written;
}

std::size_t World::Read(bool server, std::size_t stream, std::size_t length) {
  Side& s = side(server);
  if (s.streams.empty()) return 0;
  Stream& source = s.streams[stream % s.streams.size()];
  if (read_.size() < length) read_.resize(length);
  const auto data = std::span(read_).first(length);
  const auto read = s.endpoint.Read(source.id, data, now_);
  if (!read) return 0;
  MPTCPP_CHECK(*read <= length);
  for (std::size_t i = 0; i < *read && intact_; ++i) MPTCPP_CHECK(data[i] == Content(source.read + i));
  source.read += *read;
  return *read;
}

void World::Deliver(std::size_t count) {
  std::vector<Flight> taken;
  for (; count > 0 && !flights_.empty(); --count) {
    taken.push_back(std::move(flights_.front()));
    flights_.pop_front();
  }
  for (const bool server : {true, false}) {
    std::vector<RxPacket> batch;
    for (const Flight& flight : taken) {
      if (flight.to_server != server) continue;
      batch.push_back({.source = flight.source, .destination = flight.destination, .segment = flight.segment, .arrival = now_, .ecn = flight.ecn});
    }
    if (!batch.empty()) side(server).endpoint.Receive(batch, now_);
  }
  Pump();
}

void World::Serve(Side& side) {
  for (std::size_t round = 0; side.endpoint.NextDeadline() <= now_; ++round) {
    MPTCPP_CHECK(round < kMaxServings);  // a deadline that was served must not stay due
    side.endpoint.OnDeadline(now_);
    Transmit(side);
  }
}

void World::Advance(Duration time) {
  const Instant end = now_ + time;
  for (std::size_t step = 0; step < kMaxDrainSteps; ++step) {
    const Instant next = Sooner(client_.endpoint.NextDeadline(), server_.endpoint.NextDeadline());
    if (next > end) break;
    now_ = std::max(now_, next);
    Serve(client_);
    Serve(server_);
    Pump();
  }
  now_ = std::max(now_, end);
}

void World::AdvanceToDeadline() {
  const Instant next = Sooner(client_.endpoint.NextDeadline(), server_.endpoint.NextDeadline());
  if (!next.IsInfinite()) Advance(next > now_ ? next - now_ : Duration::Zero());
}

void World::Transmit(Side& side) {
  std::array<TxPacket, 16> packets;
  for (std::size_t round = 0;; ++round) {
    MPTCPP_CHECK(round < kMaxTransmitRounds);
    const std::size_t count = side.endpoint.Transmit(packets, now_);
    MPTCPP_CHECK(count <= packets.size());
    if (count == 0) return;
    for (const TxPacket& packet : std::span(packets).first(count)) {
      for (std::size_t i = 0; i < wire::SegmentCount(packet); ++i) {
        Flight flight{.to_server = !side.is_server, .source = packet.source, .destination = packet.destination, .ecn = packet.ecn, .segment = {}};
        flight.segment.resize(packet.header_length + packet.payload_length);
        flight.segment.resize(wire::EmitSegment(packet, i, flight.segment));
        Tell(now_, flight);
        if (flights_.size() < kMaxFlights) flights_.push_back(std::move(flight));
      }
    }
  }
}

Stream* World::FindStream(Side& side, ConnectionId id) {
  const auto found = std::ranges::find(side.streams, id, &Stream::id);
  return found == side.streams.end() ? nullptr : &*found;
}

void World::Poll(Side& side) {
  std::array<Event, 8> events;
  for (std::size_t count = 0; (count = side.endpoint.PollEvents(events)) > 0;) {
    for (const Event& event : std::span(events).first(count)) {
      Stream* stream = FindStream(side, event.connection);
      if (event.kind == EventKind::kAcceptable) {
        while (const auto id = side.endpoint.Accept(event.listener)) side.streams.push_back({.id = *id});
      }
      if (stream != nullptr && event.kind == EventKind::kFailed) stream->failed = true;
      if (stream != nullptr && event.kind == EventKind::kClosed) stream->finished = true;
    }
  }
}

void World::Pump() {
  Transmit(client_);
  Transmit(server_);
  Poll(client_);
  Poll(server_);
  // Accepting or being told may itself give something to send.
  Transmit(client_);
  Transmit(server_);
}

void World::Drain() {
  const Instant end = now_ + kDrainTime;
  Pump();
  for (std::size_t step = 0; step < kMaxDrainSteps; ++step) {
    Deliver(flights_.size());
    for (const bool server : {false, true}) {
      for (std::size_t i = 0; i < side(server).streams.size(); ++i) {
        while (Read(server, i, 65536) > 0) {}
      }
    }
    Pump();
    if (!flights_.empty()) continue;
    const Instant next = Sooner(client_.endpoint.NextDeadline(), server_.endpoint.NextDeadline());
    if (next > end) {
      if (intact_) CheckComplete();
      return;
    }
    AdvanceToDeadline();
  }
}

void World::CheckComplete() {
  for (const Stream& ours : client_.streams) {
    const auto our_info = client_.endpoint.Info(ours.id);
    if (!our_info || ours.failed) continue;
    for (const Stream& theirs : server_.streams) {
      const auto their_info = server_.endpoint.Info(theirs.id);
      if (!their_info || theirs.failed) continue;
      if (their_info->first_tuple.local != our_info->first_tuple.remote || their_info->first_tuple.remote != our_info->first_tuple.local) continue;
      MPTCPP_CHECK(theirs.read == ours.written);
      MPTCPP_CHECK(ours.read == theirs.written);
    }
  }
}

}  // namespace mptcpp::fuzz
