// SPDX-License-Identifier: Apache-2.0
// Segments for the tests of this room.
#pragma once

#include <string_view>

#include "base/ip_address.h"
#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::drivers {

inline std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// A data segment from `source` to `destination`; `payload` must outlive it. It is cut every `segment_size` bytes.
inline TxPacket MakeDataPacket(const SocketAddress& source, const SocketAddress& destination, std::uint32_t seq,
                               std::string_view payload, std::uint16_t segment_size) {
  TxPacket packet;
  packet.source = source.address;
  packet.destination = destination.address;
  const wire::HeaderFields fields{.source_port = source.port,
                                  .destination_port = destination.port,
                                  .seq = SeqNum(seq),
                                  .ack = SeqNum(77),
                                  .flags = {.psh = true, .ack = true},
                                  .window = 1000};
  wire::WriteHeader(fields, {}, packet);
  packet.segment_size = segment_size;
  if (!payload.empty()) packet.AddSlice(AsBytes(payload));
  return packet;
}

inline std::string PayloadOf(const RxPacket& packet) {
  wire::SegmentView view;
  if (wire::ParseSegment(packet, view) != wire::ParseResult::kOk) return "(unparsable)";
  return {reinterpret_cast<const char*>(view.payload.data()), view.payload.size()};
}

}  // namespace mptcpp::drivers
