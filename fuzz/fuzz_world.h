// SPDX-License-Identifier: Apache-2.0
// Two endpoints, a clock, and the segments between them, for endpoint_fuzz. It carries out what the fuzzer decides and checks
// what must hold whatever is decided: every stream arrives as it was written, transmitting comes to an end, and a deadline
// that was served does not stay due. It is its own small network rather than sim/ because the fuzzer wants every segment in hand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "base/random_source.h"
#include "mptcpp/endpoint.h"

namespace mptcpp::fuzz {

inline constexpr std::uint16_t kPort = 80;
inline constexpr std::size_t kAddresses = 2;

class SeededRandom : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void Fill(std::span<std::byte> out) override;

 private:
  std::uint64_t state_;
};

struct Stream {
  ConnectionId id;
  std::uint64_t written = 0;
  std::uint64_t read = 0;
  bool failed = false;     // kFailed was reported, or the application gave up (Close, Abort, Release)
  bool finished = false;   // kClosed
};

struct Flight {
  bool to_server = false;
  IpAddress source;
  IpAddress destination;
  Ecn ecn = Ecn::kNotEct;
  std::vector<std::byte> segment;
};

class Side {
 public:
  Side(bool server, std::uint64_t seed);

  bool is_server;
  SeededRandom random;
  Endpoint endpoint;
  ListenerId listener;
  std::vector<Stream> streams;
  std::vector<AddressId> path_endpoints;
};

class World {
 public:
  World();

  Side& side(bool server) { return server ? server_ : client_; }
  Instant now() const { return now_; }
  std::deque<Flight>& flights() { return flights_; }
  static SocketAddress AddressOf(bool server, std::size_t which);

  void Listen(const ConnectionOptions& options);
  void Connect(std::size_t local, std::size_t remote, const ConnectionOptions& options);
  void Write(bool server, std::size_t stream, std::size_t length);
  std::size_t Read(bool server, std::size_t stream, std::size_t length);  // how many bytes there were

  // Hands over the oldest `count` segments at once, as one batch for each side.
  void Deliver(std::size_t count);
  // Lets time pass, serving every deadline on the way.
  void Advance(Duration time);
  void AdvanceToDeadline();
  // Whatever both sides have to send and to report.
  void Pump();
  // A network without faults and applications that read, until nothing is left to do. Then every stream must be complete
  // unless one of its ends failed.
  void Drain();
  // Somebody on the path changes or invents segments: content is no longer guaranteed (there is no DSS checksum, and even
  // that is no cryptography), only that nothing breaks.
  void GiveUpIntegrity() { intact_ = false; }

 private:
  void Transmit(Side& side);
  void Poll(Side& side);
  void Serve(Side& side);
  Stream* FindStream(Side& side, ConnectionId id);
  void CheckComplete();

  Side client_;
  Side server_;
  Instant now_ = Instant::FromNanos(1'000'000'000);
  std::deque<Flight> flights_;
  std::vector<std::byte> read_;
  std::uint64_t total_written_ = 0;
  bool intact_ = true;
};

}  // namespace mptcpp::fuzz
