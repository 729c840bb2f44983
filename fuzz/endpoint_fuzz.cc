// SPDX-License-Identifier: Apache-2.0
// Two endpoints under an adversary: the input picks a configuration, a starting state, and then what happens next, again and
// again: calls of the applications, segments that are delivered, lost, doubled, reordered, stripped of MPTCP, changed or
// invented, ICMP errors, time. What must hold is in fuzz_world.h; the rest is MPTCPP_DCHECK and the sanitizers.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/endian.h"
#include "fuzz_input.h"
#include "fuzz_world.h"
#include "wire/checksum.h"
#include "wire/ip_header.h"
#include "wire/tcp_segment.h"

namespace mptcpp::fuzz {
namespace {

constexpr std::size_t kMaxSteps = 300;
constexpr std::size_t kMaxConnects = 4;
constexpr std::size_t kOffsetChecksum = 16;

void FixChecksum(Flight& flight) {
  const std::span<std::byte> segment(flight.segment);
  if (segment.size() < wire::kTcpHeader) return;
  Store16(segment.data() + kOffsetChecksum, 0);
  wire::Checksum sum =
      wire::PseudoHeader(flight.source, flight.destination, wire::kProtocolTcp, static_cast<std::uint32_t>(segment.size()));
  sum.Add(segment);
  Store16(segment.data() + kOffsetChecksum, sum.Finish());
}

// A middlebox that does not know kind 30: the options become NOPs.
void StripMptcp(Flight& flight) {
  wire::SegmentView view;
  const RxPacket packet{.source = flight.source, .destination = flight.destination, .segment = flight.segment, .checksum_verified = true};
  if (wire::ParseSegment(packet, view) != wire::ParseResult::kOk) return;
  for (const auto option : std::span(view.mptcp).first(view.mptcp_count)) {
    std::fill_n(flight.segment.begin() + (option.data() - flight.segment.data()), option.size(), std::byte{1});
  }
  FixChecksum(flight);
}

class Run {
 public:
  explicit Run(FuzzInput input) : input_(input) {}

  void Go() {
    Configure();
    Prelude();
    for (std::size_t step = 0; step < kMaxSteps && !input_.empty(); ++step) Step();
    world_.Drain();
  }

 private:
  ConnectionOptions ReadOptions();
  void Configure();
  void Prelude();
  void Step();
  void ApplicationStep(bool server);
  void PathStep(bool server);
  void NetworkStep();
  void AdversaryStep();
  void Settle() {
    for (int i = 0; i < 8; ++i) world_.Deliver(world_.flights().size());
  }
  Stream* PickStream(bool server) {
    auto& streams = world_.side(server).streams;
    return streams.empty() ? nullptr : &streams[input_.Below(streams.size())];
  }
  SubflowId PickSubflow() { return SubflowId(static_cast<std::uint16_t>(input_.Below(5))); }
  Flight* PickFlight() {
    auto& flights = world_.flights();
    return flights.empty() ? nullptr : &flights[input_.Below(flights.size())];
  }
  void Mutate(Flight& flight);
  void Invent(const Flight& like);
  void Icmp(const Flight& flight);

