// SPDX-License-Identifier: Apache-2.0
// What the application wrote and the peer has not acknowledged at data level (RFC 8684 3.3.5). Offsets count from 0 for the
// first byte. Its limit grows with what is in flight, so that an idle or slow connection does not buffer megabytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/units.h"
#include "mptcp/stream_store.h"
#include "wire/checksum.h"
#include "wire/packet.h"

namespace mptcpp::core {

class SendBuffer {
 public:
  SendBuffer(SlabPool& pool, Bytes maximum);

  // Copies what fits and returns how much that was.
  std::size_t Write(std::span<const std::byte> data);
  // Everything below `una` is acknowledged at data level. `in_flight`: sent and not yet acknowledged, after this.
  void OnDataAcknowledged(std::uint64_t una, std::uint64_t in_flight);
  // Lets the limit follow what is in flight while the data level stands still: behind a hole that a slow subflow has to fill the
  // others go on, as far as the peer's window reaches (RFC 8684 3.3.5).
  void Follow(std::uint64_t in_flight);

  void Pin(std::uint64_t offset, std::uint32_t length) { store_.Pin(offset, length); }
  void Unpin(std::uint64_t offset, std::uint32_t length);
  void AppendSlices(std::uint64_t offset, std::uint32_t length, TxPacket& packet) const;
  void AddTo(wire::Checksum& sum, std::uint64_t offset, std::uint32_t length) const;

  std::uint64_t una() const { return una_; }
  std::uint64_t end() const { return end_; }  // one past the last byte written
  Bytes used() const { return Bytes(static_cast<std::int64_t>(end_ - una_)); }
  Bytes limit() const { return limit_; }
  Bytes Space() const { return Larger(Bytes(), limit_ - used()); }
  std::size_t slab_count() const { return store_.slab_count(); }

 private:
  StreamStore store_;
  Bytes maximum_;
  Bytes limit_;
  std::uint64_t una_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace mptcpp::core
