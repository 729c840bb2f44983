// SPDX-License-Identifier: Apache-2.0
// One real Endpoint on the bench: a virtual clock, scripted peers around it, and an application that is the test itself.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/flow.h"
#include "mptcpp/endpoint.h"
#include "sim/random_stream.h"

namespace mptcpp::conformance {

// A script went another way: what() is the report. GoogleTest prints it and fails the test.
struct ScriptFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Hands out chosen values for the first 8-byte draws (keys), random ones afterwards.
class ScriptedRandom final : public RandomSource {
 public:
  void Fill(std::span<std::byte> out) override;
  std::optional<std::uint64_t> next_key;  // answers every 8-byte draw while set

 private:
  sim::RandomStream random_{1, "conformance"};
};

class Bench {
 public:
  static inline const IpAddress kDutAddress = IpAddress::V4(192, 0, 2, 1);    // the endpoint under test
  static inline const IpAddress kDutAddress2 = IpAddress::V4(192, 0, 2, 2);
  static inline const IpAddress kPeerAddress = IpAddress::V4(198, 51, 100, 1);
  static inline const IpAddress kPeerAddress2 = IpAddress::V4(198, 51, 100, 2);
  static constexpr std::uint16_t kDutPort = 80;
  static constexpr std::uint16_t kPeerPort = 40000;
  static constexpr Duration kRtt = Duration::Millis(20);  // of the handshakes below

  explicit Bench(const EndpointOptions& options = {});

  // --- time ---
  Instant now() const { return now_; }
  void Advance(Duration time);
  void AdvanceTo(Instant at);
  // Until `condition` or the time is over; true if it held.
  bool AdvanceUntil(const std::function<bool()>& condition, Duration most);

  // --- opening ---
  void Listen(const ConnectionOptions& options = {}, std::uint16_t port = kDutPort);
  // A flow of a new peer towards the listener; nothing is sent yet.
  Flow& NewFlow(const SocketAddress& own = {kPeerAddress, kPeerPort}, const SocketAddress& theirs = {kDutAddress, kDutPort});
  // Another flow of the same peer.
  Flow& NewFlow(const Flow& of, const SocketAddress& own, const SocketAddress& theirs = {kDutAddress, kDutPort});
  // The endpoint connects to kPeerAddress:kDutPort; the returned flow waits for the SYN.
  Flow& Connect(const ConnectionOptions& options = {});
  // The SYN that the endpoint has sent already, to this address of the peer's.
  Flow& TakeNewFlow(const SocketAddress& own);
  // A SYN of the endpoint that belongs to no flow yet becomes one.
  Flow& ExpectNewFlow(const Flow& of, const Segment& syn, Duration within = Duration::Seconds(1),
                      std::source_location where = std::source_location::current());
  bool HasUnclaimed() const { return !unclaimed_.empty(); }

  // Whole handshakes, for scripts whose subject comes later. `connection` is set afterwards.
  Flow& AcceptTcp(const ConnectionOptions& options = {}, Segment syn = Syn().Mss(1460).SackPermitted());
  Flow& ConnectTcp(const ConnectionOptions& options = {}, Segment syn_ack = SynAck().Mss(1460).SackPermitted());
  // With MP_CAPABLE, and one byte each way unless told otherwise, so that the path is proven.
  Flow& AcceptMptcp(const ConnectionOptions& options = {}, std::uint8_t flags = 0x01);
  Flow& ConnectMptcp(const ConnectionOptions& options = {}, std::uint8_t flags = 0x01);
  // Proves the path of a fresh connection with "A" from the peer and "B" from the endpoint.
  void ExchangeOneByte(Flow& flow);
  // The peer opens a second subflow, all four packets.
  Flow& Join(const Flow& first, std::uint8_t address_id = 2, bool backup = false,
             const SocketAddress& own = {kPeerAddress2, kPeerPort}, const SocketAddress& theirs = {kDutAddress, kDutPort});

  // --- the application ---
  ConnectionId Accept();
  bool CanAccept();
  void Write(std::string_view text);
  std::string Read();            // all there is now
  void Shutdown();
  void Close();
  void Abort();
  bool AtEnd() const { return endpoint_.AtEnd(connection); }
  ConnectionInfo Info() const;
  std::vector<SubflowInfo> Subflows() const;
  // All events so far.
  const std::vector<Event>& events() const { return events_; }
  bool HasEvent(EventKind kind) const;
  std::optional<Error> failure() const;  // of kFailed
  std::uint64_t CounterOf(Counter counter) const { return endpoint_.counters()[counter]; }
  Endpoint& endpoint() { return endpoint_; }
  // After direct calls on endpoint(): fetches what they caused.
  void Pump();

  ConnectionId connection;
  ScriptedRandom random;

 private:
  friend class Flow;
  void Inject(const Flow& flow, std::span<const std::byte> segment);
  void TransmitAll();
  void Dispatch(CapturedPtr captured);
  void PollEvents();
  static void Check(bool ok, const char* what);

  Endpoint endpoint_;
  Instant now_ = Instant::FromNanos(1'000'000'000);
  ListenerId listener_;
  std::deque<std::unique_ptr<Flow>> flows_;
  std::deque<CapturedPtr> unclaimed_;
  std::vector<Event> events_;
  std::uint32_t next_isn_ = 0x10000000;
};

}  // namespace mptcpp::conformance
