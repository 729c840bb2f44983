// SPDX-License-Identifier: Apache-2.0
// The three measurements on mptcpp's endpoints.
#pragma once

#include <cstdint>

#include "back_to_back.h"
#include "measure.h"

namespace mptcpp::bench {

struct EndpointCase {
  bool multipath = true;
  std::uint8_t subflows = 1;
  bool checksum = false;  // DSS checksums (RFC 8684 3.3.1)
  Handover handover = Handover::kSegments;
};

BulkResult Bulk(const EndpointCase& what, std::uint64_t bytes);
RateResult ConnectAndClose(const EndpointCase& what, std::uint64_t connections);
MemoryResult IdleMemory(const EndpointCase& what, std::uint64_t connections);

}  // namespace mptcpp::bench
