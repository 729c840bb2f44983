// SPDX-License-Identifier: Apache-2.0
#include "tcp/path_mtu.h"

#include <array>

namespace mptcpp::tcp {
namespace {

constexpr Duration kRaiseAfter = Duration::Seconds(600);
constexpr std::uint32_t kSmallestV4 = 68;
constexpr std::uint32_t kSmallestV6 = 1280;
// RFC 1191 7.1, table 7-1.
constexpr std::array<std::uint32_t, 11> kPlateaus = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

std::uint32_t PlateauBelow(std::uint32_t mtu) {
  for (const std::uint32_t plateau : kPlateaus) {
    if (plateau < mtu) return plateau;
  }
  return kSmallestV4;
}

}  // namespace

bool PathMtu::OnTooBig(std::uint32_t next_hop, Instant now) {
  if (next_hop == 0 && !v6_) next_hop = PlateauBelow(mtu_);
  if (next_hop < (v6_ ? kSmallestV6 : kSmallestV4) || next_hop >= mtu_) return false;
  mtu_ = next_hop;
  raise_at_ = now + kRaiseAfter;
  return true;
}

bool PathMtu::MaybeRaise(Instant now) {
  if (now < raise_at_) return false;
  raise_at_ = Instant::Infinite();
  mtu_ = configured_;
  return true;
}

}  // namespace mptcpp::tcp
