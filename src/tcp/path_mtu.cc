// SPDX-License-Identifier: Apache-2.0
#include "tcp/path_mtu.h"

#include <algorithm>
#include <array>

namespace mptcpp::tcp {
namespace {

constexpr std::uint32_t kSmallestV4 = 68;
constexpr std::uint32_t kSmallestV6 = 1280;
constexpr std::uint32_t kLastResortV4 = 576;                    // every host takes so much (RFC 1122 3.3.2)
constexpr std::uint32_t kFineEnough = 8;                        // bytes; Linux's tcp_probe_threshold
constexpr std::uint8_t kMaxProbes = 3;                          // RFC 8899 5.1.2: MAX_PROBES
constexpr Duration kAfterFailure = Duration::Seconds(1);        // RFC 8899 5.1.1: PROBE_TIMER must not be below it
// RFC 1191 7.1, table 7-1.
constexpr std::array<std::uint32_t, 11> kPlateaus = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

std::uint32_t PlateauBelow(std::uint32_t mtu) {
  for (const std::uint32_t plateau : kPlateaus) {
    if (plateau < mtu) return plateau;
  }
  return kSmallestV4;
}

}  // namespace

PathMtu::PathMtu(const TcpOptions& options, bool v6)
    : configured_(options.mtu),
      base_(std::min<std::uint32_t>(options.mtu, std::max<std::uint32_t>(options.base_mtu, v6 ? kSmallestV6 : kLastResortV4))),
      mode_(options.mtu_probing),
      raise_after_(options.mtu_raise),
      v6_(v6),
      limit_(configured_),
      mtu_(mode_ == MtuProbing::kAlways ? base_ : configured_),
      most_(configured_) {}

void PathMtu::LimitTo(std::uint32_t peer_mss) {
  limit_ = std::min(configured_, peer_mss + HeaderBytes());
  mtu_ = std::min(mtu_, limit_);
  most_ = std::min(most_, limit_);
}

// --- what is in use shrinks -----------------------------------------------------------------------------------------------------

bool PathMtu::OnTooBig(std::uint32_t next_hop, Instant now) {
  if (next_hop == 0 && !v6_) next_hop = PlateauBelow(std::max(mtu_, flying_));
  if (next_hop < (v6_ ? kSmallestV6 : kSmallestV4)) return false;
  if (next_hop >= std::max(mtu_, flying_)) return false;
  fate_known_ = flying_ != 0;
  failures_ = 0;
  if (next_hop >= mtu_) {  // it is the probe that did not fit
    most_ = next_hop;
    most_first_ = true;
    if (!IsSearching()) EndSearch(now);
    return false;
  }
  mtu_ = most_ = next_hop;
  EndSearch(now);
  return true;
}

bool PathMtu::OnBlackHole(std::uint32_t unanswered, Instant now) {
  const std::uint32_t smallest = v6_ ? kSmallestV6 : kLastResortV4;
  if (mode_ == MtuProbing::kOff || mtu_ <= std::min(base_, smallest)) return false;
  const std::uint32_t lower = mtu_ > base_ ? base_ : smallest;
  if (unanswered <= lower) return false;
  StartSearch(std::max(mtu_, most_));
  mtu_ = lower;
  fate_known_ = flying_ != 0;
  next_probe_ = now + kAfterFailure;
  return true;
}

// --- and grows --------------------------------------------------------------------------------------------------------------------

bool PathMtu::MaybeRaise(Instant now) {
  if (now < raise_at_) return false;
  raise_at_ = Instant::Infinite();
  StartSearch(limit_);
  if (mode_ != MtuProbing::kOff || mtu_ == limit_) return false;
  mtu_ = limit_;
  return true;
}

void PathMtu::StartSearch(std::uint32_t most) {
  most_ = most;
  most_first_ = true;
  failures_ = 0;
  raise_at_ = Instant::Infinite();
}

void PathMtu::EndSearch(Instant now) { raise_at_ = mtu_ < limit_ ? now + raise_after_ : Instant::Infinite(); }

std::uint32_t PathMtu::Candidate() const {
  if (mode_ == MtuProbing::kOff || most_ <= mtu_) return 0;
  if (most_first_) return most_;
  return most_ - mtu_ < kFineEnough ? 0 : mtu_ + (most_ - mtu_ + 1) / 2;
}

std::uint32_t PathMtu::ProbeMss(Instant now) const {
  if (flying_ != 0 || now < next_probe_) return 0;
  const std::uint32_t size = Candidate();
  return size == 0 ? 0 : size - HeaderBytes();
}

void PathMtu::OnProbeSent() {
  flying_ = Candidate();
  fate_known_ = false;
  ++probes_;
}

void PathMtu::OnProbeDelivered(Instant now) {
  if (flying_ > mtu_ && !fate_known_) {
    mtu_ = flying_;
    failures_ = 0;
    if (!IsSearching()) EndSearch(now);
  }
  flying_ = 0;
}

// One loss may have any reason; three of the same size have one (RFC 8899 5.3.2).
void PathMtu::OnProbeLost(Instant now) {
  ++probes_lost_;
  next_probe_ = now + kAfterFailure;
  if (!fate_known_ && ++failures_ == kMaxProbes) {
    failures_ = 0;
    most_first_ = false;
    most_ = flying_ - 1;
    if (!IsSearching()) EndSearch(now);
  }
  flying_ = 0;
}

}  // namespace mptcpp::tcp
