// SPDX-License-Identifier: Apache-2.0
#include "trace/link_layer.h"

#include "base/endian.h"

namespace mptcpp::trace {
namespace {

constexpr std::uint32_t kRawOfOtherSystems[] = {12, 14};  // DLT_RAW before it got the number 101
constexpr std::uint32_t kLinkLoop = 108;                  // OpenBSD's kLinkNull
constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kVlanTag = 4;
constexpr std::size_t kCookedHeader = 16;
constexpr std::size_t kCooked2Header = 20;
constexpr std::size_t kNullHeader = 4;
constexpr std::uint16_t kTypeIp4 = 0x0800;
constexpr std::uint16_t kTypeIp6 = 0x86dd;
constexpr std::uint16_t kTypeVlan = 0x8100;
constexpr std::uint16_t kTypeServiceVlan = 0x88a8;

using Bytes = std::span<const std::byte>;

std::optional<Bytes> After(Bytes frame, std::size_t header) {
  if (frame.size() <= header) return std::nullopt;
  return frame.subspan(header);
}

std::optional<Bytes> AfterTyped(Bytes frame, std::size_t type_at, std::size_t header) {
  while (frame.size() > header) {
    const std::uint16_t type = Load16(frame.data() + type_at);
    if (type == kTypeIp4 || type == kTypeIp6) return After(frame, header);
    if (type != kTypeVlan && type != kTypeServiceVlan) return std::nullopt;
    type_at = header + kVlanTag - 2;
    header += kVlanTag;
  }
  return std::nullopt;
}

bool IsRaw(std::uint32_t link_type) {
  return link_type == kLinkRaw || link_type == kLinkIp4 || link_type == kLinkIp6 || link_type == kRawOfOtherSystems[0] ||
         link_type == kRawOfOtherSystems[1];
}

}  // namespace

bool IsKnownLink(std::uint32_t link_type) {
  return IsRaw(link_type) || link_type == kLinkEthernet || link_type == kLinkLinuxCooked || link_type == kLinkLinuxCooked2 ||
         link_type == kLinkNull || link_type == kLinkLoop;
}

std::optional<Bytes> IpInFrame(std::uint32_t link_type, Bytes frame) {
  if (IsRaw(link_type)) return After(frame, 0);
  switch (link_type) {
    case kLinkEthernet: return AfterTyped(frame, kEthernetHeader - 2, kEthernetHeader);
    case kLinkLinuxCooked: return AfterTyped(frame, kCookedHeader - 2, kCookedHeader);
    case kLinkLinuxCooked2: return AfterTyped(frame, 0, kCooked2Header);
    case kLinkNull:
    case kLinkLoop: return After(frame, kNullHeader);
    default: return std::nullopt;
  }
}

}  // namespace mptcpp::trace
