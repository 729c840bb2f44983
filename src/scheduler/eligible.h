// SPDX-License-Identifier: Apache-2.0
// Which subflows may carry a segment at all, before any scheduler has a preference. One rule for all of them, so that backup
// and stale mean the same whatever scheduler is chosen.
#pragma once

#include <cstdint>

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// Classes of subflows in the order in which they are asked. A class counts while it has a usable member, even if all its
// members are full for the moment: a backup does not carry data because a regular subflow is busy (RFC 8684 3.3.8).
enum class Tier : std::uint8_t { kRegular, kBackup, kStaleRegular, kStaleBackup, kNone };

constexpr Tier TierOf(const SubflowSnapshot& s) {
  if (!s.usable) return Tier::kNone;
  if (s.stale) return s.backup ? Tier::kStaleBackup : Tier::kStaleRegular;
  return s.backup ? Tier::kBackup : Tier::kRegular;
}

// The subflows of the best class. Those that already carried the segment (reinjection) count only if all of them did: a second
// copy on the same path says nothing new.
class Eligible {
 public:
  explicit Eligible(const Snapshot& snapshot) {
    for (const SubflowSnapshot& s : snapshot.subflows) {
      if (TierOf(s) < tier_) tier_ = TierOf(s);
    }
    for (const SubflowSnapshot& s : snapshot.subflows) {
      if (TierOf(s) == tier_ && tier_ != Tier::kNone && !s.carried_segment) all_carried_ = false;
    }
  }
  bool Has(const SubflowSnapshot& s) const {
    return tier_ != Tier::kNone && TierOf(s) == tier_ && (all_carried_ || !s.carried_segment);
  }
  bool HasWithSpace(const SubflowSnapshot& s) const { return Has(s) && s.space > Bytes(); }

 private:
  Tier tier_ = Tier::kNone;
  bool all_carried_ = true;
};

}  // namespace mptcpp::scheduler
