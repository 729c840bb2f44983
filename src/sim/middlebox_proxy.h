// SPDX-License-Identifier: Apache-2.0
// The performance-enhancing proxy: acknowledges data to the sender itself, long before the receiver can, lets unknown
// options pass, and may lose what it has acknowledged. The sender's TCP will not send it again; only MPTCP's Data ACK tells.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_flow.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

struct ProxyOptions {
  double lose = 0;                         // probability that a segment vanishes after it was acknowledged
  std::optional<std::uint32_t> lose_at{};  // the segment with this byte of the stream (0 is the first) vanishes, every time
  std::uint64_t after_bytes = 0;           // it begins once the flow has carried so much, per direction
  Directions directions{};                 // of the data
};

class AckingProxy final : public Middlebox {
 public:
  explicit AckingProxy(const ProxyOptions& options) : options_(options) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  struct Side {
    SeenSpace seen;
    std::optional<SeqNum> first_byte;
    std::optional<SeqNum> fin;  // its number
    std::uint64_t bytes = 0;
    std::uint16_t window = 0;                // as last advertised by this side
    std::optional<std::uint32_t> timestamp;  // its last TSval
  };
  using Flow = PerDirection<Side>;
  void Process(PacketPtr packet, Direction direction) override;
  static void Observe(Side& side, const SegmentEdit& segment);
  void Acknowledge(const Flow& flow, const SegmentEdit& segment, Direction direction);
  bool Loses(const Side& side, const SegmentEdit& segment);

  ProxyOptions options_;
  std::map<FourTuple, Flow> flows_;
};

}  // namespace mptcpp::sim
