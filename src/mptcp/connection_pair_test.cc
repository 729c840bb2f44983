// SPDX-License-Identifier: Apache-2.0
// The laboratory of connection_pair.h.
#include "mptcp/connection_pair.h"

#include "base/endian.h"
#include "wire/checksum.h"

namespace mptcpp::core {
namespace {

constexpr std::uint8_t kNop = 1;
constexpr std::uint8_t kTcpProtocol = 6;

}  // namespace

void TestWire::Mend() {
  Store16(bytes.data() + 16, 0);
  wire::Checksum sum = wire::PseudoHeader(source, destination, kTcpProtocol, static_cast<std::uint32_t>(bytes.size()));
  sum.Add(bytes);
  Store16(bytes.data() + 16, sum.Finish());
}

void TestWire::Strip(const std::function<bool(wire::MptcpSubtype)>& strip) {
  for (std::size_t i = 0; i < view.mptcp_count; ++i) {
    const auto option = view.mptcp[i];
    if (!strip(wire::SubtypeOf(option))) continue;
    const auto at = static_cast<std::size_t>(option.data() - bytes.data());
    std::memset(bytes.data() + at, kNop, option.size());
  }
  Mend();
}

void ConnectionPair::Connect() {
  client().connection = std::make_unique<Connection>(client().host, client().options);
  ASSERT_TRUE(c().Connect({Address(0, kClient), 0}, ServerAddress(), now));
}

void ConnectionPair::Open() {
  Connect();
  ASSERT_TRUE(RunUntil([&] { return server().connection && c().IsEstablished() && s().IsEstablished(); }));
}

void ConnectionPair::AddPath(int path) {
  ASSERT_TRUE(c().AddSubflow({Address(path, kClient), 0}, ServerAddress(path), false, now));
  Flush();
}

double ConnectionPair::Chance() { return static_cast<double>(random_.Next32()) / 4294967296.0; }

void ConnectionPair::Pump(End& end) {
  if (!end.connection) return;
  Connection& connection = *end.connection;
  std::byte buffer[16384];
  while (end.written < end.to_write) {
    const std::size_t n = std::min<std::uint64_t>(sizeof buffer, end.to_write - end.written);
    for (std::size_t i = 0; i < n; ++i) buffer[i] = TestByte(end.written + i);
    const auto done = connection.Write(std::span(buffer).first(n), now);
    if (!done) break;
    end.written += *done;
  }
  while (end.reading) {
    const auto n = connection.Read(buffer, now);
    if (!n || *n == 0) break;
    for (std::size_t i = 0; i < *n; ++i) {
      if (buffer[i] != TestByte(end.read + i)) {
        ADD_FAILURE() << "wrong byte at " << end.read + i;
        break;
      }
    }
    if (end.read > 0) end.longest_gap = Longer(end.longest_gap, now - end.last_read);
    end.last_read = now;
    end.read += *n;
  }
  const bool finished = (end.close_after_writing && end.written == end.to_write) || (end.close_at_end && connection.AtEnd());
  if (finished && !end.shut) {
    end.shut = true;
    (void)connection.ShutdownWrite(now);
  }
}

void ConnectionPair::Send(int from, const TxPacket& packet) {
  for (std::size_t i = 0; i < wire::SegmentCount(packet); ++i) {
    TestWire wire{.to = 1 - from, .source = packet.source, .destination = packet.destination};
    wire.bytes.resize(packet.header_length + std::max<std::size_t>(packet.payload_length, packet.segment_size));
    wire.bytes.resize(wire::EmitSegment(packet, i, wire.bytes));
    ASSERT_TRUE(wire.Parse(now)) << "a malformed segment left";
    ++segments;
    wire.path = std::to_integer<int>(packet.source.bytes()[2]);
    TestPath& path = paths[static_cast<std::size_t>(wire.path)];
    if (capture) {
      captured.push_back(wire);
      captured.back().Parse(now);
    }
    if (path.down || (path.loss > 0 && Chance() < path.loss)) continue;
    if (filter && !filter(wire)) continue;
    Instant start = path.free_at[from] < now ? now : path.free_at[from];
    if (start - now > path.queue) continue;
    start = start + path.rate.TimeFor(Bytes(static_cast<std::int64_t>(wire.bytes.size() + 20)));
    path.free_at[from] = start;
    queue_.emplace(std::pair((start + path.delay).nanos(), inserted_++), std::move(wire));
  }
}

void ConnectionPair::Flush() {
  for (bool again = true; again;) {
    again = false;
    for (int i = 0; i < 2; ++i) {
      End& end = ends_[i];
      if (!end.connection) continue;
      Pump(end);
      for (TxPacket packet; end.connection->Transmit(packet, now); packet = TxPacket{}) {
        Send(i, packet);
        again = true;
      }
      if (end.connection->NextDeadline() <= now) {
        end.connection->OnDeadline(now);
        again = true;
      }
      if (check) {
        ASSERT_EQ(end.connection->Inconsistency(), nullptr);
      }
    }
  }
}

void ConnectionPair::Deliver(TestWire& wire) {
  if (!wire.Parse(now)) return;
  End& end = ends_[wire.to];
  const FourTuple tuple{wire.view.destination, wire.view.source};
  if (const auto found = end.host.tuples.find(tuple); found != end.host.tuples.end()) {
    end.connection->Receive(found->second, wire.view, now);
    return;
  }
  if (!wire.view.flags.syn || wire.view.flags.ack) return;
  for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
    const auto join = wire::ParseMpJoinSyn(wire.view.mptcp[i]);
    if (!join || !end.connection) continue;
    if (end.host.tokens.contains(join->receiver_token.value())) (void)end.connection->AcceptJoin(wire.view, *join, now);
    return;
  }
  if (wire.to != kServer || end.connection) return;
  end.connection = std::make_unique<Connection>(end.host, end.options);
  EXPECT_TRUE(end.connection->AcceptFirst(wire.view, now));
}

bool ConnectionPair::Step(Instant until) {
  Flush();
  Instant next = until;
  if (!queue_.empty()) next = Sooner(next, Instant::FromNanos(queue_.begin()->first.first));
  for (End& end : ends_) {
    if (end.connection) next = Sooner(next, end.connection->NextDeadline());
  }
  if (next > now) now = next;
  if (now >= until) return false;
  while (!queue_.empty() && queue_.begin()->first.first <= now.nanos()) {
    TestWire wire = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    Deliver(wire);
  }
  for (End& end : ends_) {
    if (end.connection && end.connection->NextDeadline() <= now) end.connection->OnDeadline(now);
  }
  return true;
}

bool ConnectionPair::RunUntil(Instant until, const std::function<bool()>& done) {
  while (!done()) {
    if (!Step(until)) return done();
    if (::testing::Test::HasFatalFailure()) return false;
  }
  return true;
}

void ConnectionPair::TransferAndClose(std::uint64_t up, std::uint64_t down, Duration limit) {
  client().to_write = up;
  server().to_write = down;
  client().close_after_writing = server().close_after_writing = true;
  const bool done = RunUntil([&] { return server().connection && c().IsFinished() && s().IsFinished(); }, limit);
  EXPECT_TRUE(done) << "client state " << static_cast<int>(c().Info().state) << " server state "
                    << static_cast<int>(s().Info().state);
  EXPECT_EQ(server().read, up);
  EXPECT_EQ(client().read, down);
  EXPECT_FALSE(c().failure().has_value());
  EXPECT_FALSE(s().failure().has_value());
}

}  // namespace mptcpp::core
