// SPDX-License-Identifier: Apache-2.0
#include "mptcp/stream_store.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace mptcpp::core {

StreamStore::Block& StreamStore::BlockAt(std::uint64_t number) {
  if (blocks_.empty()) first_block_ = number;
  while (number < first_block_) {  // the front was empty and had been dropped
    blocks_.insert(0, Block{});
    --first_block_;
  }
  while (number - first_block_ >= blocks_.size()) blocks_.push_back(Block{});
  return blocks_[number - first_block_];
}

void StreamStore::Write(std::uint64_t offset, std::span<const std::byte> bytes) {
  MPTCPP_DCHECK(offset >= released_);
  while (!bytes.empty()) {
    Block& block = BlockAt(offset / kSlabSize);
    if (!block.slab) {
      block.slab = pool_.Take();
      if (account_ != nullptr) *account_ += Bytes(kSlabSize);
      ++slab_count_;
    }
    const std::size_t within = offset % kSlabSize;
    const std::size_t n = std::min(bytes.size(), kSlabSize - within);
    std::memcpy(block.slab->bytes + within, bytes.data(), n);
    offset += n;
    bytes = bytes.subspan(n);
  }
}

std::span<const std::byte> StreamStore::Piece(std::uint64_t offset, std::size_t length) const {
  const std::uint64_t number = offset / kSlabSize;
  MPTCPP_DCHECK(number >= first_block_ && number - first_block_ < blocks_.size());
  const Block& block = blocks_[number - first_block_];
  MPTCPP_DCHECK(block.slab != nullptr);
  const std::size_t within = offset % kSlabSize;
  return {block.slab->bytes + within, std::min(length, kSlabSize - within)};
}

void StreamStore::AddPins(std::uint64_t offset, std::uint32_t length, bool add) {
  while (length > 0) {
    const std::uint64_t number = offset / kSlabSize;
    const auto n = static_cast<std::uint32_t>(std::min<std::uint64_t>(length, kSlabSize - offset % kSlabSize));
    Block& block = BlockAt(number);
    MPTCPP_DCHECK(add ? block.slab != nullptr : block.pinned >= n);
    block.pinned = add ? block.pinned + n : block.pinned - n;
    if (!add) FreeIfDone(number, released_);
    offset += n;
    length -= n;
  }
  DropEmptyFront();
}

void StreamStore::FreeSlab(Block& block) {
  if (!block.slab) return;
  pool_.Return(std::move(block.slab));
  if (account_ != nullptr) *account_ -= Bytes(kSlabSize);
  --slab_count_;
}

void StreamStore::FreeIfDone(std::uint64_t number, std::uint64_t edge) {
  Block& block = blocks_[number - first_block_];
  if (block.pinned == 0 && (number + 1) * kSlabSize <= edge) FreeSlab(block);
}

void StreamStore::DropEmptyFront() {
  while (!blocks_.empty() && !blocks_.front().slab && blocks_.front().pinned == 0) {
    blocks_.pop_front();
    ++first_block_;
  }
}

void StreamStore::ReleaseBefore(std::uint64_t offset) {
  if (offset <= released_) return;
  const std::uint64_t from = std::max(first_block_, released_ / kSlabSize);
  released_ = offset;
  for (std::uint64_t n = from; n < offset / kSlabSize && n - first_block_ < blocks_.size(); ++n) FreeIfDone(n, offset);
  DropEmptyFront();
}

void StreamStore::ReleaseAll(std::uint64_t end) {
  ReleaseBefore(end);
  const std::uint64_t number = end / kSlabSize;
  if (blocks_.empty() || number < first_block_ || number - first_block_ >= blocks_.size()) return;
  Block& block = blocks_[number - first_block_];
  if (block.pinned == 0) FreeSlab(block);
  DropEmptyFront();
}

void StreamStore::Clear() {
  for (std::size_t i = 0; i < blocks_.size(); ++i) FreeSlab(blocks_[i]);
  blocks_.clear();
}

}  // namespace mptcpp::core
