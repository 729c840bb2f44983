// SPDX-License-Identifier: Apache-2.0
// Finds out, before a capture is tracked, which packets of it are the same packet seen at another place, by their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "trace/pcap_reader.h"

namespace mptcpp::trace {

using Direction = std::pair<SocketAddress, SocketAddress>;  // source, destination

struct Sighting {
  std::uint64_t digest;  // of everything in the TCP segment but its checksum, and of the addresses
  Instant at;
  Direction direction;
  SeqNum seq, end;  // of the payload
};
// nullopt if this is no TCP segment.
std::optional<Sighting> SightingOf(const CapturedPacket& packet);

// True if most packets of one file are in it twice, with so little time between that both ends must have written it.
bool HasBothEnds(const std::vector<Sighting>& file);

// What has to be taken off the second file's stamps so that nothing arrives before it was sent; zero if they agree already.
Duration ClockOffset(const std::vector<Sighting>& first, const std::vector<Sighting>& second);

// Which file (0 or 1) is at the source of each direction: the one that sees its packets first.
using SourceFiles = std::map<Direction, int>;
SourceFiles FindSources(const std::vector<Sighting>& first, const std::vector<Sighting>& second, Duration offset);

}  // namespace mptcpp::trace
