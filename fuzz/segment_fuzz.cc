// SPDX-License-Identifier: Apache-2.0
// Whole packets: TCP segments, IP packets, ICMP errors and TCP in UDP from any bytes. The first byte says as what the rest is
// read. Properties: views stay inside the packet, the quick path over options equals the general one, and what was parsed
// can be written and parsed again.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/endian.h"
#include "wire/checksum.h"
#include "wire/gso.h"
#include "wire/icmp.h"
#include "wire/ip_header.h"
#include "wire/tcp_segment.h"
#include "wire/udp_encapsulation.h"

namespace mptcpp::wire {
namespace {

using Input = std::span<const std::byte>;

bool Inside(Input part, Input whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool SameOptions(const SegmentView& a, const SegmentView& b) {
  const TcpOptions& x = a.options;
  const TcpOptions& y = b.options;
  return x.mss == y.mss && x.window_scale == y.window_scale && x.sack_permitted == y.sack_permitted && x.sack_count == y.sack_count &&
         std::equal(x.sack.begin(), x.sack.begin() + x.sack_count, y.sack.begin()) && x.timestamps == y.timestamps &&
         x.has_fast_open == y.has_fast_open && std::ranges::equal(x.fast_open_cookie, y.fast_open_cookie) &&
         std::equal(a.mptcp.begin(), a.mptcp.begin() + a.mptcp_count, b.mptcp.begin(), b.mptcp.begin() + b.mptcp_count,
                    [](Input p, Input q) { return std::ranges::equal(p, q); });
}

// Header and options written anew, with a right checksum, must be read as the same segment.
void WriteAndReadBack(const SegmentView& view, Input options) {
  TxPacket packet{.source = IpAddress::V4(192, 0, 2, 1), .destination = IpAddress::V4(198, 51, 100, 5)};
  WriteHeader({.source_port = view.source.port,
               .destination_port = view.destination.port,
               .seq = view.seq,
               .ack = view.ack,
               .flags = view.flags,
               .window = view.window},
              options, packet);
  if (view.payload.size() <= kMaxSuperSegment) packet.AddSlice(view.payload);
  std::vector<std::byte> out(packet.header_length + packet.payload_length);
  MPTCPP_CHECK(EmitSegment(packet, 0, out) == out.size());
  SegmentView again;
  MPTCPP_CHECK(ParseSegment({.source = packet.source, .destination = packet.destination, .segment = out}, again) == ParseResult::kOk);
  MPTCPP_CHECK(again.seq == view.seq && again.ack == view.ack && again.flags == view.flags && again.window == view.window);
  MPTCPP_CHECK(SameOptions(again, view));
}

void ReadSegment(Input segment, bool verified) {
  SegmentView view;
  const RxPacket packet{.source = IpAddress::V4(192, 0, 2, 1),
                        .destination = IpAddress::V4(198, 51, 100, 5),
                        .segment = segment,
                        .checksum_verified = verified};
  if (ParseSegment(packet, view) != ParseResult::kOk) return;
  MPTCPP_CHECK(Inside(view.payload, segment) && view.payload.size() <= segment.size() - kTcpHeader);
  MPTCPP_CHECK(Inside(view.options.fast_open_cookie, segment));
  MPTCPP_CHECK(view.mptcp_count <= kMaxMptcpOptions && view.options.sack_count <= 4);
  for (std::size_t i = 0; i < view.mptcp_count; ++i) {
    const Input option = view.mptcp[i];
    MPTCPP_CHECK(Inside(option, segment) && option.size() >= 3 && Load8(option.data() + 1) == option.size());
  }
  WriteAndReadBack(view, segment.subspan(kTcpHeader, segment.size() - kTcpHeader - view.payload.size()));
}

// An option list behind four NOPs takes the general path; alone it may take the quick one.
void ReadOptions(Input input) {
  const Input options = input.first(std::min(input.size(), kMaxOptionBytes - 4) / 4 * 4);
  const auto parse = [&options](std::size_t nops, std::vector<std::byte>& segment, SegmentView& view) {
    const std::uint8_t flags = options.empty() ? 0 : Load8(options.data());  // any: it decides about SYN
    segment.assign(kTcpHeader + nops, std::byte{1});
    segment.insert(segment.end(), options.begin(), options.end());
    segment[12] = static_cast<std::byte>(segment.size() / 4 << 4);
    segment[13] = static_cast<std::byte>(flags);
    MPTCPP_CHECK(ParseSegment({.segment = segment, .checksum_verified = true}, view) == ParseResult::kOk);
  };
  std::vector<std::byte> plain_bytes;
  std::vector<std::byte> shifted_bytes;
  SegmentView plain;
  SegmentView shifted;
  parse(0, plain_bytes, plain);
  parse(4, shifted_bytes, shifted);
  MPTCPP_CHECK(SameOptions(plain, shifted));
}

void ReadIp(Input packet) {
  const auto view = ParseIp(packet);
  if (!view) return;
  MPTCPP_CHECK(Inside(view->payload, packet) && view->header_length + view->payload.size() <= packet.size());
  switch (view->protocol) {
    case kProtocolTcp: ReadSegment(view->payload, true); break;
    case kProtocolIcmp: ParseIcmp(view->payload, false); break;
    case kProtocolIcmp6: ParseIcmp(view->payload, true); break;
    default: break;
  }
}

// The same with a header checksum that is right.
void ReadFixedIp(Input input) {
  std::vector<std::byte> packet(input.begin(), input.end());
  const std::size_t header = packet.empty() ? 0 : (Load8(packet.data()) & 15) * 4u;
  if (header < 20 || packet.size() < header) return;
  Store16(packet.data() + 10, 0);
  Checksum sum;
  sum.Add(std::span(packet).first(header));
  Store16(packet.data() + 10, sum.Finish());
  ReadIp(packet);
}

void ReadFixedIcmp(Input input) {
  std::vector<std::byte> message(input.begin(), input.end());
  if (message.size() < 8) return;
  Store16(message.data() + 2, 0);
  Checksum sum;
  sum.Add(message);
  Store16(message.data() + 2, sum.Finish());
  ParseIcmp(message, false);
  ParseIcmp(message, true);
}

void ReadDatagram(Input input) {
  std::vector<std::byte> buffer(8 + input.size());
  std::copy(input.begin(), input.end(), buffer.begin() + 8);
  const auto length = DecapsulateInPlace(buffer.data(), input.size(), 1, 2);
  if (!length) {
    MPTCPP_CHECK(std::equal(input.begin(), input.end(), buffer.begin() + 8));
    return;
  }
  MPTCPP_CHECK(*length == buffer.size());
  ReadSegment(buffer, true);
  const std::size_t header_length = std::size_t{Load8(buffer.data() + 12)} / 16 * 4;
  std::array<std::byte, kMaxTcpHeader> out;
  MPTCPP_CHECK(EncapsulateHeader(Input(buffer).first(header_length), out) == header_length - 8);
  MPTCPP_CHECK(std::equal(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(header_length - 8), out.begin()));
}

}  // namespace
}  // namespace mptcpp::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mptcpp::wire;
  if (size == 0) return 0;
  const Input input = std::as_bytes(std::span(data + 1, size - 1));
  switch (data[0] % 7) {
    case 0: ReadSegment(input, true); break;
    case 1: ReadSegment(input, false); break;
    case 2: ReadOptions(input); break;
    case 3: ReadIp(input); break;
    case 4: ReadFixedIp(input); break;
    case 5: ReadFixedIcmp(input); break;
    case 6: ReadDatagram(input); break;
  }
  return 0;
}
