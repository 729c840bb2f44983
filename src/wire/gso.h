// SPDX-License-Identifier: Apache-2.0
// The edge's side of super-segments: completes checksums, and splits a TxPacket into segments of its segment_size, each with
// its own sequence number, the same options, PSH and FIN only on the last and CWR only on the first (as TSO hardware does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/packet.h"

namespace mptcpp::wire {

// Number of wire segments of this packet: at least 1.
std::size_t SegmentCount(const TxPacket& packet);

// Writes the i-th wire segment (TCP header + payload, checksum complete) to `out` and returns its length.
// i < SegmentCount(packet); `out` holds at least header_length + segment_size bytes.
std::size_t EmitSegment(const TxPacket& packet, std::size_t i, std::span<std::byte> out);

// Sets the TCP checksum field of packet.header to the folded pseudo-header sum only, for a device that completes it
// (virtio-net VIRTIO_NET_HDR_F_NEEDS_CSUM).
void SetPartialChecksum(TxPacket& packet);

}  // namespace mptcpp::wire
