// SPDX-License-Identifier: Apache-2.0
#include "laboratory/flow.h"

#include <algorithm>
#include <array>

namespace mptcpp::laboratory {
namespace {

constexpr double kWirePacket = 1500;
// IPv4, TCP with timestamps; with a DSS of 64-bit numbers besides when there are several subflows.
constexpr double kPlainPayload = kWirePacket - 20 - 20 - 12;
constexpr double kMultipathPayload = kPlainPayload - 28;

}  // namespace

Flow::Flow(sim::Simulation& simulation, const FlowSpec& spec, std::size_t number)
    : spec_(spec), number_(number), simulation_(simulation), client_(simulation.AddHost(spec.name + " client")),
      server_(simulation.AddHost(spec.name + " server")),
      server_address_(IpAddress::V4(11, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number), 1)) {
  simulation.AddAddress(server_, server_address_);
  for (std::size_t i = 0; i < spec_.routes.size(); ++i) {
    simulation.AddAddress(client_, ClientAddress(i));
    simulation.AddRoute(ClientAddress(i), server_address_, spec_.routes[i]);
    if (i == 0) continue;
    static_cast<void>(client_.endpoint().AddPathEndpoint({.address = ClientAddress(i), .subflow = true}, simulation.now()));
  }
}

IpAddress Flow::ClientAddress(std::size_t route) const {
  return IpAddress::V4(static_cast<std::uint8_t>(20 + route), static_cast<std::uint8_t>(number_ >> 8),
                       static_cast<std::uint8_t>(number_), 1);
}

ConnectionOptions Flow::Options() const {
  ConnectionOptions options;
  options.congestion = spec_.congestion;
  options.scheduler = spec_.scheduler;
  options.multipath = spec_.multipath && spec_.routes.size() > 1;
  options.send_buffer = spec_.send_buffer;
  options.receive_buffer = spec_.receive_buffer;
  if (!spec_.autotuned) options.initial_receive_buffer = spec_.receive_buffer;
  options.opportunistic_retransmission = spec_.opportunistic_retransmission;
  options.penalisation = spec_.penalisation;
  if (!spec_.delayed_ack) options.tcp.delayed_ack = Duration::Zero();
  return options;
}

void Flow::Start(Instant at) {
  const ConnectionOptions options = Options();
  const sim::TransferPlan down{.close = sim::CloseMode::kShutdownAtEnd, .send_pattern = 2, .receive_pattern = 1};
  server_.Add(std::make_unique<sim::Acceptor>(server_, Remote(), options, [this, down](sim::Host& host, ConnectionId id, Instant now) {
    receiver_ = &host.Add(std::make_unique<sim::Transfer>(host, down));
    receiver_->Adopt(id, now);
  }));
  const sim::TransferPlan up{.bytes = spec_.bytes, .send_pattern = 1, .receive_pattern = 2};
  sender_ = &client_.Add(std::make_unique<sim::Transfer>(client_, up));
  sender_->Connect(Local(), Remote(), options, at);
  if (spec_.stop.IsZero()) return;
  simulation_.At(spec_.stop, [this] { static_cast<void>(client_.endpoint().Abort(sender_->connection(), simulation_.now())); });
}

void Flow::Sample(Duration elapsed) {
  Look look{.at = elapsed, .delivered = 0, .acked = {}, .rtt_ms = {}};
  look.acked.resize(spec_.routes.size());
  look.rtt_ms.resize(spec_.routes.size());
  if (receiver_ != nullptr) {
    look.delivered = receiver_->result().bytes_received;
    if (const auto info = server_.endpoint().Info(receiver_->connection())) {
      most_out_of_order_ = Larger(most_out_of_order_, info->out_of_order);
    }
  }
  std::array<SubflowInfo, 40> subflows;
  const auto count = client_.endpoint().Subflows(sender_ != nullptr ? sender_->connection() : watched_, subflows);
  for (std::size_t i = 0; count && i < *count; ++i) {
    for (std::size_t route = 0; route < spec_.routes.size(); ++route) {
      if (subflows[i].tuple.local.address != ClientAddress(route)) continue;
      look.acked[route] += subflows[i].bytes_acked;
      look.rtt_ms[route] = subflows[i].smoothed_rtt.seconds() * 1000;
    }
  }
  looks_.push_back(std::move(look));
}

const Flow::Look& Flow::At(Duration time) const {
  static const Look kNothing{};
  if (looks_.empty()) return kNothing;
  const auto after = std::ranges::lower_bound(looks_, time, {}, &Look::at);
  return after == looks_.end() ? looks_.back() : *after;
}

double Flow::ToMbps(std::uint64_t bytes, Duration time) const {
  const double payload = Options().multipath ? kMultipathPayload : kPlainPayload;
  return static_cast<double>(bytes) * kWirePacket / payload * 8e-6 / time.seconds();
}

double Flow::Mbps(Duration from, Duration to) const { return ToMbps(At(to).delivered - At(from).delivered, to - from); }

double Flow::RouteMbps(std::size_t route, Duration from, Duration to) const {
  if (looks_.empty()) return 0;
  return ToMbps(At(to).acked[route] - At(from).acked[route], to - from);
}

double Flow::RouteRtt(std::size_t route, Duration from, Duration to) const {
  double sum = 0;
  std::size_t count = 0;
  for (const Look& look : looks_) {
    if (look.at < from || look.at > to || look.rtt_ms[route] <= 0) continue;
    sum += look.rtt_ms[route];
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

double Flow::MeanRtt(Duration from, Duration to) const {
  double sum = 0, weight = 0;
  for (std::size_t route = 0; route < spec_.routes.size(); ++route) {
    const double mbps = RouteMbps(route, from, to);
    sum += RouteRtt(route, from, to) * mbps;
    weight += mbps;
  }
  return weight > 0 ? sum / weight : 0;
}

std::vector<double> Flow::RouteRates(std::size_t route, Duration step, Duration until) const {
  std::vector<double> rates;
  for (Duration at = Duration::Zero(); at + step <= until; at += step) rates.push_back(RouteMbps(route, at, at + step));
  return rates;
}

std::vector<double> Flow::Rates(Duration step, Duration until) const {
  std::vector<double> rates;
  for (Duration at = Duration::Zero(); at + step <= until; at += step) rates.push_back(Mbps(at, at + step));
  return rates;
}

std::uint64_t Flow::Reinjected() const {
  if (const auto info = client_.endpoint().Info(sender_ != nullptr ? sender_->connection() : watched_)) return info->bytes_reinjected;
  return sender_ != nullptr ? sender_->result().info.bytes_reinjected : 0;
}

double Flow::CompletionSeconds() const {
  if (receiver_ == nullptr || receiver_->result().bytes_received < spec_.bytes) return 0;
  return (receiver_->result().last_byte_at - sender_->result().opened).seconds();
}

}  // namespace mptcpp::laboratory
