// SPDX-License-Identifier: Apache-2.0
// What a connection keeps about one subflow: its TCP, and the Upper that stands above it. It writes and reads the MPTCP
// options, hands out payload and takes it in, by asking the parts; what has to happen to the subflow itself (reset, ACK, close)
// it only notes, because nothing may call back into a TCP from inside: Core::Settle() acts on the notes afterwards.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "mptcp/join.h"
#include "mptcp/mapping_in.h"
#include "mptcp/mapping_out.h"
#include "mptcpp/handle.h"
#include "mptcpp/statistics.h"
#include "path_manager/announcer.h"
#include "tcp/subflow.h"
#include "tcp/upper.h"
#include "wire/mptcp_options.h"

namespace mptcpp::core {

struct Core;

enum class Role : std::uint8_t { kFirstActive, kFirstPassive, kJoinActive, kJoinPassive };

class SubflowEntry final : public tcp::Upper, private MappedDataSink {
 public:
  SubflowEntry(Core& core, std::uint8_t index, SubflowId id, Role role, const FourTuple& tuple, Instant now);
  ~SubflowEntry() override;

  // --- tcp::Upper ---------------------------------------------------------------------------------------------------------
  std::size_t WriteOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space) override;
  std::size_t DataOptionBytes() const override;
  tcp::OptionVerdict ReadOptions(const wire::SegmentView& segment, Bytes window) override;
  void FillPayload(tcp::PayloadRange range, TxPacket& packet) override;
  void OnAcknowledged(tcp::PayloadRange range) override;
  std::uint32_t SynPayload(std::uint32_t most) override;
  void FillSynPayload(std::uint32_t length, TxPacket& packet) override;
  tcp::PayloadRange OnSynPayloadTaken(std::uint32_t length) override;
  bool OnPayload(std::uint64_t stream_offset, std::span<const std::byte> bytes) override;
  Bytes ReceiveWindow() const override;

  // --- knowing ------------------------------------------------------------------------------------------------------------
  bool IsFirst() const { return role == Role::kFirstActive || role == Role::kFirstPassive; }
  bool IsActive() const { return role == Role::kFirstActive || role == Role::kJoinActive; }
  // May be given new data: established on both levels and not on its way out.
  bool IsUsable() const;
  // Nothing has come back for too long; new data goes elsewhere if there is an elsewhere.
  bool IsSilent() const { return silent || health == SubflowHealth::kStale; }
  std::uint32_t bit() const { return 1u << index; }
  // Our join crosses one of the client's between the same sockets, which counts.
  bool GivesWayToJoin(const wire::SegmentView& syn) const;
  bool IsSingleSegmentOutstanding() const;
  // When silence becomes too long; Infinite() if nothing waits for an answer.
  Instant SilenceDeadline() const;

  // Data in the SYN, ours and the peer's: subflow sequence numbers of mappings begin behind it (RFC 8684 B.2, figure 19).
  std::uint32_t syn_payload_out() const;
  std::uint32_t syn_payload_in() const;
  std::uint32_t WireSubflowSeq(std::uint64_t stream_offset) const {
    return static_cast<std::uint32_t>(stream_offset + 1 - syn_payload_out());
  }
  // Takes over [offset, offset + length) of the connection's stream: pins it, records the mapping. Returns the range as the
  // subflow is to know it.
  tcp::PayloadRange BeginMapping(std::uint64_t data_offset, std::uint32_t length, bool data_fin, std::uint32_t carried,
                                 Instant now);
  // Lets go of everything that is outstanding (the subflow is closed).
  void ReleaseOutstanding();
  // Continues the connection's stream on this subflow without mappings.
  void BecomePlain();
  // The same in the middle: from what was handed on so far.
  void ContinuePlain();

  Core& core;
  const std::uint8_t index;
  const SubflowId id;
  const Role role;
  Join join;
  MappingIn in;
  MappingOut out;

