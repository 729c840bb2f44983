// SPDX-License-Identifier: Apache-2.0
// The yardstick: Debian's lwIP (liblwip0, as packaged: MSS 1460, window and send buffer of 64 KiB, checksums in software on
// both sides, no timestamps, no SACK, a recursive mutex around allocations) through its raw API. One lwIP instance with two
// interfaces; every packet is copied once on its way from one to the other, as a driver would, and each host does all its work.
#pragma once

#include <cstdint>

#include "measure.h"

namespace mptcpp::bench::lwip {

// Once per process, before the others.
void Start();

BulkResult Bulk(std::uint64_t bytes);
RateResult ConnectAndClose(std::uint64_t connections);
MemoryResult IdleMemory(std::uint64_t connections);

}  // namespace mptcpp::bench::lwip
