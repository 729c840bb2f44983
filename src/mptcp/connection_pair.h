// SPDX-License-Identifier: Apache-2.0
// For tests: two connections, their hosts in a few lines each, and paths between their addresses with delay, rate, queue, loss
// and a filter that sees every segment as wire bytes. Virtual time; ties go by order of insertion.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mptcp/connection.h"
#include "mptcp/negotiation.h"
#include "wire/gso.h"

namespace mptcpp::core {

inline std::byte TestByte(std::uint64_t offset) { return static_cast<std::byte>((offset * 2654435761u + (offset >> 13)) >> 7); }

class TestRandom final : public RandomSource {
 public:
  explicit TestRandom(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  void Fill(std::span<std::byte> out) override {
    for (std::byte& b : out) {
      state_ ^= state_ << 13;
      state_ ^= state_ >> 7;
      state_ ^= state_ << 17;
      b = static_cast<std::byte>(state_ >> 24);
    }
  }

 private:
  std::uint64_t state_;
};

class TestHost final : public ConnectionHost {
 public:
  explicit TestHost(std::uint64_t seed) : random_(seed), secret_(random_) {}
  RandomSource& random() override { return random_; }
  const crypto::Secret& secret() override { return secret_; }
  Counters& counters() override { return counters_; }
  SlabPool& slabs() override { return slabs_; }
  tcp::ChallengeAckLimiter& challenge_acks() override { return limiter_; }
  tcp::FastOpenCache& fast_open_cache() override { return cookies; }
  std::span<const KnownPathEndpoint> path_endpoints() override { return endpoints; }
  std::span<const scheduler::SchedulerInfo> schedulers() override { return {}; }
  std::span<const congestion::ControllerInfo* const> controllers() override { return {}; }
  path_manager::PathMemory& path_memory() override { return memory; }
  bool ClaimToken(Token token, Connection&) override {
    if (refuse_tokens > 0) return --refuse_tokens, false;
    return tokens.insert(token.value()).second;
  }
  void ReleaseToken(Token token) override { tokens.erase(token.value()); }
  Expected<FourTuple> ClaimTuple(FourTuple wanted, std::uint16_t preferred, Connection&, std::uint16_t index) override {
    if (wanted.local.port == 0) {
      wanted.local.port = preferred;
      while (wanted.local.port == 0 || tuples.contains(wanted)) wanted.local.port = next_port++;
    }
    if (!tuples.emplace(wanted, index).second) return std::unexpected(Error::kAddressInUse);
    return wanted;
  }
  void ReleaseTuple(const FourTuple& tuple) override { tuples.erase(tuple); }
  Bytes& receive_memory() override { return received; }
  bool MemoryIsShort() const override { return memory_is_short; }
  void Report(Connection&, const Event& event) override { events.push_back(event); }

  std::size_t Seen(EventKind kind) const {
    std::size_t n = 0;
    for (const Event& e : events) n += e.kind == kind;
    return n;
  }
  std::uint64_t operator[](Counter counter) const { return counters_[counter]; }

  std::vector<KnownPathEndpoint> endpoints;
  path_manager::PathMemory memory{EndpointOptions()};
  std::set<std::uint32_t> tokens;
  std::map<FourTuple, std::uint16_t> tuples;
  std::vector<Event> events;
  int refuse_tokens = 0;
  bool memory_is_short = false;
  Bytes received;
  tcp::FastOpenCache cookies{16};
  std::uint16_t next_port = 40000;

 private:
  TestRandom random_;
  crypto::Secret secret_;
  Counters counters_;
  SlabPool slabs_{Bytes::MiB(16)};
  tcp::ChallengeAckLimiter limiter_{1000};
};

// A segment on its way.
struct TestWire {
  int to = 0;
  int path = 0;
  IpAddress source, destination;
  std::vector<std::byte> bytes;
  wire::SegmentView view;
  bool Parse(Instant now) {
    return wire::ParseSegment({.source = source, .destination = destination, .segment = bytes, .arrival = now}, view) ==
           wire::ParseResult::kOk;
  }
  // Writes NOPs over the MPTCP options for which `strip` answers true, and mends the checksum.
  void Strip(const std::function<bool(wire::MptcpSubtype)>& strip);
  void Mend();
};

struct TestPath {
  Duration delay = Duration::Millis(10);  // one way
  Rate rate = Rate::Infinite();
  Duration queue = Duration::Millis(100);  // what does not fit is dropped
  bool down = false;
  double loss = 0;
  Instant free_at[2];
};

class ConnectionPair {
 public:
  enum : int { kClient = 0, kServer = 1 };
  struct End {
    explicit End(std::uint64_t seed) : host(seed) {}
    TestHost host;
    ConnectionOptions options;
    std::unique_ptr<Connection> connection;
    std::uint64_t to_write = 0, written = 0, read = 0;
    bool reading = true;
    bool close_after_writing = false;
    bool close_at_end = false;  // shuts its own direction once the peer's has ended
    bool shut = false;
    Instant last_read;
    Duration longest_gap;  // between two reads
  };

  ConnectionPair() : ends_{End(11), End(22)}, random_(33) {
    for (int i = 0; i < 4; ++i) paths.emplace_back();
    for (End& end : ends_) end.options.subflow_retry = Duration::Zero();
  }
  End& client() { return ends_[kClient]; }
  End& server() { return ends_[kServer]; }
  Connection& c() { return *client().connection; }
  Connection& s() { return *server().connection; }
  // Path i runs between 10.0.i.1 and 10.0.i.2.
  static IpAddress Address(int path, int end) {
    return IpAddress::V4(10, 0, static_cast<std::uint8_t>(path), static_cast<std::uint8_t>(end + 1));
  }
  static SocketAddress ServerAddress(int path = 0) { return {Address(path, kServer), 80}; }

  void Connect();
  void Open();             // Connect() and run until both are established
  void AddPath(int path);  // a join from the client's address i to the server's address i
  void Run(Duration time) {
    RunUntil(now + time, [] { return false; });
  }
  bool RunUntil(const std::function<bool()>& done, Duration limit = Duration::Seconds(60)) { return RunUntil(now + limit, done); }
  void Flush();
  // Writes `up` bytes from the client and `down` from the server, reads all, closes both, expects an orderly end.
  void TransferAndClose(std::uint64_t up, std::uint64_t down, Duration limit = Duration::Seconds(200));

  Instant now = Instant::FromNanos(5'000'000'000);
  std::vector<TestPath> paths;
  // False: lost. May change bytes (then Mend()).
  std::function<bool(TestWire&)> filter;
  std::uint64_t segments = 0;
  std::vector<TestWire> captured;  // if `capture`
  bool capture = false;
  bool check = true;

 private:
  bool RunUntil(Instant until, const std::function<bool()>& done);
  bool Step(Instant until);
  void Pump(End& end);
  void Send(int from, const TxPacket& packet);
  void Deliver(TestWire& wire);
  double Chance();

  End ends_[2];
  TestRandom random_;
  std::map<std::pair<std::int64_t, std::uint64_t>, TestWire> queue_;
  std::uint64_t inserted_ = 0;
};

}  // namespace mptcpp::core
