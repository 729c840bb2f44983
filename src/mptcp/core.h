// SPDX-License-Identifier: Apache-2.0
// The state that the parts of one connection share, and what they do to it. Each group of functions below is implemented in the
// file named above it. Not visible outside this room: Connection is its only owner.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/seq_num.h"
#include "congestion/group.h"
#include "congestion/registry.h"
#include "crypto/keys.h"
#include "mptcp/connection.h"
#include "mptcp/connection_host.h"
#include "mptcp/data_close.h"
#include "mptcp/dialect.h"
#include "mptcp/negotiation.h"
#include "mptcp/receive_buffer.h"
#include "mptcp/reinjection.h"
#include "mptcp/send_buffer.h"
#include "mptcp/subflow_entry.h"
#include "mptcpp/counters.h"
#include "mptcpp/event.h"
#include "path_manager/address_book.h"
#include "path_manager/announcer.h"
#include "path_manager/policy.h"
#include "scheduler/scheduler.h"
#include "wire/mptcp_v0_add_addr.h"

namespace mptcpp::core {

inline constexpr std::size_t kMaxSubflows = scheduler::kMaxSubflows;

struct Core {
  Core(ConnectionHost& its_host, const ConnectionOptions& its_options, Connection& its_connection);
  ~Core();

  // --- numbers ------------------------------------------------------------------------------------------------------------
  Dsn LocalDsn(std::uint64_t offset) const { return local_base + offset; }
  Dsn RemoteDsn(std::uint64_t offset) const { return remote_base + offset; }
  // What our Data ACK says: the next byte expected, one more after the DATA_FIN.
  Dsn DataAck() const { return RemoteDsn(receive.next() + (peer_fin_taken ? 1 : 0)); }
  bool IsMultipath() const { return mode == Mode::kMultipath; }
  bool IsPlain() const { return mode == Mode::kPlainTcp; }
  // All data was handed to subflows at least once.
  bool AllSent() const { return snd_nxt == send.end(); }
  void Count(Counter counter, std::uint64_t n = 1) { host.counters().Add(counter, n); }
  void Report(EventKind kind);
  void ReportSubflow(EventKind kind, SubflowId id, std::optional<Error> error = std::nullopt);
  void ReportAddress(EventKind kind, AddressId id);

  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (std::uint32_t left = alive; left != 0; left &= left - 1) {
      visit(*entries[static_cast<std::size_t>(std::countr_zero(left))]);
    }
  }
  SubflowEntry* Only() const {
    return std::popcount(alive) == 1 ? entries[static_cast<std::size_t>(std::countr_zero(alive))].get() : nullptr;
  }
  SubflowEntry* FindById(SubflowId id) const;
  // A subflow that can carry an ACK with options, the most recently answering first; nullptr if there is none.
  SubflowEntry* BestForSignal() const;
  bool AnotherUsable(const SubflowEntry& besides) const;
  std::uint32_t UsableMask() const;

