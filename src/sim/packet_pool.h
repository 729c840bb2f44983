// SPDX-License-Identifier: Apache-2.0
// Packets on the simulated wire, recycled: the buffer of a packet that was delivered or dropped carries the next one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/ip_address.h"
#include "wire/packet.h"

namespace mptcpp::sim {

class PacketPool;

// One IP packet around a TCP segment. Usually one MSS; a super-segment when the host keeps them whole (gso_size says so).
struct Packet {
  IpAddress source;
  IpAddress destination;
  Ecn ecn = Ecn::kNotEct;
  std::uint16_t gso_size = 0;       // payload bytes per wire segment if this is a super-segment, else 0
  bool checksum_verified = false;   // by the merger: the checksum field means nothing any more
  Instant arrival;                  // when it reached the host
  std::uint64_t number = 0;         // for a PacketObserver: which sent packet this is, or a copy of; 0: nobody's
  std::size_t length = 0;           // of the segment in `buffer`
  std::vector<std::byte> buffer;    // at least `length` bytes
  Packet* next = nullptr;           // in whatever list it is in now
  PacketPool* pool = nullptr;

  std::span<std::byte> segment() { return std::span(buffer).first(length); }
  std::span<const std::byte> segment() const { return std::span(buffer).first(length); }
  // With the IP header, for rates and queues.
  std::size_t wire_length() const { return length + (source.IsV6() ? 40u : 20u); }
};

struct ReturnToPool {
  void operator()(Packet* packet) const;
};
using PacketPtr = std::unique_ptr<Packet, ReturnToPool>;

// First in, first out, linked through the packets themselves.
class PacketQueue {
 public:
  PacketQueue() = default;
  PacketQueue(const PacketQueue&) = delete;
  PacketQueue& operator=(const PacketQueue&) = delete;
  ~PacketQueue() { Clear(); }
  bool empty() const { return head_ == nullptr; }
  const Packet* front() const { return head_; }
  void Push(PacketPtr packet);
  PacketPtr Pop();  // null when empty
  void Clear();

 private:
  Packet* head_ = nullptr;
  Packet* tail_ = nullptr;
};

class PacketPool {
 public:
  PacketPool() = default;
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;
  // A packet with room for `size` bytes; everything but the buffer is as new, length is `size`.
  PacketPtr Take(std::size_t size);
  PacketPtr Copy(const Packet& packet);
  // Buffers made so far; constant in steady state.
  std::size_t allocated() const { return all_.size(); }

 private:
  friend struct ReturnToPool;
  // Two lists, so that 64 KiB buffers do not end up under ACKs.
  static constexpr std::size_t kSmall = 2048;
  static constexpr std::size_t kLarge = 65536 + kMaxTcpHeader;
  std::vector<std::unique_ptr<Packet>> all_;
  std::vector<Packet*> free_small_;
  std::vector<Packet*> free_large_;
};

}  // namespace mptcpp::sim
