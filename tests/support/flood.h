// SPDX-License-Identifier: Apache-2.0
// What an attacker sends: SYNs from addresses that do not exist, joins to a connection whose token was overheard, announcements
// on a connection whose numbers were overheard. A server under fire beside an honest client, both real endpoints, in virtual
// time. Used by tests/flood and by bench/flood_bench.
#pragma once

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "base/endian.h"
#include "tests/support/two_endpoints.h"
#include "wire/gso.h"
#include "wire/mptcp_options.h"
#include "wire/tcp_segment.h"

namespace mptcpp::testing {

enum class Forgery : std::uint8_t { kSyn, kJoin, kAddAddr };

// One forged segment after the other, into storage that is reused.
class Forger {
 public:
  static constexpr std::size_t kBatch = 64;

  // As much as `victim` can be made to believe: where it listens, and the token and the numbers of a connection it has.
  struct Victim {
    SocketAddress server;
    SocketAddress client;
    Token token;
    SeqNum next_seq;  // of the client
    SeqNum next_ack;
  };

  std::span<const RxPacket> Make(Forgery kind, const Victim& victim, Instant now) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      TxPacket packet;
      wire::HeaderFields fields{.source_port = static_cast<std::uint16_t>(1024 + random_() % 60000),
                                .destination_port = victim.server.port,
                                .seq = SeqNum(static_cast<std::uint32_t>(random_())),
                                .flags = {.syn = true},
                                .window = 65535};
      packet.source = IpAddress::V4(static_cast<std::uint8_t>(11 + random_() % 100), Byte(), Byte(), Byte());
      packet.destination = victim.server.address;
      std::array<std::byte, wire::kMaxOptionBytes> bytes;
      const std::span<std::byte> options(bytes);
      std::size_t n = 0;
      if (kind != Forgery::kAddAddr) {
        n = wire::WriteMss(options, 1460);
        n += wire::WriteSackPermitted(options.subspan(n));
        n += wire::WriteTimestamps(options.subspan(n), {.value = 1, .echo_reply = 0});
        n += wire::WriteNops(options.subspan(n), 1);
        n += wire::WriteWindowScale(options.subspan(n), 7);
      }
      switch (kind) {
        case Forgery::kSyn: n += wire::WriteMpCapable(options.subspan(n), {}); break;
        case Forgery::kJoin:
          n += wire::WriteMpJoinSyn(options.subspan(n), {.address_id = AddressId(2),
                                                         .receiver_token = victim.token,
                                                         .nonce = static_cast<std::uint32_t>(random_())});
          break;
        case Forgery::kAddAddr:
          packet.source = victim.client.address;
          fields.source_port = victim.client.port;
          fields.flags = {.ack = true};
          fields.seq = victim.next_seq;
          fields.ack = victim.next_ack;
          n += wire::WriteAddAddr(options.subspan(n), {.echo = false,
                                                       .address_id = AddressId(static_cast<std::uint8_t>(1 + random_() % 255)),
                                                       .address = IpAddress::V4(12, Byte(), Byte(), Byte()),
                                                       .port = {},
                                                       .truncated_hmac = random_()});
          break;
      }
      wire::WriteHeader(fields, options.first(n), packet);
      const std::size_t length = wire::EmitSegment(packet, 0, storage_[i]);
      packets_[i] = {packet.source, packet.destination, std::span(storage_[i]).first(length), now, 0, true};
    }
    return packets_;
  }

 private:
  std::uint8_t Byte() { return static_cast<std::uint8_t>(random_()); }

  std::mt19937_64 random_{99};
  std::array<std::array<std::byte, 128>, kBatch> storage_;
  std::array<RxPacket, kBatch> packets_;
};

// An honest connection whose transfer goes on while others shoot at its server.
class UnderFire {
 public:
  static inline const IpAddress kClientAddress = IpAddress::V4(10, 0, 0, 1);
  static inline const SocketAddress kServer{IpAddress::V4(10, 0, 0, 2), 80};
  static constexpr std::size_t kChunk = 32 * 1024;

  explicit UnderFire(const EndpointOptions& options = {}) : world_(options) {
    world_.drop = [this](const TxPacket& packet) {
      if (packet.source == kClientAddress) Overhear(packet);
      return packet.destination != kClientAddress && packet.destination != kServer.address;
    };
    listener_ = *world_.server.Listen(kServer, {}, 64);
    client_ = *world_.client.Connect({kClientAddress, 0}, kServer, {}, world_.now);
    world_.Run(Duration::Millis(50));
    server_ = *world_.server.Accept(listener_);
    Transfer(8);
    victim_.token = world_.server.Info(server_)->local_token;
  }

  // Some of the honest transfer; every byte is checked.
  void Transfer(int steps) {
    for (int i = 0; i < steps; ++i) {
      for (std::size_t k = 0; k < chunk_.size(); ++k) chunk_[k] = static_cast<std::byte>((written_ + k) * 31 >> 3);
      written_ += world_.client.Write(client_, chunk_, world_.now).value_or(0);
      world_.Run(Duration::Millis(5));
      Read();
      std::array<Event, 64> events;
      while (world_.server.PollEvents(events) > 0) {}
      while (world_.client.PollEvents(events) > 0) {}
    }
  }

  // One batch of forged segments, and what the server answers.
  void Shoot(Forgery kind) { world_.server.Receive(forger_.Make(kind, victim_, world_.now), world_.now); }
  std::span<const RxPacket> Prepare(Forgery kind) { return forger_.Make(kind, victim_, world_.now); }

  // All that was written has arrived, whole.
  bool Finish() {
    for (int i = 0; i < 2000 && read_ < written_; ++i) {
      world_.Run(Duration::Millis(10));
      Read();
    }
    return intact_ && read_ == written_;
  }

  TwoEndpoints& world() { return world_; }
  ConnectionId server_connection() const { return server_; }
  ListenerId listener() const { return listener_; }
  std::uint64_t read() const { return read_; }

 private:
  void Overhear(const TxPacket& packet) {
    victim_.client = {packet.source, Load16(packet.header.data())};
    victim_.server = kServer;
    victim_.next_seq = SeqNum(Load32(packet.header.data() + 4)) + packet.payload_length;
    victim_.next_ack = SeqNum(Load32(packet.header.data() + 8));
  }

  void Read() {
    for (auto n = world_.server.Read(server_, buffer_, world_.now); n && *n > 0;
         n = world_.server.Read(server_, buffer_, world_.now)) {
      for (std::size_t k = 0; k < *n; ++k) intact_ &= buffer_[k] == static_cast<std::byte>((read_ + k) * 31 >> 3);
      read_ += *n;
    }
  }

  TwoEndpoints world_;
  Forger forger_;
  Forger::Victim victim_;
  ListenerId listener_;
  ConnectionId client_, server_;
  std::vector<std::byte> chunk_ = std::vector<std::byte>(kChunk), buffer_ = std::vector<std::byte>(kChunk);
  std::uint64_t written_ = 0, read_ = 0;
  bool intact_ = true;
};

}  // namespace mptcpp::testing
