// SPDX-License-Identifier: Apache-2.0
// Reads a capture as MPTCP: groups segments into subflows and subflows into connections, by the tokens that the keys hash to,
// numbers bytes relative to where each host began, and checks what it can: the HMACs of MP_JOIN and ADD_ADDR, echoed keys, and
// the checksums of mappings. It knows the stack's formats but nothing of the stack, so the two can contradict each other.
//
// Feed it every packet once, in the order in which it was sent. Handshakes that the capture missed are made up for where that
// is possible (relative numbers then begin at what was seen first), and what cannot be checked is said to be unchecked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "trace/mapping_check.h"
#include "trace/pcap_reader.h"
#include "trace/tracked.h"
#include "wire/mptcp_dss.h"
#include "wire/tcp_segment.h"

namespace mptcpp::trace {

class ConnectionTracker {
 public:
  // The index of the new segment; nullopt if this is no TCP segment.
  std::optional<std::size_t> Add(const CapturedPacket& packet);
  // The same for who has no IP header around the segment. `number` is what TrackedSegment::number becomes.
  std::optional<std::size_t> Add(const RxPacket& packet, Instant at, std::uint64_t number);
  // For captures from two vantage points.
  void SetArrival(std::size_t segment, Instant at) { segments_[segment].arrived = at; }

  const std::vector<TrackedSegment>& segments() const { return segments_; }
  const std::vector<TrackedSubflow>& subflows() const { return subflows_; }
  const std::vector<TrackedConnection>& connections() const { return connections_; }

 private:
  // What following a subflow takes, beyond what is reported about it.
  struct SubflowState {
    PerSide<std::optional<SeqNum>> sent_up_to{};  // highest end of what each side sent
    PerSide<std::optional<std::uint32_t>> nonce{};
    PerSide<MappingCheck> mappings{};
    bool closed = false;  // RST, or FINs both ways: the 4-tuple may be used again
    PerSide<bool> fin{};
  };
  struct Owner {
    std::uint32_t connection;
    Side side;
  };

  // --- connection_tracker.cc: TCP ---
  std::uint32_t SubflowOf(const wire::SegmentView& view);
  std::uint32_t NewSubflow(const wire::SegmentView& view);
  std::uint32_t NewConnection();
  std::optional<std::size_t> AddSegment(const RxPacket& packet, const CapturedPacket& seen);
  TrackedSegment Record(std::span<const std::byte> bytes, const wire::SegmentView& view, std::uint32_t subflow) const;
  void FollowSequence(TrackedSegment& segment);
  void FollowPayload(const TrackedSegment& segment, std::span<const std::byte> payload);

  // --- option_tracker.cc: what the handshakes and signals say ---
  void ReadOptions(std::size_t index, const wire::SegmentView& view);
  void ReadCapable(std::size_t index, std::span<const std::byte> option);
  void ReadCapableV0(std::size_t index, std::span<const std::byte> option);
  void ReadJoin(std::size_t index, std::span<const std::byte> option);
  void ReadAddAddr(std::size_t index, std::span<const std::byte> option);
  void ReadFastclose(std::size_t index, std::span<const std::byte> option);
  void ReadFail(std::size_t index, std::span<const std::byte> option);
  void LearnKey(std::size_t index, Side owner, std::uint64_t key);
  std::optional<Owner> FindToken(Token token) const;

  // --- dss_tracker.cc: data sequence numbers ---
  void ReadDss(std::size_t index, std::span<const std::byte> option);
  void ReadMapping(std::size_t index, const wire::DssMapping& mapping, bool data_fin);
  std::optional<Dsn> Widen(TrackedConnection& connection, Side side, const wire::WireDsn& number);
  std::int64_t Relative(const TrackedConnection& connection, Side side, Dsn number) const;

  void Report(std::size_t index, bool is_problem, std::string text);
  TrackedConnection& ConnectionOf(const TrackedSegment& segment) { return connections_[subflows_[segment.subflow].connection]; }

  std::vector<TrackedSegment> segments_;
  std::vector<TrackedSubflow> subflows_;
  std::vector<SubflowState> states_;  // beside subflows_
  std::vector<TrackedConnection> connections_;
  std::vector<PerSide<std::optional<Dsn>>> dsn_seen_;  // beside connections_: the latest number of each side, to widen others
  std::map<std::pair<SocketAddress, SocketAddress>, std::uint32_t> flows_;  // both ends, sorted, to the subflow
  std::map<Token, Owner> tokens_;
};

}  // namespace mptcpp::trace
