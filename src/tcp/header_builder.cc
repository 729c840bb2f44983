// SPDX-License-Identifier: Apache-2.0
#include "tcp/header_builder.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace mptcpp::tcp {
namespace {

std::size_t PadToFour(std::size_t n, std::span<std::byte> out) {
  const std::size_t padding = (4 - n % 4) % 4;
  return n + wire::WriteNops(out.subspan(n), padding);
}

}  // namespace

std::size_t BuildHeader(const HeaderInput& input, wire::Timestamps syn_timestamps, Upper& upper, TxPacket& packet) {
  std::array<std::byte, wire::kMaxOptionBytes> options;
  const std::span<std::byte> out(options);
  std::size_t n = 0;
  if (input.syn) {
    n = WriteSynOptions(*input.syn, syn_timestamps, out);
  } else if (input.timestamps) {
    n = wire::WriteNops(out, 2);
    n += wire::WriteTimestamps(out.subspan(n), *input.timestamps);
  }
  const std::size_t written = upper.WriteOptions(input.segment, out.subspan(n));
  MPTCPP_DCHECK(written <= out.size() - n);
  n += written;
  if (input.fast_open) n += wire::WriteFastOpen(out.subspan(n), input.fast_open->view());
  std::size_t blocks = 0;
  if (!input.sack.empty()) {
    n = PadToFour(n, out);
    // Two NOPs and two bytes of head: 8 bytes for each block, aligned (RFC 2018 3).
    const std::size_t room = out.size() - n;
    blocks = room >= 12 ? std::min(input.sack.size(), (room - 4) / 8) : 0;
    if (blocks > 0) {
      n += wire::WriteNops(out.subspan(n), 2);
      n += wire::WriteSack(out.subspan(n), input.sack.first(blocks));
    }
  }
  packet.source = input.tuple.local.address;
  packet.destination = input.tuple.remote.address;
  wire::WriteHeader({.source_port = input.tuple.local.port,
                     .destination_port = input.tuple.remote.port,
                     .seq = input.segment.seq,
                     .ack = input.ack,
                     .flags = input.segment.flags,
                     .window = input.window},
                    out.first(n), packet);
  return blocks;
}

}  // namespace mptcpp::tcp