  FuzzInput input_;
  World world_;
  ConnectionOptions options_;
  std::size_t connects_ = 0;
};

ConnectionOptions Run::ReadOptions() {
  const std::uint8_t bits = input_.Byte();
  ConnectionOptions options;
  options.multipath = (bits & 0x07) != 0x07;
  options.checksum = (bits & 0x08) != 0;
  options.deny_join_initial_address = (bits & 0x70) == 0x70;
  options.tcp.timestamps = (bits & 0x10) == 0;
  options.tcp.sack = (bits & 0x20) == 0;
  options.tcp.no_delay = (bits & 0x40) != 0;
  options.tcp.ecn = (bits & 0x80) != 0;
  const std::uint8_t more = input_.Byte();
  if ((more & 0x01) != 0) options.receive_buffer = options.initial_receive_buffer = Bytes::KiB(16);
  if ((more & 0x02) != 0) options.send_buffer = Bytes::KiB(16);
  options.tcp.window_scaling = (more & 0x04) == 0;
  options.tcp.pacing = (more & 0x08) == 0;
  if ((more & 0x10) != 0) options.tcp.mtu = 576;
  options.scheduler = (more & 0x20) != 0 ? "redundant" : (more & 0x40) != 0 ? "roundrobin" : "";
  if ((more & 0x80) != 0) options.congestion = "lia";
  return options;
}

void Run::Configure() {
  world_.Listen(ReadOptions());
  options_ = ReadOptions();
  const std::uint8_t paths = input_.Byte();
  for (const bool server : {false, true}) {
    const unsigned bits = server ? paths >> 4u : paths & 15u;
    if (bits == 0) continue;
    const PathEndpoint endpoint{.address = World::AddressOf(server, 1).address,
                                .signal = (bits & 1) != 0,
                                .subflow = (bits & 2) != 0,
                                .backup = (bits & 4) != 0,
                                .fullmesh = (bits & 8) != 0};
    const auto id = world_.side(server).endpoint.AddPathEndpoint(endpoint, world_.now());
    if (id) world_.side(server).path_endpoints.push_back(*id);
  }
}

// Random steps alone would spend most inputs before the handshake is over.
void Run::Prelude() {
  const std::size_t state = input_.Below(8);
  if (state == 0) return;
  world_.Connect(0, 0, options_);
  ++connects_;
  world_.Pump();
  if (state == 1) return;  // SYN on the way
  if (state == 2) {        // fallback: the SYN loses its option
    for (Flight& flight : world_.flights()) StripMptcp(flight);
  }
  Settle();
  if (state == 3) return;  // established, nothing sent
  world_.Write(false, 0, 3000);
  world_.Pump();
  Settle();
  if (state == 4) return;  // data exchanged, further subflows as configured
  world_.Write(true, 0, 20'000);
  world_.Pump();
  if (state == 5) return;  // a window in flight
  if (state == 6) world_.flights().clear();
  if (state == 7 && !world_.side(false).streams.empty()) {
    world_.side(false).endpoint.ShutdownWrite(world_.side(false).streams[0].id, world_.now());
    world_.Pump();
  }
}

void Run::Step() {
  const std::uint8_t kind = input_.Byte();
  const bool server = (kind & 0x80) != 0;
  switch (kind & 0x07) {
    case 0:
    case 1: ApplicationStep(server); break;
    case 2: PathStep(server); break;
    case 6: AdversaryStep(); break;
    default: NetworkStep(); break;
  }
  world_.Pump();
}

void Run::ApplicationStep(bool server) {
  Endpoint& endpoint = world_.side(server).endpoint;
  const std::size_t what = input_.Below(10);
  if (what == 0) {
    if (connects_++ < kMaxConnects) world_.Connect(input_.Below(kAddresses), input_.Below(kAddresses), options_);
    return;
  }
  if (what <= 2) return world_.Write(server, input_.Byte(), input_.Short() % 20'000);
  if (what <= 4) {
    const std::size_t stream = input_.Byte();
    world_.Read(server, stream, input_.Short());
    return;
  }
  Stream* stream = PickStream(server);
  if (stream == nullptr) return;
  switch (what) {
    case 5: endpoint.ShutdownWrite(stream->id, world_.now()); return;
    case 6: endpoint.Close(stream->id, world_.now()); break;
    case 7: endpoint.Abort(stream->id, world_.now()); break;
    case 8: endpoint.Release(stream->id, world_.now()); break;
    default:  // without a copy; the bytes are taken by the next Read()
      endpoint.Peek(stream->id);
      endpoint.AtEnd(stream->id);
      return;
  }
  stream->failed = true;  // given up: what arrives is not promised any more
}

void Run::PathStep(bool server) {
  Side& side = world_.side(server);
  const Instant now = world_.now();
  const std::size_t what = input_.Below(8);
  if (what == 0 && !side.path_endpoints.empty()) {
    side.endpoint.RemovePathEndpoint(side.path_endpoints[input_.Below(side.path_endpoints.size())], now);
    return;
  }
  if (what == 1 && !side.path_endpoints.empty()) {
    side.endpoint.SetPathEndpointBackup(side.path_endpoints[input_.Below(side.path_endpoints.size())], input_.Bit(), now);
    return;
  }
  Stream* stream = PickStream(server);
  if (stream == nullptr) return;
  SocketAddress local = World::AddressOf(server, input_.Below(kAddresses));
  switch (what) {
    case 2:
    case 3:
      local.port = 0;
      side.endpoint.AddSubflow(stream->id, local, World::AddressOf(!server, input_.Below(kAddresses)), input_.Bit(), now);
      break;
    case 4: side.endpoint.CloseSubflow(stream->id, PickSubflow(), now); break;
    case 5: side.endpoint.SetBackup(stream->id, PickSubflow(), input_.Bit(), now); break;
    case 6: side.endpoint.Announce(stream->id, local, now); break;
    case 7: side.endpoint.Withdraw(stream->id, AddressId(input_.Byte()), now); break;
    default: break;
  }
}

void Run::NetworkStep() {
  auto& flights = world_.flights();
  switch (input_.Below(10)) {
    case 0: return world_.Deliver(1);
    case 1: return world_.Deliver(input_.Below(16));
    case 2: return world_.Deliver(flights.size());
    case 3: return Settle();
    case 4: return world_.AdvanceToDeadline();
    case 5: return world_.Advance(Duration::Millis(input_.Byte()));
    case 6: return world_.Advance(Duration::Millis(input_.Short()));
    case 7:
      if (!flights.empty()) flights.erase(flights.begin() + static_cast<std::ptrdiff_t>(input_.Below(flights.size())));
      return;
    case 8:
      if (Flight* flight = PickFlight()) flights.push_back(Flight(*flight));
      return;
    case 9:
      if (Flight* flight = PickFlight()) std::swap(*flight, flights.back());
      return;
    default: return;
  }
}

void Run::AdversaryStep() {
  const std::size_t what = input_.Below(6);
  Flight* flight = PickFlight();
  if (flight == nullptr) return;
  switch (what) {
    case 0: return StripMptcp(*flight);
    case 1:
      flight->ecn = Ecn::kCe;
      return;
    case 2: return Icmp(*flight);
    case 3: return Invent(*flight);
    default: return Mutate(*flight);
  }
}

void Run::Mutate(Flight& flight) {
  world_.GiveUpIntegrity();
  for (std::size_t changes = 1 + input_.Below(3); changes > 0; --changes) {
    flight.segment[input_.Byte() % flight.segment.size()] ^= static_cast<std::byte>(input_.Byte());
  }
  FixChecksum(flight);
}

// A segment of the input's own making behind the ports and numbers of a real one, so that it finds a connection.
void Run::Invent(const Flight& like) {
  world_.GiveUpIntegrity();
  Flight flight = like;
  const std::size_t options = input_.Below(11) * 4;
  flight.segment.resize(wire::kTcpHeader);
  flight.segment[12] = static_cast<std::byte>((5 + options / 4) << 4);
  flight.segment[13] = static_cast<std::byte>(input_.Byte());
  const auto bytes = input_.Bytes(options + input_.Below(32));
  flight.segment.insert(flight.segment.end(), bytes.begin(), bytes.end());
  flight.segment.resize(std::max(flight.segment.size(), wire::kTcpHeader + options), std::byte{1});
  FixChecksum(flight);
  world_.flights().push_front(std::move(flight));
}

void Run::Icmp(const Flight& flight) {
  world_.GiveUpIntegrity();  // a hard error may end a connection
  const std::byte* tcp = flight.segment.data();
  const wire::IcmpError error{.kind = static_cast<wire::IcmpKind>(input_.Below(3)),
                              .tuple = {.local = {flight.source, Load16(tcp)}, .remote = {flight.destination, Load16(tcp + 2)}},
                              .quoted_seq = SeqNum(Load32(tcp + 4)),
                              .next_hop_mtu = input_.Short()};
  world_.side(!flight.to_server).endpoint.ReceiveIcmp(error, world_.now());
}

}  // namespace
}  // namespace mptcpp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mptcpp::fuzz::Run(mptcpp::fuzz::FuzzInput(std::as_bytes(std::span(data, size)))).Go();
  return 0;
}
