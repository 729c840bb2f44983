// SPDX-License-Identifier: Apache-2.0
// A short conversation with something of everything: MP_CAPABLE, data with a checksum, a join, ADD_ADDR, a loss that a timer
// repairs, DATA_FIN. Written as the client saw it, or as both ends did into one file. For tests only.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "trace/link_layer.h"
#include "trace/packets_for_testing.h"
#include "wire/checksum.h"

namespace mptcpp::trace {

struct SamplePacket {
  TestPacket packet;
  std::int64_t delay_us;
  bool arrives = true;
};

// A mapping of this payload with its checksum, DATA_FIN included if asked for.
inline std::vector<std::byte> SampleMapping(Dsn dsn, std::uint32_t subflow_seq, const std::string& payload, bool fin = false) {
  const auto length = static_cast<std::uint16_t>(payload.size() + (fin ? 1 : 0));
  wire::Checksum sum = wire::DssPseudoHeader(dsn, subflow_seq, length);
  sum.Add(std::as_bytes(std::span(payload)));
  const wire::WireDsn number{.value = dsn.value(), .is_64_bit = true};
  return Option(
      wire::WriteDss,
      wire::Dss{
          .mapping = wire::DssMapping{.dsn = number, .subflow_seq = subflow_seq, .length = length, .checksum = sum.Finish()},
          .data_fin = fin});
}

inline std::vector<SamplePacket> SampleConversation() {
  const SocketAddress client{IpAddress::V4(192, 0, 2, 1), 40000}, client2{IpAddress::V4(192, 0, 2, 33), 40001};
  const SocketAddress server{IpAddress::V4(198, 51, 100, 5), 80};
  const wire::TcpFlags syn{.syn = true}, syn_ack{.syn = true, .ack = true}, ack{.ack = true};
  constexpr std::int64_t kFast = 10'000, kSlow = 25'000;
  std::vector<SamplePacket> all;
  const auto send = [&](std::int64_t at, const SocketAddress& from, const SocketAddress& to, wire::TcpFlags flags,
                        std::uint32_t seq, std::uint32_t acked, std::vector<std::byte> options, std::string payload = "",
                        bool arrives = true) {
    const bool slow = from == client2 || to == client2;
    all.push_back(
        {{.at_us = at, .from = from, .to = to, .flags = flags, .seq = seq, .ack = acked, .options = options, .payload = payload},
         slow ? kSlow : kFast,
         arrives});
  };
  send(0, client, server, syn, 1000, 0, FromHex("1e040181"));
  send(10'000, server, client, syn_ack, 5000, 1001, FromHex("1e0c01811112131415161718"));
  send(20'000, client, server, ack, 1001, 5001, FromHex("1e18018101020304050607081112131415161718000401ae"), "abcd");
  send(30'000, server, client, ack, 5001, 1005, FromHex("1e0c2003f5a101d3d29d6f77"));
  send(41'000, client2, server, syn, 7000, 0, FromHex("1e0c1002ccad45acaabbccdd"));
  send(66'000, server, client2, syn_ack, 9000, 7001, FromHex("1e1010003cf9fc7dd070c15d10203040"));
  send(91'000, client2, server, ack, 7001, 9001, FromHex("1e181000ae0507dd6d0b48ebb1a1e2720a9aba214f4a2b79"));
  send(92'000, server, client, ack, 5001, 1005, FromHex("1e1c300320010db8000000000000000000000077ed14d0cb0d325ada"));
  send(116'000, server, client2, ack, 9001, 7001, FromHex("1e0c2003f5a101d3d29d6f77"));
  send(150'000, client, server, ack, 1005, 5001, SampleMapping(Dsn(0xf5a101d3d29d6f77), 5, "lost!"), "lost!", false);
  send(351'000, client, server, ack, 1005, 5001, SampleMapping(Dsn(0xf5a101d3d29d6f77), 5, "lost!"), "lost!");
  send(361'000, server, client, ack, 5001, 1010, FromHex("1e0c2003f5a101d3d29d6f7c"));
  send(380'000, client2, server, ack, 7001, 9001, SampleMapping(Dsn(0xf5a101d3d29d6f7c), 0, "", true));
  return all;
}

// All of it at the client, or everything twice: when it departs and when it arrives.
inline void WriteSampleCapture(const std::string& path, bool both_ends) {
  const IpAddress server = IpAddress::V4(198, 51, 100, 5);
  std::vector<TestPacket> seen;
  for (const SamplePacket& sample : SampleConversation()) {
    const bool from_server = sample.packet.from.address == server;
    if (both_ends || !from_server) seen.push_back(sample.packet);
    if (!sample.arrives || (!both_ends && !from_server)) continue;
    seen.push_back(sample.packet);
    seen.back().at_us += sample.delay_us;
  }
  std::stable_sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.at_us < b.at_us; });
  CaptureFile file(path, kLinkRaw);
  for (const TestPacket& packet : seen) file.Record(packet);
}

}  // namespace mptcpp::trace
