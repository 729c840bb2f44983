// SPDX-License-Identifier: Apache-2.0
// The demultiplexer: from a 4-tuple to the subflow that owns it. Keyed hashing, so that nobody can aim at one bucket; the
// last hit is remembered, because segments come in trains.
#pragma once

#include <cstdint>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ip_address.h"
#include "crypto/keys.h"

namespace mptcpp::stack {

struct TupleOwner {
  std::uint32_t connection = UINT32_MAX;  // slot in the connection store
  std::uint16_t subflow = 0;              // the connection's own index
};

class TupleTable {
 public:
  explicit TupleTable(const crypto::Secret& secret) : owners_(0, KeyedHash{&secret}) {}

  // False if the tuple is taken.
  bool Insert(const FourTuple& tuple, TupleOwner owner) { return owners_.emplace(tuple, owner).second; }
  void Erase(const FourTuple& tuple) {
    if (tuple == last_tuple_) last_tuple_ = {};
    owners_.erase(tuple);
  }
  bool Contains(const FourTuple& tuple) const { return owners_.contains(tuple); }
  // Owner with connection == UINT32_MAX when there is none.
  TupleOwner Find(const FourTuple& tuple) {
    if (tuple == last_tuple_) return last_owner_;
    const auto found = owners_.find(tuple);
    if (found == owners_.end()) return {};
    last_tuple_ = tuple;
    last_owner_ = found->second;
    return last_owner_;
  }
  std::size_t size() const { return owners_.size(); }

 private:
  struct KeyedHash {
    const crypto::Secret* secret;
    std::size_t operator()(const FourTuple& tuple) const { return secret->Hash(tuple); }
  };
  boost::unordered_flat_map<FourTuple, TupleOwner, KeyedHash> owners_;
  FourTuple last_tuple_;
  TupleOwner last_owner_;
};

}  // namespace mptcpp::stack
