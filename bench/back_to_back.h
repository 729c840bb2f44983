// SPDX-License-Identifier: Apache-2.0
// Two endpoints on one thread, packets handed over in memory. Time is virtual (a few microseconds per exchange), so that nothing
// ever waits: what a stopwatch sees around it is the work of both hosts and the one copy that a driver would make.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mptcpp/endpoint.h"
#include "seeded_random.h"

namespace mptcpp::bench {

enum class Handover : std::uint8_t {
  kSegments,       // split to the MSS, TCP checksums in software on both sides: a device without offload
  kSuperSegments,  // up to 64 KiB as they are, no TCP checksum: TSO and GRO (what TUN offers)
};

class BackToBack {
 public:
  static constexpr std::uint16_t kPort = 5001;

  BackToBack(const EndpointOptions& options, const ConnectionOptions& connection, Handover handover);

  // One exchange: all that is due in either direction, and the deadlines that have come. Skips time if nothing moved.
  void Step();
  // Steps until `done`; false if that takes more steps than any healthy run, or nothing would ever happen again.
  template <typename Done>
  bool RunUntil(Done done) {
    for (std::uint64_t steps = 0; !done(); ++steps) {
      if (steps > kMaxSteps || stuck_) return false;
      Step();
    }
    return true;
  }

  struct Pair {
    ConnectionId client, server;
  };
  // A connection that is established on both sides; handles are none if that failed.
  Pair Connect();
  // Another subflow, over addresses 10.<number>.1.1 and 10.<number>.2.1. False if it does not come up.
  bool AddSubflow(const Pair& pair, std::uint8_t number);
  // Both sides close; true when neither endpoint knows the connection any more.
  bool CloseAndForget(const Pair& pair);

  Endpoint& client() { return client_; }
  Endpoint& server() { return server_; }
  Instant now() const { return now_; }

 private:
  static constexpr std::uint64_t kMaxSteps = 50'000'000;
  static constexpr std::size_t kBatch = 8;

  bool Move(Endpoint& from, Endpoint& to);
  void Emit(const TxPacket& packet, std::size_t& used);
  void DrainEvents(Endpoint& endpoint);
  std::uint16_t Established(const Pair& pair) const;

  SeededRandom client_random_{1};
  SeededRandom server_random_{2};
  Endpoint client_;
  Endpoint server_;
  ConnectionOptions connection_;
  Handover handover_;
  Instant now_ = Instant::FromNanos(1'000'000'000);
  bool stuck_ = false;
  ListenerId listener_;
  std::vector<std::byte> arena_;  // the wire: one batch of segments
  std::vector<RxPacket> arriving_;
};

}  // namespace mptcpp::bench
