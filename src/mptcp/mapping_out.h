// SPDX-License-Identifier: Apache-2.0
// The mappings that one subflow sent and that are not acknowledged on it (RFC 8684 3.3.1): one per super-segment. A mapping
// never changes once it was on the wire: whatever part of it is sent again repeats the whole of it, checksum included.
// It is also the record of what this subflow owes the connection: reinjection walks it, oldest first.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "mptcp/ring.h"
#include "tcp/upper.h"

namespace mptcpp::core {

struct OutgoingMapping {
  std::uint64_t stream_offset = 0;  // of the subflow's payload, from 0
  std::uint64_t data_offset = 0;    // of the connection's stream, from 0
  std::uint32_t length = 0;         // payload bytes
  bool data_fin = false;            // DATA_FIN follows the last byte: the data-level length is one more (3.3.3)
  bool has_checksum = false;
  std::uint16_t checksum = 0;
  std::uint32_t carried = 0;  // bits of the subflows that had this range, this one included
  bool reinjected = false;    // handed on already
  Instant sent_at;

  std::uint64_t End() const { return stream_offset + length; }
  std::uint64_t DataEnd() const { return data_offset + length; }
  std::uint16_t WireLength() const { return static_cast<std::uint16_t>(length + (data_fin ? 1u : 0u)); }
};

class MappingOut {
 public:
  // Returns the offset under which the subflow is given this range. It is opaque to the subflow: the number of the mapping
  // above the place within it. So the subflow never sees two mappings as one stretch, a retransmission never crosses from
  // one into the next, and each range leads back to its mapping at once.
  std::uint64_t Push(const OutgoingMapping& mapping);
  // The mapping of a range that the subflow holds, nullptr if there is none.
  const OutgoingMapping* Find(tcp::PayloadRange range) const;
  // Where such a range lies in the connection's stream. The mapping must exist.
  std::uint64_t DataOffset(tcp::PayloadRange range) const;
  // The subflow's peer acknowledged `bytes` more.
  void OnAcknowledged(std::uint64_t bytes);
  // The first that was not handed on; size() if there is none. Only grows, acknowledgements aside.
  std::size_t FirstNotReinjected();
  // The mapping that carries the byte at `data_una`, nullptr if there is none. The argument never goes back: what was passed once is
  // not looked at again, and what left in order behind it is not looked at at all.
  const OutgoingMapping* At(std::uint64_t data_una);

  bool empty() const { return mappings_.empty(); }
  std::size_t size() const { return mappings_.size(); }
  OutgoingMapping& operator[](std::size_t i) { return mappings_[i]; }
  const OutgoingMapping& operator[](std::size_t i) const { return mappings_[i]; }
  const OutgoingMapping& front() const { return mappings_.front(); }
  std::uint64_t acknowledged() const { return acknowledged_; }
  // A slot of the connection was given to another subflow: what its predecessor carried says nothing about it.
  void ForgetCarrier(unsigned index);
  void Clear();

 private:
  Ring<OutgoingMapping> mappings_;
  std::uint64_t acknowledged_ = 0;  // stream offset
  std::size_t next_to_reinject_ = 0;
  std::size_t passed_ = 0;           // those before it end at or below the data_una of the last At()
  std::size_t in_order_from_ = 0;    // from here on each begins where none before it has been
  std::uint64_t highest_ = 0;        // of the data that was mapped so far
  std::uint32_t first_number_ = 0;  // of mappings_[0]; wraps
};

}  // namespace mptcpp::core
