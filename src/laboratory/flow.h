// SPDX-License-Identifier: Apache-2.0
// One connection of an experiment: a client, a server, one address of the client per route, and what was measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/simulation.h"
#include "sim/transfer.h"

namespace mptcpp::laboratory {

using Route = std::vector<sim::Path*>;

struct FlowSpec {
  std::string name;
  std::string congestion;
  std::string scheduler = "minrtt";
  std::vector<Route> routes{};           // the first one opens; one route alone is plain TCP
  Duration start{};
  Duration stop{};                       // aborted then; Zero(): never
  std::uint64_t bytes = sim::TransferPlan::kEndless;  // client to server
  Bytes send_buffer = Bytes::MiB(16);
  Bytes receive_buffer = Bytes::MiB(16); // from the beginning: autotuning is not what is measured
  bool autotuned = false;                // it starts at its default and grows instead
  bool opportunistic_retransmission = true;
  bool penalisation = true;
  bool delayed_ack = false;
  bool bulk = true;                      // false: the experiment brings its own application
  bool multipath = true;
};

class Flow {
 public:
  Flow(sim::Simulation& simulation, const FlowSpec& spec, std::size_t number);
  // Opens the bulk transfer at that time.
  void Start(Instant at);
  // Notes how far every subflow is.
  void Sample(Duration elapsed);

  // Mbit/s as packets of 1500 bytes on the wire: what arrived in order, headers added. Times are since the simulation's start.
  double Mbps(Duration from, Duration to) const;
  // The same for what one route's subflow had acknowledged.
  double RouteMbps(std::size_t route, Duration from, Duration to) const;
  // Milliseconds; the mean of the samples, over all routes if none is named, weighted by what they carried.
  double MeanRtt(Duration from, Duration to) const;
  double RouteRtt(std::size_t route, Duration from, Duration to) const;
  // Mbit/s per interval of `step`.
  std::vector<double> RouteRates(std::size_t route, Duration step, Duration until) const;
  std::vector<double> Rates(Duration step, Duration until) const;
  // Seconds from the start of the connection to the last byte; 0 if it has not come.
  double CompletionSeconds() const;

  const FlowSpec& spec() const { return spec_; }
  ConnectionOptions Options() const;
  sim::Host& client() { return client_; }
  sim::Host& server() { return server_; }
  SocketAddress Local() const { return {ClientAddress(0), 0}; }
  SocketAddress Remote() const { return {server_address_, 5000}; }
  const sim::Transfer* sender() const { return sender_; }
  const sim::Transfer* receiver() const { return receiver_; }
  // Bytes that were sent again on another subflow.
  std::uint64_t Reinjected() const;
  Bytes most_out_of_order() const { return most_out_of_order_; }
  // On whatever connection is sampled; Start() sets it.
  void Watch(ConnectionId client_side) { watched_ = client_side; }

 private:
  struct Look {
    Duration at;
    std::uint64_t delivered = 0;               // in order, to the application
    std::vector<std::uint64_t> acked;          // per route
    std::vector<double> rtt_ms;
  };
  IpAddress ClientAddress(std::size_t route) const;
  const Look& At(Duration time) const;
  double ToMbps(std::uint64_t bytes, Duration time) const;

  FlowSpec spec_;
  std::size_t number_;
  sim::Simulation& simulation_;
  sim::Host& client_;
  sim::Host& server_;
  IpAddress server_address_;
  sim::Transfer* sender_ = nullptr;
  sim::Transfer* receiver_ = nullptr;
  ConnectionId watched_;
  Bytes most_out_of_order_;
  std::vector<Look> looks_;
};

}  // namespace mptcpp::laboratory
