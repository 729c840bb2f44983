// SPDX-License-Identifier: Apache-2.0
#include "stack/reset_reply.h"

#include <array>

namespace mptcpp::stack {

TxPacket MakeReset(const wire::SegmentView& segment, std::optional<wire::MpTcpRst> reason) {
  TxPacket packet;
  packet.source = segment.destination.address;
  packet.destination = segment.source.address;
  wire::HeaderFields fields{.source_port = segment.destination.port, .destination_port = segment.source.port};
  fields.flags.rst = true;
  if (segment.flags.ack) {  // RFC 9293 3.10.7.1: <SEQ=SEG.ACK><CTL=RST>
    fields.seq = segment.ack;
  } else {                  // <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>
    fields.ack = segment.End();
    fields.flags.ack = true;
  }
  std::array<std::byte, 4> option{};
  std::size_t length = 0;
  if (reason) length = wire::WriteMpTcpRst(option, *reason);
  wire::WriteHeader(fields, std::span(option).first(length), packet);
  return packet;
}

}  // namespace mptcpp::stack
