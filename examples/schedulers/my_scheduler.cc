// SPDX-License-Identifier: Apache-2.0
// A scheduler of your own, tried out in the simulator (docs/write-a-scheduler.md).
//
// "evening": the home line first, and the phone's line only for what would have to wait there longer than a quarter of a second.
#include <cstdio>
#include <memory>

#include "mptcpp/endpoint.h"
#include "sim/simulation.h"
#include "sim/transfer.h"

using namespace mptcpp;

namespace {

constexpr Duration kPatience = Duration::Millis(250);

// How long what waits would take on this subflow: one window per round trip.
Duration TimeFor(Bytes waiting, const scheduler::SubflowSnapshot& s) {
  return s.smoothed_rtt * (waiting.count() / (s.cwnd.count() + 1) + 1);
}

scheduler::Decision ChooseEvening(const scheduler::Snapshot& snapshot, scheduler::SchedulerState&) {
  const scheduler::SubflowSnapshot* home = nullptr;
  const scheduler::SubflowSnapshot* phone = nullptr;
  for (const scheduler::SubflowSnapshot& s : snapshot.subflows) {
    if (!s.usable || s.stale || s.carried_segment) continue;  // not now, or not this segment
    (s.backup ? phone : home) = &s;
  }
  const auto has_space = [](const scheduler::SubflowSnapshot* s) { return s != nullptr && s->space > Bytes(); };
  if (has_space(home)) return scheduler::Decision::On(home->index);
  if (has_space(phone) && (home == nullptr || TimeFor(snapshot.unsent, *home) > kPatience)) return scheduler::Decision::On(phone->index);
  return scheduler::Decision::Wait();
}

constexpr scheduler::SchedulerInfo kMine[] = {
    {.name = "evening", .summary = "the home line, the phone's only for long queues", .choose = ChooseEvening}};

// Seconds that `bytes` take from a laptop with two lines, and the share of them that went over the phone.
struct Outcome {
  double seconds = 0, phone_share = 0;
};

Outcome Transfer(const char* scheduler, std::uint64_t bytes) {
  const IpAddress home = IpAddress::V4(192, 0, 2, 1), phone = IpAddress::V4(198, 51, 100, 1), server = IpAddress::V4(203, 0, 113, 1);
  sim::Simulation world(1);
  sim::HostOptions options;
  options.endpoint.schedulers = kMine;
  options.endpoint.scheduler = scheduler;
  sim::Host& laptop = world.AddHost("laptop", options);
  sim::Host& far = world.AddHost("server");
  world.AddAddress(laptop, home);
  world.AddAddress(laptop, phone);
  world.AddAddress(far, server);
  const auto line = [](double mbit, int millis) {
    return sim::LinkOptions{.rate = Rate::MegabitsPerSecond(mbit), .delay = Duration::Millis(millis)};
  };
  world.AddPath("home", {.from = {home}, .to = {server}, .there = line(10, 10)});
  sim::Path& mobile = world.AddPath("mobile", {.from = {phone}, .to = {server}, .there = line(20, 30)});
  (void)laptop.endpoint().AddPathEndpoint({.address = phone, .subflow = true, .backup = true}, world.now());

  sim::Transfer* received = nullptr;
  far.Add(std::make_unique<sim::Acceptor>(far, SocketAddress{server, 80}, ConnectionOptions{},
                                          [&](sim::Host& host, ConnectionId id, Instant now) {
                                            received = &host.Add(std::make_unique<sim::Transfer>(
                                                host, sim::TransferPlan{.close = sim::CloseMode::kShutdownAtEnd, .receive_pattern = 1}));
                                            received->Adopt(id, now);
                                          }));
  sim::Transfer& sent = laptop.Add(std::make_unique<sim::Transfer>(laptop, sim::TransferPlan{.bytes = bytes}));
  sent.Connect({home, 0}, {server, 80}, ConnectionOptions{}, world.now());
  world.RunUntilDone(Duration::Seconds(300));
  if (!received || received->result().bytes_received != bytes) return {};
  const auto over_phone = static_cast<double>(mobile.there().counters().bytes_out);
  return {(received->result().last_byte_at - sent.result().opened).seconds(), over_phone / static_cast<double>(bytes)};
}

}  // namespace

int main() {
  bool as_promised = true;
  for (const std::uint64_t bytes : {std::uint64_t{100'000}, std::uint64_t{20'000'000}}) {
    const Outcome mine = Transfer("evening", bytes), built_in = Transfer("minrtt", bytes);
    std::printf("%9llu bytes: evening %6.2f s, %3.0f %% over the phone; minrtt (the phone is a backup) %6.2f s\n",
                static_cast<unsigned long long>(bytes), mine.seconds, 100 * mine.phone_share, built_in.seconds);
    const bool small = bytes < 1'000'000;  // little data stays at home, much data is worth the money
    as_promised &= mine.seconds > 0 && (small ? mine.phone_share < 0.05 : mine.seconds < 0.6 * built_in.seconds);
  }
  return as_promised ? 0 : 1;
}
