// SPDX-License-Identifier: Apache-2.0
// From a subflow's byte stream to the connection's: the mappings that one subflow received (RFC 8684 3.3.1) and the bytes that
// still wait for theirs. Decides where each byte goes, verifies DSS checksums before anybody may read a byte, finds
// contradictions. Owned by one subflow; it neither acknowledges nor resets, it answers a verdict.
//
// Bytes beyond a hole of the subflow whose mapping is known go straight to their place in the connection's buffer. Bytes
// without a mapping are held (3.3.1: "MAY be held"), and so are those of a mapping whose checksum is not complete yet.
// Once checksum verification failed, or after SetInfinite(), finite mappings mean nothing any more.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/seq_num.h"
#include "mptcp/range_set.h"
#include "mptcp/ring.h"
#include "mptcp/stream_store.h"

namespace mptcpp::core {

class MappedDataSink {
 public:
  virtual ~MappedDataSink() = default;
  virtual void OnMappedData(std::uint64_t data_offset, std::span<const std::byte> bytes) = 0;
};

struct IncomingMapping {
  std::uint64_t stream_offset = 0;  // of the subflow's payload, from 0
  std::uint64_t data_offset = 0;    // of the connection's stream, from 0
  std::uint32_t length = 0;         // payload bytes: without the DATA_FIN
  std::uint32_t received = 0;
  std::optional<std::uint16_t> checksum;
  // What the checksum's pseudo-header needs, as it stood on the wire.
  Dsn dsn;
  std::uint32_t wire_subflow_seq = 0;
  std::uint16_t wire_length = 0;

  std::uint64_t End() const { return stream_offset + length; }
};

enum class MapVerdict : std::uint8_t {
  kOk,
  kConflict,         // contradicts an earlier mapping, or there are too many
  kBadChecksum,      // failed() says which mapping
  kTooMuchUnmapped,  // more bytes without mapping than allowed
};

class MappingIn {
 public:
  // `account`: as for StreamStore.
  explicit MappingIn(SlabPool& pool, Bytes* account = nullptr) : held_(pool, account) {}

  // `in_order`: payload bytes that the subflow has received without a hole.
  MapVerdict Add(const IncomingMapping& mapping, std::uint64_t in_order, MappedDataSink& sink);
  // New bytes of the subflow, each byte once. `hold_limit` bounds what waits for a mapping.
  MapVerdict OnPayload(std::uint64_t stream_offset, std::span<const std::byte> bytes, std::uint64_t in_order,
                       std::uint64_t hold_limit, MappedDataSink& sink);
  // The infinite mapping (3.7), and plain TCP with (0, 0): from here on the two streams run in parallel. Held bytes from
  // there on are delivered.
  void SetInfinite(std::uint64_t stream_offset, std::uint64_t data_offset, MappedDataSink& sink);

  bool any() const { return any_; }  // a mapping was received
  bool is_infinite() const { return infinite_; }
  std::uint64_t unmapped() const { return unmapped_.total(); }
  // Up to where the subflow's stream has been handed on: where a fallback takes over. `in_order` as above.
  std::uint64_t HandedOn(std::uint64_t in_order) const;
  // Where a byte of the subflow belongs, if its mapping is known.
  std::optional<std::uint64_t> DataOffsetOf(std::uint64_t stream_offset) const;
  std::size_t mapping_count() const { return mappings_.size(); }
  // The mapping whose checksum was wrong; meaningful after kBadChecksum.
  const std::optional<IncomingMapping>& failed() const { return failed_; }

 private:
  static constexpr std::size_t kMaxMappings = 8192;

  IncomingMapping* Find(std::uint64_t stream_offset);
  std::size_t FirstEndingAfter(std::uint64_t stream_offset) const;
  std::uint64_t NextMappingStart(std::uint64_t stream_offset) const;
  MapVerdict Merge(IncomingMapping mapping, MappedDataSink& sink);
  MapVerdict Insert(std::size_t at, IncomingMapping mapping, MappedDataSink& sink);
  MapVerdict Take(IncomingMapping& mapping, std::uint64_t stream_offset, std::span<const std::byte> bytes, MappedDataSink& sink);
  MapVerdict Verify(const IncomingMapping& mapping, MappedDataSink& sink);
  MapVerdict Fail(const IncomingMapping& mapping);
  void UnmapStaged();
  void Hold(std::uint64_t stream_offset, std::span<const std::byte> bytes);
  void Deliver(std::uint64_t stream_offset, std::uint64_t length, std::uint64_t data_offset, MappedDataSink& sink);
  void Prune(std::uint64_t in_order);
  void ReleaseHeld(std::uint64_t in_order);

  Ring<IncomingMapping> mappings_;  // by stream offset, disjoint
  StreamStore held_;
  RangeSet unmapped_;  // held, without mapping
  RangeSet staged_;    // held, mapped, checksum not complete
  std::uint64_t held_end_ = 0;
  bool holding_ = false;
  bool any_ = false;
  bool infinite_ = false;
  std::uint64_t infinite_stream_ = 0;
  std::uint64_t infinite_data_ = 0;
  std::optional<IncomingMapping> failed_;
};

}  // namespace mptcpp::core
