// SPDX-License-Identifier: Apache-2.0
// Two endpoints joined by a wire with a fixed delay and nothing else: the smallest world in which the public API works.
// For links with rates, queues and losses there is the simulator; this one is for tests of the API itself and for costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <vector>

#include "mptcpp/endpoint.h"
#include "wire/gso.h"

namespace mptcpp::testing {

// A seeded generator: the same bytes in every run.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void Fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

class TwoEndpoints {
 public:
  explicit TwoEndpoints(EndpointOptions options = {}) : client(options, client_random_), server(options, server_random_) {}

  // Runs until nothing is in flight and no deadline lies before `until`, or `until` is reached.
  void RunUntil(Instant until) {
    for (;;) {
      Pump(client, to_server_);
      Pump(server, to_client_);
      Instant next = Sooner(client.NextDeadline(), server.NextDeadline());
      if (!to_server_.empty()) next = Sooner(next, to_server_.front().due);
      if (!to_client_.empty()) next = Sooner(next, to_client_.front().due);
      if (next > until) break;
      if (next > now) now = next;
      Deliver(to_server_, server);
      Deliver(to_client_, client);
      if (client.NextDeadline() <= now) client.OnDeadline(now);
      if (server.NextDeadline() <= now) server.OnDeadline(now);
      if (after_step) after_step();
    }
    now = until;
  }
  void Run(Duration time) { RunUntil(now + time); }

  SeededRandom client_random_{1};
  SeededRandom server_random_{2};
  Endpoint client;
  Endpoint server;
  Instant now = Instant::FromNanos(1'000'000'000);
  Duration delay = Duration::Millis(5);
  std::function<bool(const TxPacket&)> drop;   // true: this packet is lost
  std::function<void()> after_step;
  std::uint64_t packets = 0;

 private:
  struct Flight {
    Instant due;
    IpAddress source, destination;
    std::vector<std::byte> segment;
  };

  void Pump(Endpoint& from, std::deque<Flight>& wire) {
    TxPacket batch[16];
    for (std::size_t n = from.Transmit(batch, now); n > 0; n = from.Transmit(batch, now)) {
      for (std::size_t i = 0; i < n; ++i) {
        ++packets;
        if (drop && drop(batch[i])) continue;
        for (std::size_t k = 0; k < wire::SegmentCount(batch[i]); ++k) {
          Flight flight{now + delay, batch[i].source, batch[i].destination, std::vector<std::byte>(65536)};
          flight.segment.resize(wire::EmitSegment(batch[i], k, flight.segment));
          wire.push_back(std::move(flight));
        }
      }
    }
  }

  void Deliver(std::deque<Flight>& wire, Endpoint& to) {
    while (!wire.empty() && wire.front().due <= now) {
      const Flight flight = std::move(wire.front());
      wire.pop_front();
      const RxPacket packet{flight.source, flight.destination, flight.segment, flight.due};
      to.Receive(std::span(&packet, 1), now);
    }
  }

  std::deque<Flight> to_server_;
  std::deque<Flight> to_client_;
};

}  // namespace mptcpp::testing
