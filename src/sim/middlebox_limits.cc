// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_limits.h"

#include <algorithm>

namespace mptcpp::sim {

std::unique_ptr<Middlebox> SizeBlackHole::Make(BoxParameters& parameters) {
  const auto bytes = static_cast<std::size_t>(parameters.Number("bytes", 1400));
  return std::make_unique<SizeBlackHole>(bytes, parameters.Ways());
}

void SizeBlackHole::Process(PacketPtr packet, Direction direction) {
  if (directions_.Has(direction) && packet->wire_length() > bytes_) return Drop(std::move(packet), direction);
  Pass(std::move(packet), direction);
}

std::unique_ptr<Middlebox> Policer::Make(BoxParameters& parameters) {
  const Rate rate = parameters.Speed("rate", Rate::MegabitsPerSecond(5));
  const Bytes burst(parameters.Number("burst", 30000, 1500));
  return std::make_unique<Policer>(rate, burst, parameters.Ways());
}

void Policer::Process(PacketPtr packet, Direction direction) {
  if (!directions_.Has(direction)) return Pass(std::move(packet), direction);
  if (now() > filled_) {
    const double earned = rate_.bytes_per_second() * (now() - filled_).seconds();
    tokens_ = std::min(static_cast<double>(burst_.count()), tokens_ + earned);
    filled_ = now();
  }
  const auto cost = static_cast<double>(packet->wire_length());
  if (tokens_ < cost) return Drop(std::move(packet), direction);
  tokens_ -= cost;
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
