// SPDX-License-Identifier: Apache-2.0
// Nothing allocates per segment in steady state: global operator new counts while an established transfer runs.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <new>
#include <vector>

#include "mptcpp/endpoint.h"
#include "tests/support/two_endpoints.h"
#include "wire/gso.h"

namespace {
std::uint64_t allocations = 0;
}

// noinline: the pair must stay a pair in the eyes of the optimiser.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (!memory) std::abort();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace mptcpp {
namespace {

// Hands packets from one endpoint to the other at once, through storage of its own: no delay, no allocation.
class DirectWire {
 public:
  // Moves everything `from` wants to send; returns the number of wire segments.
  std::uint64_t Move(Endpoint& from, Endpoint& to, Instant now) {
    std::uint64_t segments = 0;
    for (std::size_t n = from.Transmit(batch_, now); n > 0; n = from.Transmit(batch_, now)) {
      std::size_t used = 0;
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < wire::SegmentCount(batch_[i]); ++k) {
          auto& bytes = storage_[used];
          const std::size_t length = wire::EmitSegment(batch_[i], k, bytes);
          packets_[used++] = {batch_[i].source, batch_[i].destination, std::span(bytes).first(length), now, 0, true};
          if (used == storage_.size()) Deliver(to, used, now);
          ++segments;
        }
      }
      Deliver(to, used, now);
    }
    return segments;
  }

 private:
  void Deliver(Endpoint& to, std::size_t& used, Instant now) {
    to.Receive(std::span(packets_).first(used), now);
    used = 0;
  }

  std::array<TxPacket, 8> batch_;
  std::array<std::array<std::byte, 2048>, 64> storage_;
  std::array<RxPacket, 64> packets_;
};

class Allocation : public ::testing::TestWithParam<bool> {};

TEST_P(Allocation, NoneInAHundredThousandSegments) {
  testing::SeededRandom random_a(1), random_b(2);
  Endpoint client({}, random_a), server({}, random_b);
  Instant now = Instant::FromNanos(1'000'000'000);
  ConnectionOptions options;
  options.multipath = GetParam();
  options.tcp.pacing = false;
  const SocketAddress at{IpAddress::V4(10, 0, 0, 2), 80};
  const ListenerId listener = *server.Listen(at, options, 4);
  const ConnectionId a = *client.Connect({IpAddress::V4(10, 0, 0, 1), 0}, at, options, now);

  auto wire = std::make_unique<DirectWire>();
  const auto exchange = [&] {
    std::uint64_t segments = wire->Move(client, server, now);
    segments += wire->Move(server, client, now);
    now = now + Duration::Micros(200);
    if (client.NextDeadline() <= now) client.OnDeadline(now);
    if (server.NextDeadline() <= now) server.OnDeadline(now);
    return segments;
  };
  for (int i = 0; i < 20; ++i) exchange();
  const auto accepted = server.Accept(listener);
  ASSERT_TRUE(accepted);

  const std::vector<std::byte> data(256 * 1024);
  std::uint64_t read = 0;
  const auto transfer = [&](std::uint64_t segments) {
    for (std::uint64_t done = 0; done < segments;) {
      (void)client.Write(a, data, now);
      done += exchange();
      for (auto bytes = server.Peek(*accepted); !bytes.empty(); bytes = server.Peek(*accepted)) {
        read += bytes.size();
        ASSERT_TRUE(server.Consume(*accepted, bytes.size(), now));
      }
      std::array<Event, 16> events;
      while (client.PollEvents(events) > 0) {}
      while (server.PollEvents(events) > 0) {}
    }
  };
  transfer(20'000);  // windows, buffers and tables reach their size
  const std::uint64_t read_before = read;
  const std::uint64_t before = allocations;
  transfer(100'000);
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_GT(read - read_before, 90'000u * 1000u / 2);
}

INSTANTIATE_TEST_SUITE_P(PlainAndMultipath, Allocation, ::testing::Bool(),
                         [](const auto& value) { return value.param ? "Multipath" : "Plain"; });

}  // namespace
}  // namespace mptcpp
