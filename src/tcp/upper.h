// SPDX-License-Identifier: Apache-2.0
// What stands above one TCP: the seams through which a layer writes and reads options, hands out payload and takes it in.
// tcp does not know that MPTCP exists; it is complete with an Upper that does nothing but pass bytes.
// All calls happen synchronously inside a call on Subflow; an Upper does not call back into the subflow from them except for
// const accessors: what it wants done (reset, ack now) it answers or asks for afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/seq_num.h"
#include "base/units.h"
#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

// A stretch of the upper layer's own stream that this subflow carries. `offset` is the upper layer's number (a data sequence
// number); tcp only stores it, splits ranges by adding to it, and gives it back.
struct PayloadRange {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};

// A segment about to be built, for whom options are wanted.
struct OutgoingSegment {
  wire::TcpFlags flags;
  SeqNum seq;
  std::uint64_t stream_offset = 0;  // payload bytes this subflow sent before this segment: 0 for the first payload byte
  PayloadRange payload;             // length 0: no payload
  bool retransmission = false;      // of payload, SYN or FIN sent before
  bool probe = false;               // keepalive or window probe
  bool handshake_ack = false;       // the ACK that completes our active open (third ACK), first time or repeated
};

enum class OptionVerdict : std::uint8_t {
  kOk,
  kIgnorePayload,  // process the ACK part, act as if the segment had no payload
  kReset,          // reset this subflow: tcp sends a RST (WriteOptions is asked for its options) and is closed
  kDiscard,        // drop the whole segment silently
};

class Upper {
 public:
  virtual ~Upper() = default;

  // --- options out --------------------------------------------------------------------------------------------------------
  // Writes the upper layer's options for this segment into `space` (what TCP's own options leave of 40 bytes, before SACK
  // blocks) and returns the bytes written; tcp pads. Must be repeatable: a retransmission asks again.
  virtual std::size_t WriteOptions(const OutgoingSegment& segment, std::span<std::byte> space) = 0;
  // The most that WriteOptions will need on a segment with payload; subtracted (padded to 4) from the MSS. Constant enough
  // that it changes only between segments.
  virtual std::size_t DataOptionBytes() const = 0;

  // --- options in ---------------------------------------------------------------------------------------------------------
  // Called once for every segment that passed TCP's own checks (window, RFC 5961, PAWS, acceptable ACK), RST, SYN and SYN/ACK
  // included, before its ACK and payload are processed. `window` is the segment's window, scaled.
  virtual OptionVerdict ReadOptions(const wire::SegmentView& segment, Bytes window) = 0;

  // --- payload out --------------------------------------------------------------------------------------------------------
  // Appends the slices of this range to the packet. The bytes of a range never change while tcp holds it.
  virtual void FillPayload(PayloadRange range, TxPacket& packet) = 0;
  // The peer acknowledged this range on this subflow (cumulatively): tcp no longer needs its bytes. In order of sequence.
  virtual void OnAcknowledged(PayloadRange range) = 0;

  // --- payload of a SYN (RFC 7413) -------------------------------------------------------------------------------------------
  // Bytes that may leave in the SYN, at most `most`: the first of the stream. They belong to no range yet. An upper layer that
  // knows nothing of this has none.
  virtual std::uint32_t SynPayload(std::uint32_t most) { return most & 0u; }
  virtual void FillSynPayload(std::uint32_t, TxPacket&) {}
  // The peer took the first `length` of them: they become this range, which OnAcknowledged() follows at once. What it did not
  // take was never sent, as far as this subflow is concerned.
  virtual PayloadRange OnSynPayloadTaken(std::uint32_t length) { return {.offset = 0, .length = length}; }

  // --- payload in ---------------------------------------------------------------------------------------------------------
  // New bytes, each byte of the subflow's stream exactly once, in any order (TCP keeps only the map of holes; storing the
  // bytes is the upper layer's). `stream_offset` counts from 0 for the first payload byte of the subflow.
  // False: reset this subflow.
  virtual bool OnPayload(std::uint64_t stream_offset, std::span<const std::byte> bytes) = 0;
  // Room for payload that the upper layer offers right now, in bytes: what the window field will say.
  virtual Bytes ReceiveWindow() const = 0;
};

}  // namespace mptcpp::tcp
