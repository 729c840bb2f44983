// SPDX-License-Identifier: Apache-2.0
// What a stateless answer to an MP_JOIN SYN cannot give the peer to keep: the third ACK says neither token nor nonce (RFC 8684
// 3.2), so a fixed number of slots remembers them, by 4-tuple; a newer SYN takes the slot of an older one. Bounded and lossy:
// who lost its slot tries its join again. docs/decisions/syn-cookies-and-joins.md says why.
#pragma once

#include <cstdint>
#include <memory>
#include <array>

#include "base/seq_num.h"
#include "wire/mptcp_join.h"

namespace mptcpp::stack {

class JoinTable {
 public:
  static constexpr std::size_t kSlots = 1024;

  struct Slot {
    std::uint64_t tuple_hash = 0;
    SeqNum client_isn;
    wire::MpJoinSyn join;
    bool used = false;
  };

  void Put(std::uint64_t tuple_hash, SeqNum client_isn, const wire::MpJoinSyn& join) {
    if (!slots_) slots_ = std::make_unique<Slots>();
    (*slots_)[tuple_hash % kSlots] = {.tuple_hash = tuple_hash, .client_isn = client_isn, .join = join, .used = true};
  }
  // nullptr: another one took its place, or it never was.
  Slot* Find(std::uint64_t tuple_hash, SeqNum client_isn) {
    if (!slots_) return nullptr;
    Slot& slot = (*slots_)[tuple_hash % kSlots];
    return slot.used && slot.tuple_hash == tuple_hash && slot.client_isn == client_isn ? &slot : nullptr;
  }

 private:
  using Slots = std::array<Slot, kSlots>;
  std::unique_ptr<Slots> slots_;  // from the first use on
};

}  // namespace mptcpp::stack