  AddressId local_id;
  AddressId remote_id;
  AddressId policy_remote_id;  // under which the path policy knows it
  PathPreference preference;
  bool local_backup = false;
  bool remote_backup = false;
  SubflowHealth health = SubflowHealth::kGood;
  bool silent = false;
  bool ready = false;         // reported as established, at both levels
  bool proven = false;        // data sent here was acknowledged together with a Data ACK (RFC 8684 3.7)
  // The data offsets that this subflow carried last, in order and without a gap, and the end of what it carried before them:
  // below both the stream of the subflow is not the connection's.
  std::uint64_t run_start = 0, run_end = 0, repeated_end = 0;
  bool half_closed = false;   // the peer's FIN arrived
  bool close_called = false;  // our FIN is under way
  bool left_policy = false;   // the path policy was told that it ended
  bool time_wait_shortened = false;
  bool data_waiting = false;  // told that more data waits
  bool sent_since_told = false;
  bool remote_withdrawn = false;  // the peer has removed its address, and not announced it again
  bool remove_pending = false;  // its address was removed; a keepalive asks whether the path is alive (3.4.2)
  Instant remove_deadline;
  Instant next_probe = Instant::Infinite();  // while silent: when to ask whether the path is back
  Instant last_answer;                       // the last time anything new was acknowledged here
  Instant opened_at;
  Instant penalised_at;
  std::uint64_t bytes_reinjected = 0;
  std::uint8_t syn_repeats = 0;
  bool syn_without_option = false;
  bool peer_syn_bare = false;  // the last SYN of a client that first offered MP_CAPABLE did not

  // --- notes for Settle() -------------------------------------------------------------------------------------------------
  bool want_ack = false;
  bool want_reset = false;  // with reset_option
  bool segment_had_data_ack = false;
  bool segment_excused = false;  // it carried what may stand in the place of a Data ACK
  bool acked_without_data_ack = false;
  std::optional<MapVerdict> bad_mapping;
  std::optional<std::uint64_t> fail_pending;  // MP_FAIL to send, data offset of the peer's stream
  bool fail_said = false;
  bool prio_pending = false;
  bool fastclose_pending = false;     // MP_FASTCLOSE on ACKs, and on the RST
  bool infinite_pending = false;      // the next segment with payload carries the infinite mapping
  std::uint64_t infinite_stream = 0;  // its anchor
  std::uint64_t infinite_data = 0;
  std::uint64_t infinite_carried_to = 0;  // repeated until something that carried it is acknowledged
  bool infinite_counted = false;
  bool peer_reported_failure = false;  // MP_FAIL arrived on an ACK
  bool infinite_received = false;
  std::optional<wire::MpTcpRst> reset_option;  // reason that our RST carries
  std::optional<wire::MpTcpRst> peer_reset;    // reason that the peer's RST carried

  tcp::Subflow tcp;  // last: it is constructed with this entry as its Upper

 private:
  void OnMappedData(std::uint64_t data_offset, std::span<const std::byte> bytes) override;
  std::size_t WriteSynOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space);
  std::size_t WriteRstOptions(std::span<std::byte> space);
  std::size_t WriteAckOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space);
  std::size_t WriteKeys(std::span<std::byte> space);
  std::size_t WriteAnnouncement(std::span<std::byte> space, const path_manager::Signal& signal);
  std::size_t WriteSignal(std::span<std::byte> space);
  std::size_t WriteDataOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space);
  std::size_t WriteDataAck(std::span<std::byte> space, bool with_data_fin);
  std::size_t WriteInfinite(std::span<std::byte> space);
  std::size_t WriteFallbackOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space);
  void NoteFailSent(std::size_t written);
  tcp::OptionVerdict ReadSyn(const wire::SegmentView& segment, Bytes window);
  tcp::OptionVerdict ReadCapableSynAck(const wire::SegmentView& segment, Bytes window);
  tcp::OptionVerdict ReadJoinSynAck(const wire::SegmentView& segment);
  bool CrossesJoin(const wire::SegmentView& syn) const;
  void ReadRst(const wire::SegmentView& segment);
  tcp::OptionVerdict ReadAll(const wire::SegmentView& segment, Bytes window);
  bool IsNextInOrder(const wire::SegmentView& segment) const;
  bool OvertookKeys(const wire::SegmentView& segment) const;
  bool FinishHandshake(const wire::SegmentView& segment, Bytes window);
  bool Excuses(std::span<const std::byte> option) const;
  bool ReadOption(std::span<const std::byte> option, Bytes window);
  bool ReadPrio(std::span<const std::byte> option);
  bool ReadCapableMapping(std::span<const std::byte> option);
  bool ReadDss(const wire::Dss& dss, Bytes window);
  void ReadDataAck(wire::WireDsn wire_ack, Bytes window);
  bool ReadMapping(const wire::DssMapping& mapping, bool data_fin);
  bool ResetFor(wire::ResetReason reason, bool transient = false);
  std::uint64_t StreamOffsetOf(std::uint32_t wire_subflow_seq) const;
};

}  // namespace mptcpp::core
