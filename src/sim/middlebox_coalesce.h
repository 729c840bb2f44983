// SPDX-License-Identifier: Apache-2.0
// The coalescer: holds a segment with payload for a moment and appends the next one of the flow if it follows without a
// gap. Hardware (LRO) does that for equal options only; others keep the options of the first or of the last and lose the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

struct CoalesceOptions {
  enum class Keep : std::uint8_t {
    kEqual,  // merges segments with equal MPTCP options only
    kFirst,
    kLast,
  };
  Keep keep = Keep::kEqual;
  std::size_t size = 2920;              // most payload of a merged segment
  Duration hold = Duration::Millis(1);  // for the next one
  Directions directions{};
};

class Coalescer final : public Middlebox {
 public:
  explicit Coalescer(const CoalesceOptions& options) : options_(options) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);
  Instant NextDeadline() const override;

 private:
  struct Held {
    PacketPtr packet;
    Instant until;
  };
  using Key = std::pair<FourTuple, Direction>;
  void Process(PacketPtr packet, Direction direction) override;
  void OnDeadline() override;
  bool CanHold(Packet& packet) const;
  bool Merge(Packet& held, Packet& next, Direction direction);
  void Release(Held& held, Direction direction);

  CoalesceOptions options_;
  std::map<Key, Held> held_;
};

}  // namespace mptcpp::sim
