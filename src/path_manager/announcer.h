// SPDX-License-Identifier: Apache-2.0
// What one connection has to tell its peer about addresses: ADD_ADDR until it is echoed (RFC 8684 3.4.1), echoes of the peer's,
// REMOVE_ADDR (3.4.2) a few times. One signal per ACK and per round trip: a burst of pure ACKs would look like duplicate ACKs to the
// peer (section 3: no more than two in a row). One announcement at a time, the next when the last is echoed or given up: Linux
// keeps a single one in hand and drops what comes meanwhile.
// Whoever writes the option computes the HMAC; here only the addresses are known.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "base/units.h"
#include "wire/mptcp_options.h"

namespace mptcpp::path_manager {

struct Signal {
  enum class Kind : std::uint8_t { kAnnounce, kEcho, kRemove };
  Kind kind = Kind::kAnnounce;
  AddressId id;
  SocketAddress address;  // not for kRemove; port 0: none
};

class Announcer {
 public:
  struct Timing {
    Duration spacing = Duration::Millis(1);  // between two signals: about one round trip
    Duration first_repeat = Duration::Seconds(1);
    Duration longest_repeat = Duration::Seconds(120);
    bool echoed = true;  // false: the peer never echoes (version 0), so nothing is repeated
  };
  void SetTiming(const Timing& timing) { timing_ = timing; }

  void Announce(AddressId id, const SocketAddress& address);
  void Echo(const wire::AddAddr& received);
  void Remove(AddressId id);
  // The id names an address again: a removal that was said is not repeated, one that was not is said once, before the rest.
  void Restore(AddressId id);
  // The peer's echo: must match id, address and port.
  bool OnEcho(const wire::AddAddr& echo);
  // Nothing will be said any more (fallback, close).
  void Stop() { entries_.clear(); }

  // What the next pure ACK should carry; nullptr: nothing now. Echoes first: the peer repeats until it has them.
  const Signal* Next(Instant now) const;
  // The signal that Next() gave was written.
  void OnSent(const Signal& signal, Instant now);
  // It was, but goes out on another subflow, too, one round trip later.
  void OnSentOnOne(Instant now) { not_before_ = now + timing_.spacing; }
  // It can never be written (no space for it in a TCP header): forget it.
  void OnImpossible(const Signal& signal);
  // When Next() will have something, or GiveUp() something to do.
  Instant NextDeadline() const;
  // Forgets an announcement that was repeated often enough, so that the next one gets its turn.
  void GiveUp(Instant now);
  bool empty() const { return entries_.empty(); }

 private:
  static constexpr int kMaxSends = 4;  // as Linux: one and three repeats
  // Nothing answers a REMOVE_ADDR, and the pure ACK that carries it may get lost: it is said three times. A peer that knows the
  // id no more ignores it (3.4.2).
  static constexpr int kRemovalSends = 3;
  static constexpr std::size_t kMaxEntries = 64;

  struct Entry {
    Signal signal;
    Instant due;  // in the past: at once
    int sends = 0;
    bool last = false;  // not to be repeated
  };
  void Add(const Signal& signal);
  // The announcement whose turn it is; nullptr: there is none.
  const Entry* CurrentAnnouncement() const;
  bool MayBeSaid(const Entry& entry) const;
  std::vector<Entry>::iterator FindEntry(const Signal& signal);

  Timing timing_;
  std::vector<Entry> entries_;
  Instant not_before_ = Instant::FromNanos(INT64_MIN);
};

}  // namespace mptcpp::path_manager
