// SPDX-License-Identifier: Apache-2.0
#include "laboratory/heterogeneity.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <tuple>

#include "laboratory/network.h"

namespace mptcpp::laboratory {
namespace {

// IPv4, TCP with timestamps.
constexpr double kPlainShare = (kPacketBytes - 20 - 20 - 12) / kPacketBytes;

constexpr LinkSpec kBetterLink{.mbps = kBestMbps, .rtt_ms = kBestRttMs};

FlowSpec SpecOf(const Cell& cell) {
  FlowSpec spec{.name = "flow", .congestion = cell.controller, .scheduler = cell.scheduler};
  // Everything else as it is by default: delayed ACKs, a receive buffer that starts small and grows.
  spec.receive_buffer = cell.ReceiveBuffer();
  spec.send_buffer = Larger(ConnectionOptions{}.send_buffer, spec.receive_buffer);
  spec.delayed_ack = spec.autotuned = true;
  return spec;
}

double Goodput(Network& network, const Flow& flow, const Timing& timing) {
  const Duration end = timing.warm_up + timing.length;
  network.Run(end);
  if (flow.receiver() == nullptr) return 0;
  return static_cast<double>(flow.receiver()->ReceivedBetween(timing.warm_up, end)) * 8e-6 / timing.length.seconds();
}

// The same for hundreds of cells: measured once in a process.
double GoodputAlone(std::uint64_t seed, const Cell& cell, const Timing& timing) {
  static std::mutex mutex;
  static std::map<std::tuple<std::uint64_t, std::int64_t, std::string, Timing>, double> known;
  const std::lock_guard lock(mutex);
  const auto [place, is_new] = known.try_emplace({seed, cell.ReceiveBuffer().count(), cell.controller, timing}, 0.0);
  if (is_new) {
    Network network(seed);
    FlowSpec spec = SpecOf(cell);
    spec.routes = {{&network.AddLink("better", kBetterLink)}};
    place->second = Goodput(network, network.AddFlow(spec), timing);
  }
  return place->second;
}

}  // namespace

std::string BufferText(int kib) {
  if (kib == 0) return "rule";
  return kib < 1024 ? fmt::format("{}K", kib) : fmt::format("{}M", kib / 1024);
}

std::string LossText(int permille) { return fmt::format("{:g}%", permille / 10.0); }

Bytes Cell::ReceiveBuffer() const {
  if (buffer_kib > 0) return Bytes::KiB(buffer_kib);
  return Bytes(static_cast<std::int64_t>(2 * BdpBytes(SumMbps(), WorseRttMs())));
}

std::string Cell::Name() const {
  return fmt::format("1/{} x{} {} {} {} {}", rate, rtt, LossText(loss_permille), BufferText(buffer_kib), scheduler, controller);
}

Timing TimingOf(const RunContext& context, const Cell& cell) {
  if (context.quick) return {Duration::Seconds(2), Duration::Seconds(3)};
  if (cell.buffer_kib == 0) return {Duration::Seconds(20), Duration::Seconds(40)};
  const Duration round_trip = Duration::SecondsF(cell.WorseRttMs() / 1000);
  return {Longer(Duration::Seconds(4), round_trip * 10), Shorter(Longer(Duration::Seconds(8), round_trip * 80), Duration::Seconds(40))};
}

RunOutcome RunCell(const RunContext& context, const Cell& cell) {
  const Timing timing = TimingOf(context, cell);
  Network network(context.seed);
  sim::Path& better = network.AddLink("better", kBetterLink);
  const LinkSpec worse{.mbps = kBestMbps / cell.rate, .rtt_ms = cell.WorseRttMs(), .loss = cell.loss_permille / 1000.0};
  FlowSpec spec = SpecOf(cell);
  spec.routes = {{&better}, {&network.AddLink("worse", worse)}};
  const double goodput = Goodput(network, network.AddFlow(spec), timing);
  return {.values = {{"goodput", goodput},
                     {"of best", 100 * goodput / GoodputAlone(context.seed, cell, timing)},
                     {"of sum", 100 * goodput / (cell.SumMbps() * kPlainShare)}},
          .series = {}};
}

std::vector<Cell> GridOf(const std::string& scheduler, const std::string& controller) {
  std::vector<Cell> cells;
  for (const int buffer : kBufferKib) {
    for (const int loss : kLossPermille) {
      for (const int rtt : kRttRatios) {
        for (const int rate : kRateRatios) cells.push_back({rate, rtt, loss, buffer, scheduler, controller});
      }
    }
  }
  return cells;
}

}  // namespace mptcpp::laboratory
