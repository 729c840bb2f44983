// SPDX-License-Identifier: Apache-2.0
#include "mptcp/stream_store.h"

#include <gtest/gtest.h>

#include <vector>

namespace mptcpp::core {
namespace {

std::vector<std::byte> Bytes_(std::size_t n, int start = 0) {
  std::vector<std::byte> bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::byte>((i + static_cast<std::size_t>(start)) * 7 % 251);
  return bytes;
}

std::vector<std::byte> ReadBack(const StreamStore& store, std::uint64_t offset, std::size_t n) {
  std::vector<std::byte> out;
  store.VisitPieces(offset, n, [&](std::span<const std::byte> piece) { out.insert(out.end(), piece.begin(), piece.end()); });
  return out;
}

TEST(StreamStore, KeepsBytesAcrossSlabs) {
  SlabPool pool(Bytes::MiB(1));
  StreamStore store(pool);
  const auto bytes = Bytes_(3 * kSlabSize);
  store.Write(100, bytes);
  EXPECT_EQ(ReadBack(store, 100, bytes.size()), bytes);
  EXPECT_EQ(store.slab_count(), 4u);
  int pieces = 0;
  store.VisitPieces(100, kSlabSize, [&](auto) { ++pieces; });
  EXPECT_EQ(pieces, 2);
}

TEST(StreamStore, WritesOutOfOrder) {
  SlabPool pool(Bytes::MiB(1));
  StreamStore store(pool);
  const auto bytes = Bytes_(2 * kSlabSize);
  store.Write(kSlabSize * 2, std::span(bytes).subspan(kSlabSize));
  store.Write(kSlabSize, std::span(bytes).first(kSlabSize));
  EXPECT_EQ(ReadBack(store, kSlabSize, bytes.size()), bytes);
}

TEST(StreamStore, FreesWhatIsReleasedAndNotPinned) {
  SlabPool pool(Bytes::MiB(1));
  StreamStore store(pool);
  store.Write(0, Bytes_(3 * kSlabSize));
  store.Pin(kSlabSize + 10, 1000);
  store.ReleaseBefore(3 * kSlabSize);
  EXPECT_EQ(store.slab_count(), 1u);  // the pinned one, in the middle
  EXPECT_EQ(pool.free_count(), 2u);
  store.Unpin(kSlabSize + 10, 400);
  EXPECT_EQ(store.slab_count(), 1u);
  store.Unpin(kSlabSize + 410, 600);
  EXPECT_EQ(store.slab_count(), 0u);
}

TEST(StreamStore, PinsMayCrossSlabsAndNest) {
  SlabPool pool(Bytes::MiB(1));
  StreamStore store(pool);
  store.Write(0, Bytes_(2 * kSlabSize));
  store.Pin(kSlabSize - 500, 1000);
  store.Pin(kSlabSize - 500, 1000);
  store.ReleaseBefore(2 * kSlabSize);
  EXPECT_EQ(store.slab_count(), 2u);
  store.Unpin(kSlabSize - 500, 1000);
  EXPECT_EQ(store.slab_count(), 2u);
  store.Unpin(kSlabSize - 500, 1000);
  EXPECT_EQ(store.slab_count(), 0u);
}

TEST(StreamStore, AnIdleStreamHoldsNothingAndGoesOn) {
  SlabPool pool(Bytes::MiB(1));
  StreamStore store(pool);
  store.Write(0, Bytes_(1000));
  store.ReleaseAll(1000);
  EXPECT_EQ(store.slab_count(), 0u);
  const auto more = Bytes_(500, 9);
  store.Write(1000, more);
  EXPECT_EQ(ReadBack(store, 1000, 500), more);
}

TEST(StreamStore, ReturnsEverythingAtTheEnd) {
  SlabPool pool(Bytes::MiB(1));
  {
    StreamStore store(pool);
    store.Write(0, Bytes_(3 * kSlabSize));
    store.Pin(0, 100);
  }
  EXPECT_EQ(pool.free_count(), 3u);
}

}  // namespace
}  // namespace mptcpp::core
