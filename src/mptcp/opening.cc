// SPDX-License-Identifier: Apache-2.0
// How subflows come into being: the first one, actively and passively, and joins of ours (RFC 8684 3.1, 3.2). Joins of the
// peer's: joined.cc.
#include "base/check.h"
#include "mptcp/core.h"

namespace mptcpp::core {
namespace {

constexpr int kKeyAttempts = 8;

}  // namespace

Core::Core(ConnectionHost& its_host, const ConnectionOptions& its_options, Connection& its_connection)
    : host(its_host),
      options(its_options),
      connection(its_connection),
      congestion_text(its_options.congestion.empty() ? "cubic" : its_options.congestion),
      chosen_scheduler(scheduler::FindScheduler(its_options.scheduler.empty() ? "minrtt" : its_options.scheduler, its_host.schedulers())),
      send(its_host.slabs(), its_options.send_buffer),
      receive(its_host.slabs(), its_options.initial_receive_buffer, its_options.receive_buffer, &its_host.receive_memory()) {
  // An unknown name is refused where names come in (stack); here there must be something to run with.
  controllers = congestion::ControllerChoice::Parse(congestion_text, host.controllers())
                    .value_or(congestion::ControllerChoice(congestion::Controllers().front()));
  addresses.SetRemoteLimit(options.addresses_limit);
  if (chosen_scheduler == nullptr) chosen_scheduler = &scheduler::Schedulers().front();
}

Core::~Core() {
  ForEach([&](SubflowEntry& entry) {
    entry.ReleaseOutstanding();
    host.ReleaseTuple(entry.tcp.tuple());
  });
  ReleaseToken();
  if (counted_established) host.counters().Subtract(Counter::kMPCurrEstab);
}

bool Core::ClaimKey(const crypto::Key& key) {
  const crypto::KeyMaterial material = dialect->Derive(key);
  if (!host.ClaimToken(material.token, connection)) return false;
  local_key = key;
  local_token = material.token;
  local_base = material.idsn + 1;  // the MP_CAPABLE SYN takes the IDSN itself
  token_claimed = true;
  return true;
}

// A key whose token no other connection here has (3.1), in our shard. False: none was found, so no Multipath TCP.
bool Core::ClaimNewKey() {
  const TokenShard shard = host.token_shard();
  const int attempts = shard.count == 1 ? kKeyAttempts : shard.EnoughDraws();
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const crypto::Key key = crypto::Key::Generate(host.random());
    if (shard.Owns(dialect->Derive(key).token) && ClaimKey(key)) return true;
  }
  Count(Counter::kMPFallbackTokenInit);
  return false;
}

void Core::ReleaseToken() {
  if (token_claimed) host.ReleaseToken(local_token);
  token_claimed = false;
}

void Core::LearnPeerKey(std::uint64_t key) {
  remote_key = crypto::Key(key);
  const crypto::KeyMaterial material = dialect->Derive(remote_key);
  remote_token = material.token;
  remote_base = material.idsn + 1 - syn_payload_in;
}

Expected<SubflowEntry*> Core::AddEntry(Role role, const FourTuple& wanted, std::uint16_t preferred_port, Instant now) {
  const int slot = std::countr_one(alive);
  if (slot >= static_cast<int>(kMaxSubflows)) return std::unexpected(Error::kLimit);
  const auto index = static_cast<std::uint8_t>(slot);
  const Expected<FourTuple> tuple = host.ClaimTuple(wanted, preferred_port, connection, index);
  if (!tuple) return std::unexpected(tuple.error());
  ForEach([&](SubflowEntry& other) { other.out.ForgetCarrier(index); });
  entries[index] = std::make_unique<SubflowEntry>(*this, index, SubflowId(next_id++), role, *tuple, now);
  entries[index]->preference = PreferenceOf(tuple->local.address);
  given_isn.reset();
  alive |= 1u << index;
  return entries[index].get();
}

Expected<void> Core::OpenFirst(const SocketAddress& local, const SocketAddress& remote, Instant now) {
  MPTCPP_DCHECK(alive == 0 && local.address.family() == remote.address.family() && remote.port != 0);
  is_client = true;
  wanted_local = local;
  Attempt attempt{.multipath = options.multipath, .version = FirstOffer(remote.address, now)};
  if (attempt.multipath && host.path_memory().black_holes.IsAvoided(local.address, remote.address, now)) attempt.multipath = false;
  return OpenFirstSubflow(local, remote, attempt, now);
}

