// SPDX-License-Identifier: Apache-2.0
#include "mptcp/receive_buffer.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace mptcpp::core {
namespace {

constexpr Duration kShortestRound = Duration::Millis(1);
constexpr Bytes kRoundSlack = Bytes(16 * 1460);  // Linux's allowance for the segments of the growing window

}  // namespace

ReceiveBuffer::ReceiveBuffer(SlabPool& pool, Bytes initial, Bytes maximum, Bytes* account)
    : store_(pool, account), limit_(Smaller(initial, maximum)), maximum_(maximum) {}

ReceiveBuffer::Outcome ReceiveBuffer::Insert(std::uint64_t offset, std::span<const std::byte> bytes) {
  Outcome outcome;
  std::uint64_t end = offset + bytes.size();
  if (offset == next_ && waiting_.empty() && end <= right_edge()) {  // in order, nothing missing: the straight line
    store_.Write(offset, bytes);
    next_ = end;
    outcome.fresh = bytes.size();
    outcome.advanced = !bytes.empty();
    return outcome;
  }
  if (end > right_edge()) {
    const std::uint64_t keep_to = std::max(offset, right_edge());
    outcome.outside = end - keep_to;
    end = keep_to;
  }
  if (offset > next_ && waiting_.size() >= MostRanges()) {  // a peer that leaves a hole between any two bytes
    outcome.outside = bytes.size();
    return outcome;
  }
  const std::uint64_t start = std::min(end, std::max(offset, next_));
  outcome.duplicate = start - offset;
  outcome.fresh = waiting_.Insert(
      start, end, [&](std::uint64_t from, std::uint64_t to) { store_.Write(from, bytes.subspan(from - offset, to - from)); });
  outcome.duplicate += (end - start) - outcome.fresh;
  waiting_peak_ = Larger(waiting_peak_, out_of_order());
  if (!waiting_.empty() && waiting_.front().start == next_) {
    Advance();
    outcome.advanced = true;
  }
  return outcome;
}

// Far more than losses on all paths leave behind, and a small part of what the bytes themselves may take.
std::size_t ReceiveBuffer::MostRanges() const {
  constexpr std::int64_t kBytesPerRange = 512;
  constexpr std::int64_t kLeast = 4096;
  return static_cast<std::size_t>(std::max(kLeast, limit_.count() / kBytesPerRange));
}

void ReceiveBuffer::Advance() {
  next_ = waiting_.front().end;
  waiting_.RemoveFront();
}

std::span<const std::byte> ReceiveBuffer::Peek() const {
  if (readable() == 0) return {};
  return store_.Piece(consumed_, readable());
}

void ReceiveBuffer::Consume(std::uint64_t n) {
  MPTCPP_DCHECK(n <= readable());
  consumed_ += n;
  if (consumed_ == next_ && waiting_.empty()) {
    store_.ReleaseAll(consumed_);
  } else {
    store_.ReleaseBefore(consumed_);
  }
}

std::size_t ReceiveBuffer::Read(std::span<std::byte> out) {
  std::size_t done = 0;
  while (done < out.size() && readable() > 0) {
    const auto piece = Peek();
    const std::size_t n = std::min(piece.size(), out.size() - done);
    std::memcpy(out.data() + done, piece.data(), n);
    Consume(n);
    done += n;
  }
  return done;
}

bool ReceiveBuffer::Autotune(Instant now, Duration round_trip) {
  if (!round_running_) {
    round_running_ = true;
    round_started_ = now;
    consumed_at_round_start_ = consumed_;
    return false;
  }
  if (now - round_started_ < Longer(round_trip, kShortestRound)) return false;
  const Bytes taken(static_cast<std::int64_t>(consumed_ - consumed_at_round_start_));
  const Bytes wanted = Smaller(maximum_, Larger(taken, waiting_peak_) * 2 + kRoundSlack);
  waiting_peak_ = Bytes();
  round_started_ = now;
  consumed_at_round_start_ = consumed_;
  if (wanted <= limit_) return false;
  limit_ = wanted;
  return true;
}

void ReceiveBuffer::Drop() {
  consumed_ = next_;
  waiting_.clear();
  store_.Clear();
}

}  // namespace mptcpp::core
