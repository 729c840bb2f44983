// SPDX-License-Identifier: Apache-2.0
// The bytes of one stream, in slabs, addressed by their 64-bit offset in the stream. Knows nothing of what the bytes mean:
// send buffer, receive buffer and held data keep their own edges.
// A slab is given back when it lies below the released edge *and* nobody has pinned bytes in it: a subflow that sent a byte
// must be able to send the same byte again, whatever the data level has acknowledged (RFC 8684 3.3.6).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/slab_pool.h"
#include "base/units.h"
#include "mptcp/ring.h"

namespace mptcpp::core {

class StreamStore {
 public:
  // `account`, if there is one, counts the bytes of the slabs that this store and others hold; it outlives the store.
  explicit StreamStore(SlabPool& pool, Bytes* account = nullptr) : pool_(pool), account_(account) {}
  ~StreamStore() { Clear(); }
  StreamStore(const StreamStore&) = delete;
  StreamStore& operator=(const StreamStore&) = delete;

  // Copies the bytes to their place, at or above released(). Slabs are taken as needed.
  void Write(std::uint64_t offset, std::span<const std::byte> bytes);
  // The bytes from `offset` on that lie in one slab, at most `length`. They must have been written.
  std::span<const std::byte> Piece(std::uint64_t offset, std::size_t length) const;
  // Calls visit(span) for each piece of [offset, offset + length): two for 64 KiB at most.
  template <typename Visit>
  void VisitPieces(std::uint64_t offset, std::size_t length, Visit&& visit) const {
    while (length > 0) {
      const auto piece = Piece(offset, length);
      visit(piece);
      offset += piece.size();
      length -= piece.size();
    }
  }

  // Pins count bytes: what is unpinned must have been pinned, in any partition.
  void Pin(std::uint64_t offset, std::uint32_t length) { AddPins(offset, length, true); }
  void Unpin(std::uint64_t offset, std::uint32_t length) { AddPins(offset, length, false); }

  // Bytes below `offset` are wanted no more, pins aside.
  void ReleaseBefore(std::uint64_t offset);
  // Everything written so far is wanted no more: the slab with the edge goes too, so that an idle stream holds no memory.
  void ReleaseAll(std::uint64_t end);
  void Clear();

  std::uint64_t released() const { return released_; }
  std::size_t slab_count() const { return slab_count_; }

 private:
  struct Block {
    std::unique_ptr<Slab> slab;
    std::uint32_t pinned = 0;
  };
  Block& BlockAt(std::uint64_t number);  // makes room for it
  void AddPins(std::uint64_t offset, std::uint32_t length, bool add);
  void FreeIfDone(std::uint64_t number, std::uint64_t edge);
  void FreeSlab(Block& block);
  void DropEmptyFront();

  SlabPool& pool_;
  Bytes* account_;
  Ring<Block> blocks_;
  std::uint64_t first_block_ = 0;  // number of blocks_[0]; block n holds offsets n * kSlabSize ...
  std::uint64_t released_ = 0;
  std::size_t slab_count_ = 0;
};

}  // namespace mptcpp::core
