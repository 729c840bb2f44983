// SPDX-License-Identifier: Apache-2.0
// A simulated computer: the real Endpoint, its addresses, a route per pair of addresses, the applications on it, and a capture.
// It is also the first honest user of the public API: it knows nothing else of the core.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mptcpp/endpoint.h"
#include "sim/application.h"
#include "sim/event_queue.h"
#include "sim/packet_pool.h"
#include "sim/random_stream.h"
#include "sim/trace_hash.h"
#include "trace/pcap_writer.h"

namespace mptcpp::sim {

struct HostOptions {
  EndpointOptions endpoint;
  bool keep_super_segments = false;    // what the core hands over travels whole; false: split into MSS segments at the edge
  bool merge_on_receive = false;       // GRO
  Duration receive_interval{};         // arrivals are handed over at most this often (interrupt moderation)
  bool one_by_one = false;             // a Receive() and Transmit() per packet instead of per batch
  RandomSource* random = nullptr;      // not owned, outlives the host; not given: drawn from the seed and the host's name
};

// Sees every packet at the moment when it leaves the host or reaches it. It may change what leaves: a host that lies.
class PacketObserver {
 public:
  virtual ~PacketObserver() = default;
  virtual void OnSent(Packet& packet, Instant now) = 0;
  virtual void OnReceived(const Packet& packet, Instant now) = 0;
};

// Where a host puts its packets: the simulation knows the links.
class Network {
 public:
  virtual ~Network() = default;
  virtual void Send(PacketPtr packet, Instant now) = 0;
};

// A real way out of a host, in real time: a driver takes what the endpoint sends, before it is cut into packets. What the driver
// receives is handed to Host::Receive().
class HostEdge {
 public:
  virtual ~HostEdge() = default;
  virtual void Send(std::span<const TxPacket> packets, Instant now) = 0;
};

class Host final : public Node {
 public:
  Host(std::string name, const HostOptions& options, std::uint64_t seed, Network& network, EventQueue& queue, PacketPool& pool,
       TraceHash& hash, Instant start);

  const std::string& name() const { return name_; }
  // After calls from outside the host's own applications: Kick(), so that what they caused is sent.
  Endpoint& endpoint() { return endpoint_; }
  const Endpoint& endpoint() const { return endpoint_; }
  void Kick();

  // The host owns its applications. They are told events of what is bound to them.
  template <typename App>
  App& Add(std::unique_ptr<App> application) {
    App& added = *application;
    applications_.push_back(std::move(application));
    deadlines_changed_ = true;
    Kick();
    return added;
  }
  void Bind(ConnectionId connection, Application& application);
  void Bind(ListenerId listener, Application& application);
  bool ApplicationsAreDone() const;

  void Deliver(PacketPtr packet, Instant now);
  // From now on what the host sends goes to `edge` and not into the network. Not owned; null: none.
  void set_edge(HostEdge* edge) { edge_ = edge; }
  void Receive(std::span<const RxPacket> batch, Instant now);
  // Everything sent and received from now on. Shared by hosts that want one file.
  void CaptureTo(std::shared_ptr<trace::PcapWriter> writer) { capture_ = std::move(writer); }
  void set_observer(PacketObserver* observer) { observer_ = observer; }  // not owned; null: none

  // --- Node ---
  Instant NextDeadline() const override;
  void Run(Instant now) override;

 private:
  struct Binding {
    std::uint32_t generation = 0;
    Application* application = nullptr;
  };
  static void Set(std::vector<Binding>& table, std::uint32_t index, std::uint32_t generation, Application& application);
  static Application* Find(const std::vector<Binding>& table, std::uint32_t index, std::uint32_t generation);

  void ReceiveAll(Instant now);
  void ReceiveSome(std::span<const PacketPtr> packets, Instant now);
  void Settle(Instant now);  // deadlines, events, applications, transmission
  void DispatchEvents(Instant now);
  void RunApplicationDeadlines(Instant now);
  void TransmitAll(Instant now);
  void SendToEdge(std::span<const TxPacket> packets, Instant now);
  void SendWhole(const TxPacket& packet, Instant now);
  void SendSegment(const TxPacket& packet, std::size_t index, Instant now);
  void Send(PacketPtr packet, Instant now);

  std::string name_;
  HostOptions options_;
  Network& network_;
  EventQueue& queue_;
  PacketPool& pool_;
  TraceHash& hash_;
  Instant start_;
  RandomStream random_;
  Endpoint endpoint_;
  std::vector<std::unique_ptr<Application>> applications_;
  std::vector<Binding> connections_, listeners_;
  std::vector<PacketPtr> received_;
  Instant receive_at_ = Instant::Infinite();
  std::vector<RxPacket> batch_;
  std::array<TxPacket, 16> transmit_;
  std::array<Event, 32> events_;
  Instant application_deadline_ = Instant::Infinite();
  bool deadlines_changed_ = false;
  bool kicked_ = false;
  std::shared_ptr<trace::PcapWriter> capture_;
  PacketObserver* observer_ = nullptr;
  HostEdge* edge_ = nullptr;
};

}  // namespace mptcpp::sim
