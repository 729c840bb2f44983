// SPDX-License-Identifier: Apache-2.0
#include "trace/sightings.h"

#include <algorithm>

#include "wire/ip_header.h"
#include "wire/tcp_segment.h"

namespace mptcpp::trace {
namespace {

// The same bytes again after this time are a retransmission without timestamps, not the same packet elsewhere.
constexpr Duration kLongestTravel = Duration::Seconds(2);

// FNV-1a: captures are not hostile to the program that draws them.
class Digest {
 public:
  void Add(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) value_ = (value_ ^ std::to_integer<std::uint64_t>(byte)) * 0x100'0000'01b3;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf2'9ce4'8422'2325;
};

struct Pair {
  std::size_t first, second;  // indices in the two files
};

// Packets of both files that are the same, each used once, in order.
std::vector<Pair> Match(const std::vector<Sighting>& first, const std::vector<Sighting>& second) {
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> waiting;
  for (std::size_t i = first.size(); i-- > 0;) waiting[first[i].digest].push_back(i);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < second.size(); ++i) {
    const auto at = waiting.find(second[i].digest);
    if (at == waiting.end() || at->second.empty()) continue;
    pairs.push_back({at->second.back(), i});
    at->second.pop_back();
  }
  return pairs;
}

std::map<Direction, std::vector<Duration>> DelaysByDirection(const std::vector<Sighting>& first,
                                                             const std::vector<Sighting>& second) {
  std::map<Direction, std::vector<Duration>> delays;
  for (const Pair& pair : Match(first, second))
    delays[first[pair.first].direction].push_back(second[pair.second].at - first[pair.first].at);
  for (auto& [direction, list] : delays) std::sort(list.begin(), list.end());
  return delays;
}

Duration Median(const std::vector<Duration>& sorted) { return sorted[sorted.size() / 2]; }

}  // namespace

std::optional<Sighting> SightingOf(const CapturedPacket& packet) {
  const auto ip = wire::ParseIp(packet.ip);
  if (!ip || ip->protocol != wire::kProtocolTcp) return std::nullopt;
  wire::SegmentView view;
  const RxPacket received{
      .source = ip->source, .destination = ip->destination, .segment = ip->payload, .checksum_verified = true};
  if (wire::ParseSegment(received, view) != wire::ParseResult::kOk) return std::nullopt;
  Digest digest;
  digest.Add(ip->source.bytes());
  digest.Add(ip->destination.bytes());
  digest.Add(ip->payload.first(16));
  digest.Add(ip->payload.subspan(18));
  return Sighting{.digest = digest.value(),
                  .at = packet.at,
                  .direction = {view.source, view.destination},
                  .seq = view.seq,
                  .end = view.seq + static_cast<std::uint32_t>(view.payload.size())};
}

bool HasBothEnds(const std::vector<Sighting>& file) {
  std::unordered_map<std::uint64_t, Instant> waiting;
  std::size_t pairs = 0;
  for (const Sighting& sighting : file) {
    const auto [at, is_new] = waiting.try_emplace(sighting.digest, sighting.at);
    if (is_new) continue;
    if (sighting.at - at->second <= kLongestTravel) ++pairs;
    waiting.erase(at);
  }
  // Every packet twice makes half as many pairs as packets; losses leave fewer.
  return file.size() >= 4 && pairs * 3 >= file.size();
}

Duration ClockOffset(const std::vector<Sighting>& first, const std::vector<Sighting>& second) {
  const auto delays = DelaysByDirection(first, second);
  for (const auto& [direction, there] : delays) {
    const auto back = delays.find({direction.second, direction.first});
    if (back == delays.end()) continue;
    const Duration a = Median(there), b = Median(back->second);
    // One direction shows the delay, the other its negative: the clocks agree well enough to tell who sent what.
    if ((a < Duration::Zero()) != (b < Duration::Zero())) return Duration::Zero();
    return (a + b) / 2;
  }
  return Duration::Zero();
}

SourceFiles FindSources(const std::vector<Sighting>& first, const std::vector<Sighting>& second, Duration offset) {
  SourceFiles sources;
  for (const auto& [direction, delays] : DelaysByDirection(first, second)) {
    sources[direction] = Median(delays) - offset >= Duration::Zero() ? 0 : 1;
  }
  return sources;
}

}  // namespace mptcpp::trace
