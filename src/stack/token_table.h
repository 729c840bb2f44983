// SPDX-License-Identifier: Apache-2.0
// From the token of an MP_JOIN to its connection (RFC 8684 3.2). Tokens are hashes of our own random keys, so the peer cannot
// choose them and no keyed hashing is needed.
#pragma once

#include <cstdint>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/units.h"

namespace mptcpp::stack {

class TokenTable {
 public:
  // False if another connection has this token (RFC 8684 3.1: then another key is made).
  bool Insert(Token token, std::uint32_t connection) { return connections_.emplace(token.value(), connection).second; }
  void Erase(Token token) { connections_.erase(token.value()); }
  // UINT32_MAX when unknown.
  std::uint32_t Find(Token token) const {
    const auto found = connections_.find(token.value());
    return found == connections_.end() ? UINT32_MAX : found->second;
  }
  std::size_t size() const { return connections_.size(); }

 private:
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> connections_;
};

}  // namespace mptcpp::stack
