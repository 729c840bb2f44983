// SPDX-License-Identifier: Apache-2.0
// The normaliser of an intrusion detection system: it must see what the receiver sees, so it remembers the bytes of each stream
// and a retransmission passes with the bytes that were there first. It clears the urgent pointer, and may send old segments
// again of its own accord. A sender that gives other bytes for the same number would corrupt the stream; the box counts that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "sim/middlebox.h"
#include "sim/middlebox_flow.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

// The last mebibyte of a stream.
class StreamMemory {
 public:
  // `payload` at `seq`: what is remembered replaces what came, the rest is remembered. Returns how many bytes had differed.
  std::size_t Reconcile(SeqNum seq, std::span<std::byte> payload);

 private:
  static constexpr std::uint32_t kSize = 1u << 20;
  std::optional<SeqNum> end_;     // of the newest byte
  std::vector<std::byte> bytes_;  // by sequence number modulo kSize
  std::vector<bool> known_;
};

class CachingNormaliser final : public Middlebox {
 public:
  // Every `resend_every`-th segment with payload is followed by the one before it once more; 0: never.
  explicit CachingNormaliser(std::uint32_t resend_every) : resend_every_(resend_every) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);
  std::uint64_t inconsistent_bytes() const { return inconsistent_bytes_; }

 private:
  struct Side {
    StreamMemory memory;
    PacketPtr last;
    std::uint32_t segments = 0;
  };
  void Process(PacketPtr packet, Direction direction) override;

  std::uint32_t resend_every_;
  std::uint64_t inconsistent_bytes_ = 0;
  std::map<FourTuple, PerDirection<Side>> flows_;
};

}  // namespace mptcpp::sim
