// SPDX-License-Identifier: Apache-2.0
#include "mptcp/send_buffer.h"

#include <algorithm>

#include "base/check.h"

namespace mptcpp::core {
namespace {

constexpr Bytes kInitialLimit = Bytes::KiB(256);

}  // namespace

SendBuffer::SendBuffer(SlabPool& pool, Bytes maximum)
    : store_(pool), maximum_(maximum), limit_(Smaller(maximum, kInitialLimit)) {}

std::size_t SendBuffer::Write(std::span<const std::byte> data) {
  const std::size_t n = std::min(data.size(), static_cast<std::size_t>(Space().count()));
  store_.Write(end_, data.first(n));
  end_ += n;
  return n;
}

void SendBuffer::OnDataAcknowledged(std::uint64_t una, std::uint64_t in_flight) {
  MPTCPP_DCHECK(una >= una_ && una <= end_);
  Follow(in_flight + (una - una_));
  una_ = una;
  if (una_ == end_) {
    store_.ReleaseAll(end_);
  } else {
    store_.ReleaseBefore(una_);
  }
}

void SendBuffer::Follow(std::uint64_t in_flight) {
  // Twice what is in flight keeps the window full while the application is being woken up.
  const Bytes wanted = Bytes(static_cast<std::int64_t>(in_flight * 2)) + kInitialLimit / 2;
  limit_ = Larger(limit_, Smaller(maximum_, wanted));
}

void SendBuffer::Unpin(std::uint64_t offset, std::uint32_t length) {
  store_.Unpin(offset, length);
  if (una_ == end_) store_.ReleaseAll(end_);
}

void SendBuffer::AppendSlices(std::uint64_t offset, std::uint32_t length, TxPacket& packet) const {
  store_.VisitPieces(offset, length, [&](std::span<const std::byte> piece) { MPTCPP_CHECK(packet.AddSlice(piece)); });
}

void SendBuffer::AddTo(wire::Checksum& sum, std::uint64_t offset, std::uint32_t length) const {
  store_.VisitPieces(offset, length, [&](std::span<const std::byte> piece) { sum.Add(piece); });
}

}  // namespace mptcpp::core
