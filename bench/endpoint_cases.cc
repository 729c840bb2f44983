// SPDX-License-Identifier: Apache-2.0
#include "endpoint_cases.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

namespace mptcpp::bench {
namespace {

std::array<std::byte, 65536> payload{};
std::array<std::byte, 65536> sink{};

// Buffers that stay in the second-level cache, like lwIP's: with megabytes in flight the memory would be measured.
constexpr Bytes kBuffer = Bytes::KiB(256);

ConnectionOptions OptionsFor(const EndpointCase& what) {
  ConnectionOptions options;
  options.multipath = what.multipath;
  options.checksum = what.checksum;
  options.send_buffer = options.receive_buffer = options.initial_receive_buffer = kBuffer;
  // Paths without a bottleneck: minrtt would fill the first and leave the others idle.
  if (what.subflows > 1) options.scheduler = "roundrobin";
  options.subflows_limit = 8;
  options.subflow_retry = Duration::Zero();
  options.tcp.time_wait = Duration::Millis(1);
  return options;
}

// Reads what is there; returns how much it was.
std::size_t ReadAll(Endpoint& endpoint, ConnectionId id, Instant now) {
  std::size_t total = 0;
  for (;;) {
    const auto n = endpoint.Read(id, sink, now);
    if (!n || *n == 0) return total;
    total += *n;
  }
}

std::optional<BackToBack::Pair> ConnectAll(BackToBack& world, const EndpointCase& what) {
  const BackToBack::Pair pair = world.Connect();
  if (pair.server.IsNone()) return std::nullopt;
  for (std::uint8_t i = 1; i < what.subflows; ++i) {
    if (!world.AddSubflow(pair, i)) return std::nullopt;
  }
  return pair;
}

bool Transfer(BackToBack& world, const BackToBack::Pair& pair, std::uint64_t bytes) {
  std::uint64_t written = 0;
  std::uint64_t received = 0;
  return world.RunUntil([&] {
    received += ReadAll(world.server(), pair.server, world.now());
    while (written < bytes) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(bytes - written, payload.size()));
      const auto taken = world.client().Write(pair.client, std::span(payload).first(n), world.now());
      if (!taken) break;
      written += *taken;
    }
    return received >= bytes;
  });
}

// True if every subflow has carried its part: otherwise the case would measure less than it says.
bool AllCarried(BackToBack& world, const BackToBack::Pair& pair, const EndpointCase& what) {
  std::array<SubflowInfo, 16> subflows;
  const auto n = world.client().Subflows(pair.client, subflows);
  if (!n || *n != what.subflows) return false;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < *n; ++i) total += subflows[i].bytes_sent;
  return std::ranges::all_of(std::span(subflows).first(*n), [&](const SubflowInfo& s) { return s.bytes_sent >= total / *n / 2; });
}

}  // namespace

BulkResult Bulk(const EndpointCase& what, std::uint64_t bytes) {
  BackToBack world({}, OptionsFor(what), what.handover);
  const auto pair = ConnectAll(world, what);
  // The first megabyte opens the windows and warms the caches.
  if (!pair || !Transfer(world, *pair, 1 << 20)) return {};
  const Stopwatch watch;
  if (!Transfer(world, *pair, bytes)) return {};
  const double seconds = watch.Seconds();
  return AllCarried(world, *pair, what) ? BulkResult{bytes, seconds} : BulkResult{};
}

RateResult ConnectAndClose(const EndpointCase& what, std::uint64_t connections) {
  BackToBack world({}, OptionsFor(what), what.handover);
  const Stopwatch watch;
  for (std::uint64_t i = 0; i < connections; ++i) {
    const BackToBack::Pair pair = world.Connect();
    if (pair.server.IsNone() || !world.CloseAndForget(pair)) return {};
  }
  return {connections, watch.Seconds()};
}

MemoryResult IdleMemory(const EndpointCase& what, std::uint64_t connections) {
  EndpointOptions options;
  options.slab_pool = Bytes();  // free buffers belong to the endpoint, not to a connection
  BackToBack world(options, OptionsFor(what), what.handover);
  const std::size_t before = HeapInUse();
  for (std::uint64_t i = 0; i < connections; ++i) {
    const BackToBack::Pair pair = world.Connect();
    if (pair.server.IsNone() || !Transfer(world, pair, 1000)) return {};
    if (!world.server().Write(pair.server, std::span(payload).first(1000), world.now())) return {};
    std::size_t received = 0;
    if (!world.RunUntil([&] { return (received += ReadAll(world.client(), pair.client, world.now())) >= 1000; })) return {};
  }
  // Delayed ACKs go out, and with them the last buffers.
  for (int i = 0; i < 100; ++i) world.Step();
  const double used = static_cast<double>(HeapInUse() - before);
  return {connections, used / static_cast<double>(2 * connections)};
}

}  // namespace mptcpp::bench
