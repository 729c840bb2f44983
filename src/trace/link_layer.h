// SPDX-License-Identifier: Apache-2.0
// What stands before the IP packet in a captured frame, by the capture's link type (https://www.tcpdump.org/linktypes.html).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mptcpp::trace {

inline constexpr std::uint32_t kLinkNull = 0;
inline constexpr std::uint32_t kLinkEthernet = 1;
inline constexpr std::uint32_t kLinkRaw = 101;
inline constexpr std::uint32_t kLinkLinuxCooked = 113;
inline constexpr std::uint32_t kLinkIp4 = 228;
inline constexpr std::uint32_t kLinkIp6 = 229;
inline constexpr std::uint32_t kLinkLinuxCooked2 = 276;

bool IsKnownLink(std::uint32_t link_type);
// The IP packet in a frame, whatever padding follows included; nullopt if the frame carries something else. VLAN tags are
// stepped over.
std::optional<std::span<const std::byte>> IpInFrame(std::uint32_t link_type, std::span<const std::byte> frame);

}  // namespace mptcpp::trace
