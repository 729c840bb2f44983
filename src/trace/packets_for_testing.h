// SPDX-License-Identifier: Apache-2.0
// Packets and capture files for the tests of this room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hex_for_testing.h"
#include "trace/pcap_reader.h"
#include "wire/gso.h"
#include "wire/ip_header.h"
#include "wire/mptcp_options.h"
#include "wire/tcp_segment.h"

namespace mptcpp::trace {

// What a test says about a packet; the rest is filled in.
struct TestPacket {
  std::int64_t at_us = 0;
  SocketAddress from{}, to{};
  wire::TcpFlags flags{};
  std::uint32_t seq = 0, ack = 0;
  std::vector<std::byte> options{};
  std::string payload{};
};

inline std::vector<std::byte> IpBytes(const TestPacket& packet) {
  TxPacket tx;
  tx.source = packet.from.address;
  tx.destination = packet.to.address;
  tx.segment_size = 65000;
  const wire::HeaderFields fields{.source_port = packet.from.port,
                                  .destination_port = packet.to.port,
                                  .seq = SeqNum(packet.seq),
                                  .ack = SeqNum(packet.ack),
                                  .flags = packet.flags,
                                  .window = 1000};
  wire::WriteHeader(fields, packet.options, tx);
  if (!packet.payload.empty()) tx.AddSlice(std::as_bytes(std::span(packet.payload)));
  std::vector<std::byte> bytes(40 + 60 + packet.payload.size());
  std::vector<std::byte> segment(60 + packet.payload.size());
  segment.resize(wire::EmitSegment(tx, 0, segment));
  const std::size_t head =
      wire::WriteIpHeader(bytes, tx.source, tx.destination, wire::kProtocolTcp, Ecn::kNotEct, segment.size(), 1);
  std::copy(segment.begin(), segment.end(), bytes.begin() + static_cast<std::ptrdiff_t>(head));
  bytes.resize(head + segment.size());
  return bytes;
}

// One option, or several behind each other, written by the functions of wire/.
inline std::vector<std::byte> Joined(std::initializer_list<std::vector<std::byte>> options) {
  std::vector<std::byte> all;
  for (const auto& option : options) all.insert(all.end(), option.begin(), option.end());
  return all;
}
template <typename Write, typename Value>
std::vector<std::byte> Option(Write write, const Value& value) {
  std::vector<std::byte> bytes(40);
  bytes.resize(write(bytes, value));
  return bytes;
}

// A pcap file in whatever flavour a test asks for.
class CaptureFile {
 public:
  CaptureFile(const std::string& path, std::uint32_t link_type, std::uint32_t magic = 0xa1b2c3d4, bool swapped = false)
      : file_(path, std::ios::binary), swapped_(swapped), nanos_(magic == 0xa1b23c4d) {
    Word(magic);
    Word(swapped ? 0x00020004 : 0x00040002);
    Word(0);
    Word(0);
    Word(65535);
    Word(link_type);
  }
  void Record(std::int64_t at_us, std::span<const std::byte> frame, std::size_t keep = 1 << 20) {
    const std::size_t kept = std::min(keep, frame.size());
    Word(static_cast<std::uint32_t>(at_us / 1'000'000));
    Word(static_cast<std::uint32_t>(at_us % 1'000'000 * (nanos_ ? 1000 : 1)));
    Word(static_cast<std::uint32_t>(kept));
    Word(static_cast<std::uint32_t>(frame.size()));
    file_.write(reinterpret_cast<const char*>(frame.data()), static_cast<std::streamsize>(kept));
  }
  void Record(const TestPacket& packet) { Record(packet.at_us, IpBytes(packet)); }
  void Close() { file_.close(); }

 private:
  void Word(std::uint32_t word) {
    if (swapped_) word = __builtin_bswap32(word);
    file_.write(reinterpret_cast<const char*>(&word), sizeof word);
  }
  std::ofstream file_;
  bool swapped_, nanos_;
};

}  // namespace mptcpp::trace
