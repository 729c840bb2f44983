// SPDX-License-Identifier: Apache-2.0
// A firewall that "randomises" initial sequence numbers: it adds a number of its own to all sequence numbers of a flow, one
// per direction, and takes it off the acknowledgments. Some forget the SACK blocks, which then point nowhere.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class SegmentEdit;

struct SegmentShift {
  std::uint32_t seq = 0;  // added
  std::uint32_t ack = 0;  // subtracted, from SACK blocks as well if adjust_sack
};
void ShiftSegment(SegmentEdit& segment, SegmentShift shift, bool adjust_sack);

class IsnRewriter final : public Middlebox {
 public:
  explicit IsnRewriter(bool adjust_sack) : adjust_sack_(adjust_sack) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  struct Offsets {
    std::uint32_t there = 0, back = 0;
  };
  void Process(PacketPtr packet, Direction direction) override;

  bool adjust_sack_;
  std::map<FourTuple, Offsets> flows_;  // drawn at the first SYN; a flow that began before us is left alone
};

}  // namespace mptcpp::sim
