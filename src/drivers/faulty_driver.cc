// SPDX-License-Identifier: Apache-2.0
#include "drivers/faulty_driver.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/endian.h"
#include "wire/gso.h"

namespace mptcpp::drivers {
namespace {

constexpr std::size_t kChecksumOffset = 16;  // in the TCP header

}  // namespace

FaultyDriver::FaultyDriver(std::unique_ptr<Driver> inner, std::vector<PathFaults> paths, std::uint64_t seed)
    : inner_(std::move(inner)), random_(seed) {
  for (const PathFaults& faults : paths) paths_.push_back({faults, Instant()});
}

bool FaultyDriver::Later(const Segment& a, const Segment& b) { return std::tie(a.due, a.order) > std::tie(b.due, b.order); }

FaultyDriver::Path* FaultyDriver::PathOf(const IpAddress& local) {
  Path* other = nullptr;
  for (Path& path : paths_) {
    if (path.faults.local == local) return &path;
    if (path.faults.local.IsNone()) other = &path;
  }
  return other;
}

void FaultyDriver::SetBlackHole(const IpAddress& local, bool on) {
  if (Path* path = PathOf(local)) path->faults.black_hole = on;
}

bool FaultyDriver::Happens(double probability) {
  return probability > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < probability;
}

std::size_t FaultyDriver::ReceiveBatch(std::span<RxPacket> out) {
  const std::size_t n = inner_->ReceiveBatch(out);
  const auto begin = out.begin();
  const auto end = std::remove_if(begin, begin + static_cast<std::ptrdiff_t>(n), [this](const RxPacket& packet) {
    const Path* path = PathOf(packet.destination);
    return path != nullptr && path->faults.black_hole;
  });
  const auto kept = static_cast<std::size_t>(end - begin);
  faults_.swallowed += n - kept;
  return kept;
}

void FaultyDriver::Send(std::span<const TxPacket> packets, Instant now) {
  for (const TxPacket& packet : packets) {
    Path* const path = PathOf(packet.source);
    if (path == nullptr) {
      inner_->Send(std::span(&packet, 1), now);
      continue;
    }
    const std::size_t count = wire::SegmentCount(packet);
    for (std::size_t i = 0; i < count; ++i) SendSegment(*path, packet, i, now);
  }
  Flush(now);
}

void FaultyDriver::SendSegment(Path& path, const TxPacket& packet, std::size_t index, Instant now) {
  if (path.faults.black_hole) {
    ++faults_.swallowed;
    return;
  }
  const std::size_t payload = wire::SegmentCount(packet) == 1 ? packet.payload_length : packet.segment_size;
  std::vector<std::byte> bytes(packet.header_length + payload);
  const std::size_t length = wire::EmitSegment(packet, index, bytes);
  const auto segment = std::span<const std::byte>(bytes).first(length);
  const Instant start = std::max(now, path.free_at);
  if (!path.faults.rate.IsInfinite() && start - now > path.faults.queue) {
    ++faults_.overflowed;
    return;
  }
  path.free_at = start + path.faults.rate.TimeFor(Bytes(static_cast<std::int64_t>(length)));
  const Instant due = path.free_at + path.faults.delay;
  if (Happens(path.faults.loss)) {
    ++faults_.lost;
    return;
  }
  Keep(packet, segment, due);
  if (Happens(path.faults.duplication)) {
    ++faults_.duplicated;
    Keep(packet, segment, due);
  }
}

void FaultyDriver::Keep(const TxPacket& packet, std::span<const std::byte> segment, Instant due) {
  Segment kept{.due = due, .order = next_order_++, .packet = packet, .payload = {}};
  const std::size_t header = packet.header_length;
  std::copy_n(segment.begin(), header, kept.packet.header.begin());
  Store16(kept.packet.header.data() + kChecksumOffset, 0);  // the driver below completes it
  kept.packet.slice_count = 0;
  kept.packet.slices = {};
  kept.packet.payload_length = static_cast<std::uint32_t>(segment.size() - header);
  kept.payload.assign(segment.begin() + static_cast<std::ptrdiff_t>(header), segment.end());
  waiting_.push_back(std::move(kept));
  std::ranges::push_heap(waiting_, Later);
}

void FaultyDriver::Flush(Instant now) {
  std::array<Segment, kDriverBatch> due;
  std::array<TxPacket, kDriverBatch> packets;
  while (inner_->CanSend()) {
    std::size_t n = 0;
    while (n < due.size() && !waiting_.empty() && waiting_.front().due <= now) {
      std::ranges::pop_heap(waiting_, Later);
      due[n] = std::move(waiting_.back());
      waiting_.pop_back();
      packets[n] = due[n].packet;
      packets[n].payload_length = 0;
      if (!due[n].payload.empty()) packets[n].AddSlice(due[n].payload);
      ++n;
    }
    if (n == 0) break;
    inner_->Send(std::span(packets).first(n), now);
  }
  inner_->Flush(now);
}

Instant FaultyDriver::NextDeadline() const {
  return Sooner(inner_->NextDeadline(), waiting_.empty() || !inner_->CanSend() ? Instant::Infinite() : waiting_.front().due);
}

}  // namespace mptcpp::drivers
