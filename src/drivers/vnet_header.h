// SPDX-License-Identifier: Apache-2.0
// The virtio-net header in front of every packet of a TUN device with offloads (virtio 1.2, 5.1.6). Declared here because the
// kernel's own <linux/virtio_net.h> is not C++.
#pragma once

#include <cstdint>

namespace mptcpp::drivers {

// Numbers in the byte order of the host (TUN's default).
struct VnetHeader {
  std::uint8_t flags = 0;
  std::uint8_t gso_type = 0;
  std::uint16_t hdr_len = 0;      // IP and TCP header together
  std::uint16_t gso_size = 0;     // payload per segment
  std::uint16_t csum_start = 0;   // where the checksum begins to cover
  std::uint16_t csum_offset = 0;  // where it goes, from csum_start
};
static_assert(sizeof(VnetHeader) == 10);

inline constexpr std::uint8_t kVnetNeedsChecksum = 1;  // unfinished: the receiver of the packet trusts it
inline constexpr std::uint8_t kVnetDataValid = 2;      // verified below
inline constexpr std::uint8_t kVnetGsoNone = 0;
inline constexpr std::uint8_t kVnetGsoTcp4 = 1;
inline constexpr std::uint8_t kVnetGsoTcp6 = 4;
inline constexpr std::uint8_t kVnetGsoEcn = 0x80;  // a bit beside the type: CWR is set

}  // namespace mptcpp::drivers