  // --- opening.cc ---------------------------------------------------------------------------------------------------------
  // What the SYN of the first subflow offers.
  struct Attempt {
    bool multipath = true;
    MptcpVersion version = MptcpVersion::k1;
  };
  Expected<void> OpenFirst(const SocketAddress& local, const SocketAddress& remote, Instant now);
  Expected<void> OpenFirstSubflow(const SocketAddress& local, const SocketAddress& remote, const Attempt& attempt, Instant now);
  Expected<void> AcceptFirst(const wire::SegmentView& syn, const PassiveOpening& opening, Instant now);
  Expected<SubflowId> OpenJoin(const SocketAddress& local, const SocketAddress& remote, AddressId local_id, AddressId remote_id,
                               bool backup, Instant now);
  std::expected<void, JoinRefused> AcceptJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                 const std::optional<CookieJoin>& cookie, Instant now);
  std::expected<wire::MpJoinSynAck, JoinRefused> AnswerJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                               std::uint32_t own_nonce);
  std::expected<void, JoinRefused> AcceptProvenJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                       const CookieJoin& cookie, const wire::SegmentView& ack, Instant now);
  // Why a join to this address is refused whatever the limits say; nullopt: it is welcome.
  std::optional<wire::MpTcpRst> JoinRefusal(const wire::SegmentView& syn) const;
  void DropHalfOpenJoin(Instant now);
  std::unexpected<JoinRefused> RefuseJoin(wire::MpTcpRst reason);
  std::optional<AddressId> ClaimLocalId(const SocketAddress& local);
  bool ClaimKey(const crypto::Key& key);
  bool ClaimNewKey();
  void ReleaseToken();
  void LearnPeerKey(std::uint64_t key);
  Expected<SubflowEntry*> AddEntry(Role role, const FourTuple& wanted, std::uint16_t preferred_port, Instant now);

  // --- attempt.cc: what a client offers, and what it learns from the answer -----------------------------------------------
  MptcpVersion FirstOffer(const IpAddress& remote, Instant now);
  bool TryOtherVersion(FallbackReason reason);
  bool TryWithoutOption(const SubflowEntry& entry);
  void OpenAgain(Instant now);
  void RememberPath(Instant now);

  // --- fast_open.cc: data in the SYN (RFC 8684 appendix B) ------------------------------------------------------------------
  void OpenActiveFast(SubflowEntry& entry, Instant now);
  void LearnFromSynAck(const SubflowEntry& entry, const wire::SegmentView& syn_ack);
  void OnProvenLate(SubflowEntry& entry, Instant now);
  // Negotiation has not ended, but the application was told that the connection is there: a cookie opened it.
  bool IsEarly() const { return established && mode == Mode::kNegotiating; }

  // --- settle.cc: what follows from a call on a subflow -------------------------------------------------------------------
  void Settle(SubflowEntry& entry, Instant now);
  void SettleConnection(Instant now);
  void SettleEnd(Instant now);
  void OnReady(SubflowEntry& entry, Instant now);
  void OnAnswered(SubflowEntry& entry, Instant now);
  void OnDataAcknowledged(std::uint64_t offset);  // one past the last byte (or the DATA_FIN) that the peer has
  void OnPeerDataFin(std::uint64_t offset);
  void OnPlainFin(Instant now);
  void ForgetPeerFin();
  void TakePeerFin(Instant now);
  void NoteAdvance(bool was_blocked);
  void AfterReading(Instant now);

  // --- subflow_end.cc: how subflows end -----------------------------------------------------------------------------------
  void OnSubflowClosed(SubflowEntry& entry, const tcp::Facts& facts, Instant now);
  void CloseHalfClosed(SubflowEntry& entry, Instant now);
  void Reap(Instant now);
  void OnLastSubflowGone(Instant now);
  path_manager::Ending EndingOf(const SubflowEntry& entry, const tcp::Facts& facts) const;
  void AbortSubflow(SubflowEntry& entry, Instant now);
  void ResetSubflow(SubflowEntry& entry, wire::MpTcpRst reason, Instant now);

  // --- distributor.cc -----------------------------------------------------------------------------------------------------
  bool Transmit(TxPacket& out, Instant now);
  void TellWhetherDataWaits();
  bool TransmitReinjection(TxPacket& out, Instant now);
  bool TransmitFresh(TxPacket& out, Instant now);
  bool TransmitOn(SubflowEntry& entry, std::uint64_t offset, std::uint32_t length, std::uint32_t carried, TxPacket& out,
                  Instant now);
  std::span<const scheduler::SubflowSnapshot> TakeSnapshots(std::uint32_t carried, Instant now);
  bool IsSmallOutstanding() const;
  std::uint32_t LengthFor(const SubflowEntry& entry, std::uint64_t wanted, std::uint64_t window, Instant now) const;
  std::uint64_t SpaceOf(const SubflowEntry& entry, Instant now) const;
  void TryOpportunistic(Instant now);
  void UpdateWindowBlocked(bool blocked, Instant now);
  SubflowEntry* BestOf(std::uint32_t candidates, Instant now) const;
  bool TransmitCopy(TxPacket& out, Instant now);
  void Penalise(std::uint32_t subflows, Instant now);
  SubflowEntry* Choose(std::uint64_t unsent, std::uint64_t window, std::uint32_t carried, std::uint32_t& others, Instant now);

  // --- silence.cc: reinjection, stale subflows, data-level timer ------------------------------------------------------------
  void OnSilence(SubflowEntry& entry, Instant now);
  void HandOn(SubflowEntry& entry);
  void ProbeSilent(SubflowEntry& entry, Instant now);
  void OnSilenceDeadline(Instant now);
  void OnDataTimer(Instant now);
  void RestartDataTimer(Instant now);

  // --- closing.cc -----------------------------------------------------------------------------------------------------------
  Expected<void> ShutdownWrite(Instant now);
  Expected<void> Close(Instant now);
  Expected<void> Abort(Instant now);
  void OnFinAcknowledged(Instant now);
  void SendDataFin(Instant now);
  void CloseSubflows(Instant now);
  void RejectUnwanted(Instant now);
  void WatchOrphan(Instant now);
  void OnFastclose(SubflowEntry& from, Instant now);
  void SendFastclose(Instant now);
  void OnFastcloseTimer(Instant now);
  void Fail(Error error, Instant now);
  void ReportEndOnce();

  // --- fallback.cc ----------------------------------------------------------------------------------------------------------
  void FallBackAtHandshake(SubflowEntry& entry, FallbackReason reason);
  // In the middle of a connection; resets the subflow if the streams do not run in parallel.
  enum class Joins : std::uint8_t { kCount, kUnused, kPeerUsesNone };  // which of those under way may be given up
  void FallBackLater(SubflowEntry& entry, FallbackReason reason, Joins joins, Instant now);
  void FallBackOnBareData(SubflowEntry& entry);
  std::uint64_t AnchorInfinite(SubflowEntry& entry) const;
  void OnInfiniteMapping(SubflowEntry& entry);
  void SettleFallback(SubflowEntry& entry, Instant now);
  void OnBadMapping(SubflowEntry& entry, Instant now);
  void LeaveMultipath(Mode next, FallbackReason reason);
  bool IsAlone(const SubflowEntry& entry, Joins joins) const;
  void AbandonJoins(const SubflowEntry& besides, Instant now);
  bool CanFallBack(const SubflowEntry& entry, Joins joins) const;

  // --- paths.cc -------------------------------------------------------------------------------------------------------------
  void StartPaths();
  void RunPaths(Instant now);
  bool MayJoin() const;
  bool MaySignal() const;
  void OnAddAddr(SubflowEntry& entry, const wire::AddAddr& option);
  void OnAddAddrV0(SubflowEntry& entry, const wire::AddAddrV0& option);
  path_manager::Learnt Learn(AddressId id, const IpAddress& address, std::uint16_t port);
  void OnAnnounced(SubflowEntry& entry, AddressId id, const IpAddress& address, std::uint16_t port);
  SubflowEntry* CarrierOfSignal() const;
  void OnSignalSent(const path_manager::Signal& signal, SubflowEntry& on);
  void OnRemoveAddr(const wire::RemoveAddr& option);
  void OnEndpointAdded(const KnownPathEndpoint& known);
  void OnEndpointRemoved(AddressId endpoint, Instant now);
  void OnEndpointBackup(AddressId endpoint, bool backup, Instant now);
  AddressId OnWire(AddressId endpoint) const;
  void OnPrio(SubflowEntry& entry, bool backup);
  void OnPrioOfAddress(AddressId id, bool backup);
  Expected<SubflowId> AddSubflow(const SocketAddress& local, const SocketAddress& remote, bool backup, Instant now);
  void LeavePolicy(SubflowEntry& entry, path_manager::Ending ending, Instant now, int patience = 1);
  Expected<void> CloseSubflow(SubflowId id, Instant now);
  Expected<void> SetScheduler(std::string_view name);
  Expected<void> SetPreference(SubflowId id, const PathPreference& preference);
  PathPreference PreferenceOf(const IpAddress& local) const;
  Expected<void> SetBackup(SubflowId id, bool backup, Instant now);
  Expected<void> SetCongestion(std::string_view choice, Instant now);
  Expected<void> SetSubflowCongestion(SubflowId id, std::string_view named, Instant now);
  Expected<AddressId> Announce(const SocketAddress& address, Instant now);
  Expected<void> Withdraw(AddressId id, Instant now);
  void TakeRemovals(Instant now);

  // --- info.cc --------------------------------------------------------------------------------------------------------------
  ConnectionInfo Info() const;
  SubflowInfo InfoOf(const SubflowEntry& entry) const;
  void Remember(const SubflowEntry& entry);
  std::size_t Subflows(std::span<SubflowInfo> out) const;
  const char* Inconsistency() const;

  // --- deadlines ------------------------------------------------------------------------------------------------------------
  Instant NextDeadline() const;
  void OnDeadline(Instant now);

  // === state ================================================================================================================
  ConnectionHost& host;
  const ConnectionOptions options;
  Connection& connection;
  std::string congestion_text;        // what `controllers` refers to
  congestion::ControllerChoice controllers;
  const scheduler::SchedulerInfo* chosen_scheduler = nullptr;
  scheduler::SchedulerState scheduler_state;
  congestion::Group group;

  Mode mode = Mode::kNegotiating;
  FallbackReason fallback = FallbackReason::kNone;
  bool is_client = false;
  bool established = false;
  bool counted_established = false;  // in MPCurrEstab
  const Dialect* dialect = &DialectOf(MptcpVersion::k1);  // offered, then agreed on
  bool may_change_version = true;     // client: the other version was not tried yet
  bool third_ack_owed = false;        // client, keys_in_syn: it has to go before data, which cannot carry the keys
  std::optional<Attempt> next_attempt;  // client: when the present one is gone
  SocketAddress wanted_local;           // as Connect() had it
  bool checksum = false;
  bool peer_denies_join = false;  // flag C (RFC 8684 3.1)
  bool key_confirmed = false;     // client: the server is known to have our key
  bool dss_received = false;      // no join before (3.1)
  bool peer_uses_64_bit = false;  // then Data ACKs have 64 bits (3.3.2)
  crypto::Key local_key, remote_key;
  Token local_token, remote_token;
  bool token_claimed = false;
  // DSN of offset 0: IDSN + 1. Data in a SYN has no DSN (appendix B.2): with it, offset 0 lies that much before IDSN + 1.
  Dsn local_base, remote_base;
  std::uint32_t syn_payload_out = 0;  // bytes of our SYN that the peer took, and of its SYN that we took: the first ones of
  std::uint32_t syn_payload_in = 0;   // the stream, and of the first subflow
  FourTuple first_tuple;
  Instant established_at;

  SendBuffer send;
  std::uint64_t snd_nxt = 0;         // next byte that no subflow has had
  std::uint64_t snd_right = 0;       // right edge of the peer's shared window
  // The last short segment (Nagle, Minshall's form): its end in the connection's stream, and in that of the subflow that carries it.
  std::uint64_t last_small_end = 0;
  std::uint64_t last_small_stream_end = 0;
  SubflowId last_small_on;
  ReinjectionQueue reinjections;
  ReinjectionQueue copies;  // for named subflows: redundant scheduling, opportunistic retransmission
  Instant data_timer = Instant::Infinite();
  int data_timer_backoff = 0;
  Instant data_stalled_since = Instant::Infinite();  // acknowledged by subflows, not at data level, since then
  std::uint64_t opportunistic_copies = 0;
  std::uint64_t opportunistic_at = UINT64_MAX;  // data_una that was sent again once for the window's sake
  std::uint64_t bytes_reinjected = 0;

  ReceiveBuffer receive;
  std::optional<std::uint64_t> peer_fin;  // offset of the peer's DATA_FIN
  bool peer_fin_taken = false;            // it is in order
  bool discard_input = false;             // Close(): what arrives is not wanted
  std::uint64_t bytes_duplicate = 0;
  Instant last_advance;
  bool flowing = false;      // the newest segment did not end what the peer had to say
  bool was_flowing = false;  // the same at the last advance
  Duration longest_gap;

  DataClose close;
  std::optional<Error> failure;
  bool end_reported = false;
  int fastclose_sends = 0;
  Instant fastclose_timer = Instant::Infinite();
  Instant close_deadline = Instant::Infinite();   // no subflow is left: wait so long for a new one (3.3.3)
  Instant orphan_deadline = Instant::Infinite();  // Close()d, our side done: the peer may take so long to finish its own

  std::array<std::unique_ptr<SubflowEntry>, kMaxSubflows> entries;
  std::optional<SeqNum> given_isn;   // of the entry that is being added, if it is not its own to choose
  std::uint8_t half_open_joins = 0;  // passive ones that have not proven themselves
  std::uint32_t alive = 0;  // bits of entries in use
  std::uint16_t next_id = 0;
  std::uint16_t ever_established = 0;
  std::vector<SubflowInfo> ended;  // the last 32
  std::array<scheduler::SubflowSnapshot, kMaxSubflows> snapshots;

  path_manager::AddressBook addresses;
  path_manager::Announcer announcer;
  path_manager::Policy policy;
  std::uint32_t signal_carried = 0;  // bits of subflows that have said the present signal, where each of them says it
  std::optional<AddressId> first_endpoint;  // that has the first subflow's address
  bool paths_started = false;
  std::vector<std::pair<AddressId, SocketAddress>> announced_early;  // before StartPaths()

  // --- notes for SettleConnection() -----------------------------------------------------------------------------------------
  Instant clock;  // `now` of the call in progress
  bool data_acked = false;
  bool received = false;  // in-order data advanced
  bool fin_acked = false;
  bool unwanted_data = false;
  bool reap_needed = false;
  std::uint32_t reap_mask = 0;          // bits of closed entries that are to be destroyed
  std::uint32_t window_blocked_on = 0;  // told to run the persist timer
  bool writable_wanted = false;         // the application met a full buffer
  bool paths_changed = false;
  std::optional<wire::RemoveAddr> removed;
  SubflowEntry* fastclose_from = nullptr;
};

}  // namespace mptcpp::core
