// SPDX-License-Identifier: Apache-2.0
// Several endpoints behind one address: an MP_JOIN names its connection by token (RFC 8684 3.2), its 4-tuple says nothing about
// where that connection is. With EndpointOptions::token_shard an endpoint draws its keys until the token lies in the range of its own
// shard, so that whoever spreads SYNs finds the endpoint of a join without a table: ShardOf(token, count). All other segments go by
// 4-tuple, as ever. docs/load-balancing.md has the whole picture.
//
// It costs `count` hashes of eight bytes per connection instead of one, on average, also for a SYN that is answered with a
// cookie. A token tells who sees it which of the endpoints it is; a key has log2(count) of its 64 bits less to guess.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace mptcpp {

// The 2^32 tokens in `count` ranges of equal size (within one): the number of the range that holds this one, 0 .. count - 1. If
// `count` is a power of two, these are the leading bits of the token.
constexpr std::uint32_t ShardOf(Token token, std::uint16_t count) {
  return static_cast<std::uint32_t>(std::uint64_t{token.value()} * count >> 32);
}

struct TokenShard {
  static constexpr std::uint16_t kMostShards = 256;
  std::uint16_t index = 0;  // 0 .. count - 1
  std::uint16_t count = 1;  // 1 .. kMostShards; 1: all tokens are ours
  constexpr bool IsValid() const { return count >= 1 && count <= kMostShards && index < count; }
  constexpr bool Owns(Token token) const { return ShardOf(token, count) == index; }
  // So many draws miss the shard once in e^32 times.
  constexpr int EnoughDraws() const { return 32 * count; }
};

}  // namespace mptcpp
