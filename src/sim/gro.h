// SPDX-License-Identifier: Apache-2.0
// Merges what arrived together, as a driver does (GRO): consecutive segments of one flow, in order, with equal options, become
// one RxPacket with gso_size. A segment with a wrong checksum is left alone, so that the core still sees and drops it.
#pragma once

#include <vector>

#include "sim/packet_pool.h"

namespace mptcpp::sim {

// `packets` in order of arrival; the result too, shorter. Equal options include the DSS of a super-segment, which every part of
// it repeats.
void MergeSegments(std::vector<PacketPtr>& packets, PacketPool& pool);

}  // namespace mptcpp::sim
