// SPDX-License-Identifier: Apache-2.0
#include "sim/gro.h"

#include <algorithm>
#include <utility>

#include "base/endian.h"
#include "wire/checksum.h"
#include "wire/ip_header.h"
#include "wire/tcp_segment.h"

namespace mptcpp::sim {
namespace {

constexpr std::size_t kSeqAt = 4, kAckAt = 8, kOffsetAt = 12, kFlagsAt = 13, kWindowAt = 14, kChecksumAt = 16, kOptionsAt = 20;
constexpr std::uint8_t kFin = 0x01, kPsh = 0x08, kAck = 0x10;
constexpr std::size_t kMostMerged = 65000;

std::size_t HeaderLength(const Packet& p) { return static_cast<std::size_t>(Load8(&p.buffer[kOffsetAt]) >> 4) * 4; }
std::uint8_t Flags(const Packet& p) { return Load8(&p.buffer[kFlagsAt]); }

bool IsIntact(const Packet& p) {
  auto sum = wire::PseudoHeader(p.source, p.destination, wire::kProtocolTcp, static_cast<std::uint32_t>(p.length));
  sum.Add(p.segment());
  return sum.IsIntact();
}

// Plain data: nothing but ACK, and PSH or FIN, which end a run.
bool MayMerge(const Packet& p) {
  if (p.length < wire::kTcpHeader || HeaderLength(p) < wire::kTcpHeader || HeaderLength(p) >= p.length) return false;
  return (Flags(p) & ~(kPsh | kFin)) == kAck && p.gso_size == 0 && IsIntact(p);
}

// What has been merged so far: the growing packet and what its parts must look like.
struct Run {
  PacketPtr packet;
  std::size_t header = 0;
  std::size_t segment_size = 0;
  bool open = false;

  bool Takes(const Packet& next) const {
    if (!open || !MayMerge(next) || HeaderLength(next) != header) return false;
    const std::size_t payload = next.length - header;
    if (payload > segment_size || packet->length + payload > kMostMerged) return false;
    if (packet->source != next.source || packet->destination != next.destination || packet->ecn != next.ecn) return false;
    const auto* a = packet->buffer.data();
    const auto* b = next.buffer.data();
    return Load32(a) == Load32(b) && Load32(a + kAckAt) == Load32(b + kAckAt) && Load16(a + kWindowAt) == Load16(b + kWindowAt) &&
           Load32(a + kSeqAt) + static_cast<std::uint32_t>(packet->length - header) == Load32(b + kSeqAt) &&
           std::equal(a + kOptionsAt, a + header, b + kOptionsAt);
  }
};

void Begin(Run& run, PacketPtr packet) {
  run.open = MayMerge(*packet) && (Flags(*packet) & (kPsh | kFin)) == 0;
  run.header = run.open ? HeaderLength(*packet) : 0;
  run.segment_size = packet->length - run.header;
  run.packet = std::move(packet);
}

void Append(Run& run, const Packet& next, PacketPool& pool) {
  Packet& first = *run.packet;
  const std::size_t payload = next.length - run.header;
  if (first.length + payload > first.buffer.size()) {
    PacketPtr larger = pool.Take(kMostMerged);
    larger->source = first.source;
    larger->destination = first.destination;
    larger->ecn = first.ecn;
    larger->gso_size = first.gso_size;
    larger->arrival = first.arrival;
    larger->length = first.length;
    std::ranges::copy(first.segment(), larger->buffer.begin());
    run.packet = std::move(larger);
  }
  Packet& merged = *run.packet;
  std::copy_n(next.buffer.begin() + static_cast<std::ptrdiff_t>(run.header), payload,
              merged.buffer.begin() + static_cast<std::ptrdiff_t>(merged.length));
  merged.length += payload;
  merged.arrival = next.arrival;
  merged.gso_size = static_cast<std::uint16_t>(run.segment_size);
  const std::uint8_t last_flags = Flags(next) & (kPsh | kFin);
  Store8(&merged.buffer[kFlagsAt], Flags(merged) | last_flags);
  Store16(&merged.buffer[kChecksumAt], 0);
  merged.checksum_verified = true;
  if (last_flags != 0 || payload < run.segment_size) run.open = false;
}

}  // namespace

void MergeSegments(std::vector<PacketPtr>& packets, PacketPool& pool) {
  if (packets.size() < 2) return;
  std::size_t kept = 0;
  Run run;
  Begin(run, std::move(packets[0]));
  for (std::size_t i = 1; i < packets.size(); ++i) {
    if (run.Takes(*packets[i])) {
      Append(run, *packets[i], pool);
      packets[i].reset();
    } else {
      packets[kept++] = std::move(run.packet);
      Begin(run, std::move(packets[i]));
    }
  }
  packets[kept++] = std::move(run.packet);
  packets.resize(kept);
}

}  // namespace mptcpp::sim
