// SPDX-License-Identifier: Apache-2.0
#include "sim/packet_pool.h"

#include <algorithm>

#include "base/check.h"

namespace mptcpp::sim {

void ReturnToPool::operator()(Packet* packet) const {
  PacketPool& pool = *packet->pool;
  (packet->buffer.size() == PacketPool::kSmall ? pool.free_small_ : pool.free_large_).push_back(packet);
}

void PacketQueue::Push(PacketPtr packet) {
  Packet* const raw = packet.release();
  raw->next = nullptr;
  (head_ == nullptr ? head_ : tail_->next) = raw;
  tail_ = raw;
}

PacketPtr PacketQueue::Pop() {
  Packet* const raw = head_;
  if (raw != nullptr) head_ = raw->next;
  return PacketPtr(raw);
}

void PacketQueue::Clear() {
  while (Pop()) {
  }
}

PacketPtr PacketPool::Take(std::size_t size) {
  MPTCPP_CHECK(size <= kLarge);
  auto& free = size <= kSmall ? free_small_ : free_large_;
  if (free.empty()) {
    all_.push_back(std::make_unique<Packet>());
    all_.back()->buffer.resize(size <= kSmall ? kSmall : kLarge);
    all_.back()->pool = this;
    free.push_back(all_.back().get());
  }
  PacketPtr packet(free.back());
  free.pop_back();
  packet->ecn = Ecn::kNotEct;
  packet->gso_size = 0;
  packet->checksum_verified = false;
  packet->number = 0;
  packet->next = nullptr;
  packet->length = size;
  return packet;
}

PacketPtr PacketPool::Copy(const Packet& packet) {
  PacketPtr copy = Take(packet.length);
  copy->source = packet.source;
  copy->destination = packet.destination;
  copy->ecn = packet.ecn;
  copy->gso_size = packet.gso_size;
  copy->number = packet.number;
  std::ranges::copy(packet.segment(), copy->buffer.begin());
  return copy;
}

}  // namespace mptcpp::sim
