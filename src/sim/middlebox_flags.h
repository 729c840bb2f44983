// SPDX-License-Identifier: Apache-2.0
// The normaliser of bits: clears or flips flags of MP_CAPABLE (A, the checksum; H, the cryptography) in one direction or
// both, and zeroes what is reserved in the TCP header and in DSS.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class SegmentEdit;

struct FlagOptions {
  std::uint8_t clear = 0x81;  // bits of MP_CAPABLE's flag byte: A is 0x80, H is 0x01
  std::uint8_t flip = 0;      // these turn over in each second packet
  bool zero_reserved = true;
  Directions directions{};
};

class FlagNormaliser final : public Middlebox {
 public:
  explicit FlagNormaliser(const FlagOptions& options) : options_(options) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;
  void RewriteCapable(std::span<std::byte> option);

  FlagOptions options_;
  bool flip_now_ = true;
};

}  // namespace mptcpp::sim
