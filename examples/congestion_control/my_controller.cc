// SPDX-License-Identifier: Apache-2.0
// A congestion controller of your own, tried out in the simulator (docs/write-a-congestion-control.md).
//
// "fixed": a rate that somebody has bought, whatever gets lost. For leased lines only: it does not share.
#include <cstdio>
#include <memory>

#include "congestion/parameters.h"
#include "congestion/registry.h"
#include "sim/simulation.h"
#include "sim/transfer.h"

using namespace mptcpp;

namespace {

struct Parameters {
  double mbit = 10;
  bool Read(std::string_view text) {
    const congestion::Parameter known[] = {{.name = "mbit", .value = &mbit, .least = 0.1, .most = 1e5}};
    return congestion::ReadParameters(text, known);
  }
};

class Fixed final : public congestion::Controller {
 public:
  explicit Fixed(const congestion::ControllerConfig& config) : mss_(config.mss) {
    Parameters parameters;
    parameters.Read(config.parameters);
    control_ = {.cwnd = mss_ * 10, .pacing_rate = Rate::MegabitsPerSecond(parameters.mbit)};
  }
  std::string_view name() const override { return "fixed"; }
  const congestion::Control& control() const override { return control_; }
  // The rate is paced; the window only bounds what a dead path can swallow: two round trips' worth.
  void OnAck(const congestion::AckSample& ack) override {
    control_.cwnd = Larger((control_.pacing_rate * 2).In(ack.smoothed_rtt), mss_ * 10);
  }
  void OnRto(Instant, Bytes, bool) override { control_.cwnd = mss_; }  // nothing comes back: ask with one segment
  void LimitWindow(Bytes cwnd, Bytes) override { control_.cwnd = Larger(Smaller(control_.cwnd, cwnd), mss_); }
  void OnMssChange(std::uint32_t mss) override { mss_ = Bytes(mss); }
  void OnSent(Instant, Bytes, Bytes) override {}
  void OnCongestionEvent(const congestion::CongestionEvent&) override {}  // bought is bought
  void OnSpuriousLoss(Instant) override {}
  void OnIdle(Instant, Duration, Bytes) override {}

 private:
  Bytes mss_;
  congestion::Control control_;
};

constexpr congestion::ControllerInfo kFixed = {
    .name = "fixed",
    .summary = "a rate that was bought",
    .make = [](congestion::ControllerSlot& slot, const congestion::ControllerConfig& config,
               congestion::Group&) { slot.Emplace<Fixed>(config); },
    .rate_based = true,
    .parameters = "mbit",
    .accepts = [](std::string_view text) { return Parameters().Read(text); }};
constexpr const congestion::ControllerInfo* kMine[] = {&kFixed};

// Mbit/s of payload in ten seconds over a line of 20 Mbit/s that loses one packet in fifty.
double Goodput(const char* controller) {
  const IpAddress here = IpAddress::V4(192, 0, 2, 1), there = IpAddress::V4(203, 0, 113, 1);
  sim::Simulation world(1);
  sim::HostOptions options;
  options.endpoint.controllers = kMine;
  options.endpoint.congestion = controller;
  sim::Host& laptop = world.AddHost("laptop", options);
  sim::Host& server = world.AddHost("server");
  world.AddAddress(laptop, here);
  world.AddAddress(server, there);
  world.AddPath("line", {.from = {here}, .to = {there}, .there = {.rate = Rate::MegabitsPerSecond(20), .delay = Duration::Millis(20), .loss = 0.02}});
  sim::Transfer* received = nullptr;
  server.Add(std::make_unique<sim::Acceptor>(server, SocketAddress{there, 80}, ConnectionOptions{}, [&](sim::Host& host, ConnectionId id, Instant now) {
    received = &host.Add(std::make_unique<sim::Transfer>(host, sim::TransferPlan{.receive_pattern = 1}));
    received->Adopt(id, now);
  }));
  sim::Transfer& sent = laptop.Add(std::make_unique<sim::Transfer>(laptop, sim::TransferPlan{.bytes = sim::TransferPlan::kEndless}));
  sent.Connect({here, 0}, {there, 80}, ConnectionOptions{}, world.now());
  world.Run(Duration::Seconds(10));
  return received ? static_cast<double>(received->result().bytes_received) * 8e-6 / 10 : 0;
}

}  // namespace

int main() {
  const double bought = Goodput("fixed:mbit=12"), cubic = Goodput("cubic");
  std::printf("2 %% loss: fixed:mbit=12 %.1f Mbit/s, cubic %.1f Mbit/s\n", bought, cubic);
  return bought > 11 && bought < 12 && cubic < bought ? 0 : 1;
}
