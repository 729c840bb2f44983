// SPDX-License-Identifier: Apache-2.0
// Addresses and paths: carries out what path_manager decides, and the receive rules of ADD_ADDR, REMOVE_ADDR and MP_PRIO
// (RFC 8684 3.4.1, 3.4.2, 3.3.8).
#include "mptcp/core.h"

namespace mptcpp::core {
namespace {

constexpr AddressId kFirst{0};
constexpr Duration kLeastSpacing = Duration::Millis(1);
constexpr Duration kLeastProbeTime = Duration::Millis(200);

}  // namespace

// No subflow before a DSS has shown that the path carries the options (3.1: MUST NOT).
bool Core::MayJoin() const {
  const bool key_known = syn_payload_out == 0 || key_confirmed;  // a DSS on early data proves the path, not that
  return IsMultipath() && established && dss_received && key_known && !failure && !close.IsDone() &&
         close.state() != DataState::kFastcloseWait && std::popcount(alive) < static_cast<int>(kMaxSubflows);
}

// Before the server is known to have our key, pure ACKs carry both keys and nothing else (3.1).
bool Core::MaySignal() const {
  return IsMultipath() && paths_started && !failure && (!is_client || key_confirmed) && BestForSignal() != nullptr;
}

void Core::StartPaths() {
  paths_started = true;
  SubflowEntry* entry = BestForSignal();
  const Duration round_trip = entry != nullptr ? entry->tcp.smoothed_rtt() : Duration::Zero();
  const Duration rto = entry != nullptr ? entry->tcp.rto() : options.tcp.initial_rto;
  announcer.SetTiming(
      {.spacing = Longer(round_trip, kLeastSpacing),
       .first_repeat = rto * 2,
       .longest_repeat = options.add_addr_timeout,
       .echoed = dialect->signs_addresses});
  policy.Start({.is_client = is_client,
                .peer_denies_join = peer_denies_join,
                .first = first_tuple,
                .subflows_limit = options.subflows_limit,
                .add_addr_accepted_limit = options.add_addr_accepted_limit,
                .ports_per_path = options.ports_per_path,
                .retry = options.subflow_retry,
                .announced_joins_per_minute = options.announced_joins_per_minute});
  for (const KnownPathEndpoint& endpoint : host.path_endpoints()) OnEndpointAdded(endpoint);
  for (const auto& [id, remote] : announced_early) policy.OnAnnounced(id, remote);
  announced_early.clear();
}

// The first subflow's address has id 0, whatever endpoint it belongs to (3.2).
AddressId Core::OnWire(AddressId endpoint) const { return first_endpoint == endpoint ? kFirst : endpoint; }

void Core::OnEndpointAdded(const KnownPathEndpoint& known) {
  if (!paths_started) return;  // StartPaths() will see it
  const PathEndpoint& endpoint = known.endpoint;
  const bool is_first = endpoint.address == first_tuple.local.address;
  if (is_first) first_endpoint = known.id;
  const bool known_to_peer = is_first && addresses.Local(kFirst).has_value();
  addresses.AddLocal(OnWire(known.id), {endpoint.address, endpoint.port});
  announcer.Restore(OnWire(known.id));
  policy.OnEndpointAdded(known);
  // The peer knows the first address already, unless we withdrew it; with another port it is news.
  if (endpoint.signal && (!known_to_peer || endpoint.port != 0)) announcer.Announce(known.id, {endpoint.address, endpoint.port});
  paths_changed = true;
}

void Core::RunPaths(Instant now) {
  paths_changed = false;
  if (!IsMultipath() || failure) {
    removed.reset();
    return;
  }
  if (!paths_started && established) StartPaths();
  paths_changed = false;
  if (removed) TakeRemovals(now);
  if (MayJoin()) {
    while (const auto command = policy.Next(now)) {
      const SocketAddress local{command->local, 0};
      if (!OpenJoin(local, command->remote, command->local_id, command->remote_id, command->backup, now)) {
        policy.OnImpossible(*command, now);
      }
    }
    if (policy.TakeRateLimited()) Count(Counter::kAddAddrRateLimit);
  }
  announcer.GiveUp(now);
  if (MaySignal() && announcer.Next(now) != nullptr) CarrierOfSignal()->tcp.RequestAck();
}

// While a subflow is being read: nothing here may act on a TCP.
void Core::OnAddAddr(SubflowEntry& entry, const wire::AddAddr& option) {
  if (option.echo) {
    if (announcer.OnEcho(option)) Count(Counter::kEchoAdd);
    paths_changed = true;  // the next announcement's turn
    return;
  }
  Count(Counter::kAddAddr);
  if (option.port) Count(Counter::kPortAdd);
  const std::uint16_t port = option.port.value_or(0);
  const bool usable = option.address_id != kFirst && !option.address.IsUnspecified() && !option.address.IsMulticast();
  // 3.4.1: an announcement that cannot prove its origin is ignored silently.
  if (!usable || crypto::AddAddrHmac(remote_key, local_key, option.address_id, option.address, port) != option.truncated_hmac) {
    Count(Counter::kAddAddrDrop);
    return;
  }
  const path_manager::Learnt learnt = Learn(option.address_id, option.address, port);
  if (learnt == path_manager::Learnt::kContradiction || learnt == path_manager::Learnt::kFull) return;
  announcer.Echo(option);
  paths_changed = true;
  if (learnt == path_manager::Learnt::kKnown) return policy.OnAnnouncedAgain(option.address_id);
  OnAnnounced(entry, option.address_id, option.address, port);
}

// RFC 6824 3.4.1: nothing proves where it comes from, and nobody waits for an echo. What is known already is ignored.
void Core::OnAddAddrV0(SubflowEntry& entry, const wire::AddAddrV0& option) {
  Count(Counter::kAddAddr);
  if (option.port) Count(Counter::kPortAdd);
  if (option.address_id == kFirst || option.address.IsUnspecified() || option.address.IsMulticast()) {
    Count(Counter::kAddAddrDrop);
    return;
  }
  const std::uint16_t port = option.port.value_or(0);
  const path_manager::Learnt learnt = Learn(option.address_id, option.address, port);
  if (learnt != path_manager::Learnt::kNew && learnt != path_manager::Learnt::kNewPort) return;
  paths_changed = true;
  OnAnnounced(entry, option.address_id, option.address, port);
}

path_manager::Learnt Core::Learn(AddressId id, const IpAddress& address, std::uint16_t port) {
  const path_manager::Learnt learnt = addresses.LearnRemote(id, {address, port});
  if (learnt == path_manager::Learnt::kContradiction || learnt == path_manager::Learnt::kFull) Count(Counter::kAddAddrDrop);
  if (learnt == path_manager::Learnt::kFull) Count(Counter::kAddAddrLimit);
  return learnt;
}

void Core::OnAnnounced(SubflowEntry& entry, AddressId id, const IpAddress& address, std::uint16_t port) {
  ReportAddress(EventKind::kAddressAnnounced, id);
  bool joined = false;
  ForEach([&](SubflowEntry& other) {
    if (other.remote_id == id) other.remote_withdrawn = false;
    if (other.tcp.tuple().remote.address == address && (port == 0 || other.tcp.tuple().remote.port == port)) joined = true;
  });
  if (joined) return;
  // Without a port: the one of the subflow that carried the option.
  const SocketAddress remote{address, port != 0 ? port : entry.tcp.tuple().remote.port};
  if (!paths_started) {
    std::erase_if(announced_early, [&](const auto& early) { return early.first == id; });  // another port
    announced_early.push_back({id, remote});
  } else if (!policy.OnAnnounced(id, remote)) {
    Count(Counter::kAddAddrDrop);
    Count(Counter::kAddAddrLimit);
  }
}

// Who says the next signal. One that is confirmed by an echo, or by its effect, goes once, on the subflow that is most likely to
// get through (not with the FIN of one that is leaving). Without echo it is to go on all subflows, for one of them may lose it
// (RFC 6824 3.4.1).
SubflowEntry* Core::CarrierOfSignal() const {
  if (!dialect->signs_addresses) {
    const std::uint32_t left = UsableMask() & ~signal_carried;
    if (left != 0) return entries[static_cast<std::size_t>(std::countr_zero(left))].get();
  }
  return BestForSignal();
}

void Core::OnSignalSent(const path_manager::Signal& signal, SubflowEntry& on) {
  signal_carried |= on.bit();
  if (!dialect->signs_addresses && (UsableMask() & ~signal_carried) != 0) {
    announcer.OnSentOnOne(clock);
    return;
  }
  signal_carried = 0;
  announcer.OnSent(signal, clock);
}

// A segment may carry several of them.
void Core::OnRemoveAddr(const wire::RemoveAddr& option) {
  wire::RemoveAddr& all = removed ? *removed : removed.emplace();
  for (std::size_t i = 0; i < option.count && all.count < wire::RemoveAddr::kMaxIds; ++i) all.ids[all.count++] = option.ids[i];
}

// 3.4.2: first ask whether the path is alive; only a path that does not answer is removed.
void Core::TakeRemovals(Instant now) {
  const wire::RemoveAddr option = *removed;
  removed.reset();
  for (std::size_t i = 0; i < option.count; ++i) {
    const AddressId id = option.ids[i];
    bool known = addresses.ForgetRemote(id), repeated = false;
    ForEach([&](SubflowEntry& entry) {
      if (entry.remote_id != id) return;
      if (entry.remote_withdrawn) {
        repeated = true;  // the path was asked
        return;
      }
      known = entry.remote_withdrawn = true;
      if (!entry.ready) return;
      entry.remove_pending = true;
      entry.remove_deadline = now + Longer(entry.tcp.rto() * 2, kLeastProbeTime);
      entry.tcp.ProbeNow(now);
    });
    if (repeated && !known) continue;
    policy.OnRemoved(id);
    Count(known ? Counter::kRmAddr : Counter::kRmAddrDrop);
    if (known) ReportAddress(EventKind::kAddressRemoved, id);
  }
}

void Core::OnPrio(SubflowEntry& entry, bool backup) {
  Count(Counter::kMPPrioRx);
  if (entry.remote_backup == backup) return;
  entry.remote_backup = backup;
  ReportSubflow(EventKind::kPriorityChanged, entry.id);
}

// RFC 6824 3.3.8: all subflows that use this address of the peer, whichever of them carries the option.
void Core::OnPrioOfAddress(AddressId id, bool backup) {
  Count(Counter::kMPPrioRx);
  ForEach([&](SubflowEntry& entry) {
    if (entry.remote_id != id || entry.remote_backup == backup) return;
    entry.remote_backup = backup;
    ReportSubflow(EventKind::kPriorityChanged, entry.id);
  });
}

// --- what the application asks for ------------------------------------------------------------------------------------------

Expected<SubflowId> Core::AddSubflow(const SocketAddress& local, const SocketAddress& remote, bool backup, Instant now) {
  clock = now;
  if (failure) return std::unexpected(*failure);
  if (local.address.IsNone() || local.address.family() != remote.address.family())
    return std::unexpected(Error::kInvalidArgument);
  const bool is_new = !addresses.LocalId(local.address);
  const std::optional<AddressId> local_id = ClaimLocalId(local);
  if (!local_id) return std::unexpected(Error::kLimit);
  if (is_new) announcer.Restore(*local_id);
  SocketAddress to = remote;
  if (to.port == 0) to.port = first_tuple.remote.port;
  AddressId remote_id = kFirst;
  if (const auto known = addresses.RemoteId(to.address); known && to.address != first_tuple.remote.address) remote_id = *known;
  return OpenJoin(local, to, *local_id, remote_id, backup, now);
}

// A closing subflow takes no place in the limits any more, even while its FIN is repeated on a dead path or in TIME-WAIT.
void Core::LeavePolicy(SubflowEntry& entry, path_manager::Ending ending, Instant now, int patience) {
  if (entry.left_policy) return;
  entry.left_policy = true;
  policy.OnEnded(entry.local_id, entry.policy_remote_id, ending, now, patience);
}

Expected<void> Core::CloseSubflow(SubflowId id, Instant now) {
  clock = now;
  SubflowEntry* entry = FindById(id);
  if (entry == nullptr) return std::unexpected(Error::kInvalidArgument);
  if (!IsMultipath()) return std::unexpected(Error::kNotMultipath);
  if (entry->close_called) return {};
  entry->close_called = true;
  entry->health = SubflowHealth::kClosing;
  HandOn(*entry);
  LeavePolicy(*entry, path_manager::Ending::kWanted, now);
  entry->tcp.Close(now);
  if (entry->tcp.IsClosed()) reap_needed = true;
  return {};
}

Expected<void> Core::SetBackup(SubflowId id, bool backup, Instant now) {
  clock = now;
  SubflowEntry* entry = FindById(id);
  if (entry == nullptr) return std::unexpected(Error::kInvalidArgument);
  if (!IsMultipath()) return std::unexpected(Error::kNotMultipath);
  if (entry->local_backup == backup) return {};
  entry->local_backup = backup;
  entry->prio_pending = true;
  if (entry->ready) entry->tcp.RequestAck();
  return {};
}

PathPreference Core::PreferenceOf(const IpAddress& local) const {
  for (const KnownPathEndpoint& known : host.path_endpoints()) {
    if (known.endpoint.address == local) return known.endpoint.preference;
  }
  return {};
}

Expected<void> Core::SetPreference(SubflowId id, const PathPreference& preference) {
  SubflowEntry* entry = FindById(id);
  if (entry == nullptr || preference.weight == 0) return std::unexpected(Error::kInvalidArgument);
  entry->preference = preference;
  return {};
}

Expected<AddressId> Core::Announce(const SocketAddress& address, Instant now) {
  clock = now;
  if (!IsMultipath()) return std::unexpected(Error::kNotMultipath);
  if (address.address.IsUnspecified() || address.address.IsMulticast()) return std::unexpected(Error::kInvalidArgument);
  std::optional<AddressId> id = addresses.LocalId(address.address);
  if (!id || *id == kFirst) {
    id = addresses.FreeLocalId();
    if (!id) return std::unexpected(Error::kLimit);
    addresses.AddLocal(*id, address);
  }
  announcer.Announce(*id, address);
  RunPaths(now);
  return *id;
}

Expected<void> Core::Withdraw(AddressId id, Instant now) {
  clock = now;
  if (!IsMultipath()) return std::unexpected(Error::kNotMultipath);
  if (!addresses.Local(id)) return std::unexpected(Error::kInvalidArgument);
  OnEndpointRemoved(id, now);
  return {};
}

void Core::OnEndpointRemoved(AddressId endpoint, Instant now) {
  clock = now;
  policy.OnEndpointRemoved(endpoint);
  const AddressId id = OnWire(endpoint);
  if (!IsMultipath() || !addresses.Local(id)) return;
  addresses.RemoveLocal(id);
  announcer.Remove(id);
  // 3.4.2: a working subflow is closed by FIN; the option alone does not close it.
  ForEach([&](SubflowEntry& entry) {
    if (entry.local_id == id) (void)CloseSubflow(entry.id, now);
  });
  RunPaths(now);
  SettleConnection(now);
}

void Core::OnEndpointBackup(AddressId endpoint, bool backup, Instant now) {
  clock = now;
  policy.OnEndpointBackup(endpoint, backup);
  if (!IsMultipath()) return;
  const AddressId id = OnWire(endpoint);
  ForEach([&](SubflowEntry& entry) {
    if (entry.local_id == id) (void)SetBackup(entry.id, backup, now);
  });
}

}  // namespace mptcpp::core