Expected<void> Core::OpenFirstSubflow(const SocketAddress& local, const SocketAddress& remote, const Attempt& attempt,
                                      Instant now) {
  const bool again = !first_tuple.remote.address.IsNone();
  const Expected<SubflowEntry*> added = AddEntry(Role::kFirstActive, {local, remote}, 0, now);
  if (!added) return std::unexpected(added.error());
  SubflowEntry& entry = **added;
  first_tuple = entry.tcp.tuple();
  addresses.SetFirstLocal(first_tuple.local.address);
  dialect = &DialectOf(attempt.version);
  if (!options.multipath) {
    FallBackAtHandshake(entry, FallbackReason::kNotRequested);
  } else if (!attempt.multipath) {
    if (!again) Count(Counter::kMPCapableSYNTXDisabled);
    FallBackAtHandshake(entry, again ? FallbackReason::kSynRefused : FallbackReason::kBlackHole);
  } else if (!ClaimNewKey()) {
    FallBackAtHandshake(entry, FallbackReason::kTokenCollision);
  }
  OpenActiveFast(entry, now);
  return {};
}

Expected<void> Core::AcceptFirst(const wire::SegmentView& syn, const PassiveOpening& opening, Instant now) {
  const auto option = FindCapable(syn);
  if (option && !opening.cookie) Count(Counter::kMPCapableSYNRX);
  const Negotiated negotiated = OnCapableSyn(option, options);
  if (negotiated.drop_syn) {
    Count(Counter::kMPCapableSYNIgnored);
    return std::unexpected(Error::kInvalidArgument);
  }
  if (opening.cookie) given_isn = opening.cookie->isn;
  const Expected<SubflowEntry*> added = AddEntry(Role::kFirstPassive, {syn.destination, syn.source}, 0, now);
  if (!added) return std::unexpected(added.error());
  SubflowEntry& entry = **added;
  first_tuple = entry.tcp.tuple();
  addresses.SetFirstLocal(first_tuple.local.address);
  dialect = &DialectOf(negotiated.version);
  checksum = negotiated.checksum;
  peer_denies_join = negotiated.peer_denies_join;
  if (!negotiated.multipath) {
    FallBackAtHandshake(entry, negotiated.reason);
  } else if (opening.cookie ? !ClaimKey(opening.cookie->key) : !ClaimNewKey()) {
    FallBackAtHandshake(entry, FallbackReason::kTokenCollision);
  } else if (dialect->keys_in_syn) {
    LearnPeerKey(negotiated.peer_key);
  }
  if (mode == Mode::kNegotiating) snd_right = syn.window;  // never scaled on a SYN
  entry.tcp.OpenPassive(syn, now, opening.fast_open);
  if (opening.cookie) entry.tcp.AssumeSynAckSent(now);
  if (opening.fast_open.accepted) {
    Settle(entry, now);
    SettleConnection(now);
  }
  return {};
}

Expected<SubflowId> Core::OpenJoin(const SocketAddress& local, const SocketAddress& remote, AddressId local_id,
                                   AddressId remote_id, bool backup, Instant now) {
  if (std::popcount(alive) == static_cast<int>(kMaxSubflows)) return std::unexpected(Error::kLimit);
  if (!MayJoin()) return std::unexpected(IsMultipath() || mode == Mode::kNegotiating ? Error::kWouldBlock : Error::kNotMultipath);
  // The same local port as the first subflow where possible (3.9.1).
  const Expected<SubflowEntry*> added = AddEntry(Role::kJoinActive, {local, remote}, first_tuple.local.port, now);
  if (!added) return std::unexpected(added.error());
  SubflowEntry& entry = **added;
  entry.join.Open(host.random().Next32());
  entry.local_id = local_id;
  entry.remote_id = entry.policy_remote_id = remote_id;
  entry.local_backup = backup;
  Count(Counter::kMPJoinSynTx);
  policy.OnOpened(local_id, remote_id);
  entry.tcp.OpenActive(now);
  return entry.id;
}

}  // namespace mptcpp::core
