// SPDX-License-Identifier: Apache-2.0
// The splitter: cuts segments in pieces, as TSO hardware and proxies with a smaller MTU behind them do. The options
// go on every piece, or on the first only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

enum class SplitOptions : std::uint8_t {
  kCopy,        // on every piece
  kMptcpFirst,  // kind 30 on the first piece only, the others on all
  kFirst,       // everything on the first piece only
};

class Splitter final : public Middlebox {
 public:
  // Pieces of at most `size` bytes of payload; the first may have another size (0: the same).
  Splitter(std::size_t size, std::size_t first, SplitOptions options, Directions directions)
      : size_(size), first_(first == 0 ? size : first), options_(options), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;
  PacketPtr Cut(const Packet& whole, std::size_t from, std::size_t length);

  std::size_t size_, first_;
  SplitOptions options_;
  Directions directions_;
};

}  // namespace mptcpp::sim
