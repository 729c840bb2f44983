// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox.h"

namespace mptcpp::sim {

void Middlebox::Attach(std::string name, std::uint64_t seed, PacketPool& pool, Outlet& outlet) {
  name_ = std::move(name);
  random_.emplace(seed, name_);
  pool_ = &pool;
  outlet_ = &outlet;
}

void Middlebox::Enter(PacketPtr packet, Direction direction, Instant now) {
  now_ = now;
  if (admits_ && !admits_(*packet, direction)) return outlet_->Send(std::move(packet), direction, now);
  ++counters_.seen;
  Process(std::move(packet), direction);
}

void Middlebox::RunDeadline(Instant now) {
  now_ = now;
  OnDeadline();
}

void Middlebox::PassAt(PacketPtr packet, Direction direction, Instant at) {
  ++counters_.passed;
  outlet_->Send(std::move(packet), direction, at);
}

void Middlebox::NoteChange(const Packet& packet, Direction direction) {
  ++counters_.changed;
  Note("change", packet, direction);
}

void Middlebox::Drop(PacketPtr packet, Direction direction) {
  ++counters_.dropped;
  Note("drop", *packet, direction);
}

void Middlebox::InjectAt(PacketPtr packet, Direction direction, Instant at) {
  ++counters_.injected;
  Note("inject", *packet, direction);
  outlet_->Send(std::move(packet), direction, at);
}

void Middlebox::Note(std::string_view what, const Packet& packet, Direction direction) const {
  if (log_) log_({.at = now_, .box = name_, .what = what, .direction = direction, .packet = packet});
}

}  // namespace mptcpp::sim
