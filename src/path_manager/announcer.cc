// SPDX-License-Identifier: Apache-2.0
#include "path_manager/announcer.h"

#include <algorithm>

namespace mptcpp::path_manager {
namespace {

constexpr Instant kAtOnce = Instant::FromNanos(INT64_MIN);

}  // namespace

std::vector<Announcer::Entry>::iterator Announcer::FindEntry(const Signal& signal) {
  return std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
    return e.signal.kind == signal.kind && e.signal.id == signal.id && e.signal.address == signal.address;
  });
}

void Announcer::Add(const Signal& signal) {
  if (entries_.size() < kMaxEntries && FindEntry(signal) == entries_.end())
    entries_.push_back({.signal = signal, .due = kAtOnce});
}

void Announcer::Announce(AddressId id, const SocketAddress& address) {
  Restore(id);
  Add({Signal::Kind::kAnnounce, id, address});
}

void Announcer::Restore(AddressId id) {
  const auto is_removal = [id](const Entry& e) { return e.signal.kind == Signal::Kind::kRemove && e.signal.id == id; };
  std::erase_if(entries_, [&](const Entry& e) { return is_removal(e) && e.sends > 0 && !e.last; });
  for (Entry& e : entries_) e.last |= is_removal(e);
}

void Announcer::Echo(const wire::AddAddr& received) {
  const Signal echo{Signal::Kind::kEcho, received.address_id, {received.address, received.port.value_or(0)}};
  if (entries_.size() < kMaxEntries && FindEntry(echo) == entries_.end()) {
    entries_.insert(entries_.begin(), {.signal = echo, .due = kAtOnce});
  }
}

void Announcer::Remove(AddressId id) {
  // An announcement that is not echoed yet must not be repeated after the removal.
  std::erase_if(entries_, [&](const Entry& e) { return e.signal.kind == Signal::Kind::kAnnounce && e.signal.id == id; });
  Add({Signal::Kind::kRemove, id, {}});
}

bool Announcer::OnEcho(const wire::AddAddr& echo) {
  const auto it = FindEntry({Signal::Kind::kAnnounce, echo.address_id, {echo.address, echo.port.value_or(0)}});
  if (it == entries_.end() || it->sends == 0) return false;
  entries_.erase(it);
  return true;
}

const Announcer::Entry* Announcer::CurrentAnnouncement() const {
  const auto it = std::ranges::find_if(entries_, [](const Entry& e) { return e.signal.kind == Signal::Kind::kAnnounce; });
  return it == entries_.end() ? nullptr : &*it;
}

bool Announcer::MayBeSaid(const Entry& entry) const {
  return entry.signal.kind != Signal::Kind::kAnnounce || (&entry == CurrentAnnouncement() && entry.sends < kMaxSends);
}

const Signal* Announcer::Next(Instant now) const {
  if (now < not_before_) return nullptr;
  for (const Entry& e : entries_) {
    if (e.due <= now && MayBeSaid(e)) return &e.signal;
  }
  return nullptr;
}

void Announcer::OnSent(const Signal& signal, Instant now) {
  const auto it = FindEntry(signal);
  if (it == entries_.end()) return;
  not_before_ = now + timing_.spacing;
  ++it->sends;
  // An echo is said once: the peer repeats its announcement. Without echoes (version 0) everything is.
  const bool is_removal = it->signal.kind == Signal::Kind::kRemove;
  if (it->signal.kind == Signal::Kind::kEcho || !timing_.echoed || it->last || (is_removal && it->sends >= kRemovalSends)) {
    entries_.erase(it);
    return;
  }
  it->due = now + Shorter(timing_.first_repeat * (1 << (it->sends - 1)), timing_.longest_repeat);
}

void Announcer::GiveUp(Instant now) {
  std::erase_if(entries_, [&](const Entry& e) { return e.sends >= kMaxSends && e.due <= now; });
}

void Announcer::OnImpossible(const Signal& signal) {
  if (const auto it = FindEntry(signal); it != entries_.end()) entries_.erase(it);
}

Instant Announcer::NextDeadline() const {
  Instant earliest = Instant::Infinite();
  const Entry* const current = CurrentAnnouncement();
  for (const Entry& e : entries_) {
    if (e.signal.kind != Signal::Kind::kAnnounce || &e == current) earliest = Sooner(earliest, e.due);
  }
  return earliest.IsInfinite() ? earliest : (earliest < not_before_ ? not_before_ : earliest);
}

}  // namespace mptcpp::path_manager
