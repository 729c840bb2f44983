// SPDX-License-Identifier: Apache-2.0
// What boxes do to segments: read and rewrite the TCP header, its options and the payload in place, then Seal() the checksum;
// and make segments of their own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/endian.h"
#include "base/ip_address.h"
#include "base/seq_num.h"
#include "sim/middlebox.h"
#include "sim/packet_pool.h"
#include "wire/mptcp_subtype.h"
#include "wire/tcp_flags.h"
#include "wire/tcp_options.h"
#include "wire/tcp_segment.h"

namespace mptcpp::sim {

// True for a TCP segment with a sound header and a right checksum.
bool IsIntactSegment(const Packet& packet);

// A whole option, kind byte first.
inline std::uint8_t KindOf(std::span<const std::byte> option) { return Load8(option.data()); }
inline bool IsMptcp(std::span<const std::byte> option, wire::MptcpSubtype subtype) {
  return KindOf(option) == wire::kMptcpKind && option.size() >= 3 && wire::SubtypeOf(option) == subtype;
}

// Calls visit(option) for each whole option up to EOL, NOPs left out.
template <typename Bytes, typename Visit>
void ForEachOption(Bytes options, Visit&& visit) {
  while (!options.empty()) {
    const std::uint8_t kind = Load8(options.data());
    if (kind == wire::kKindEol) return;
    const std::size_t length = kind == wire::kKindNop || options.size() < 2 ? 1 : Load8(options.data() + 1);
    if (kind != wire::kKindNop) {
      if (length < 2 || length > options.size()) return;
      visit(options.first(length));
    }
    options = options.subspan(length);
  }
}

// At most 40 bytes of options being put together. Padded to a multiple of four by SetOptions().
class OptionList {
 public:
  // False, and nothing added, if it does not fit.
  bool Add(std::span<const std::byte> option);
  // Copies those options of `all` that `keep` says.
  template <typename Keep>
  void AddIf(std::span<const std::byte> all, Keep&& keep) {
    ForEachOption(all, [&](std::span<const std::byte> option) {
      if (keep(option)) Add(option);
    });
  }
  std::span<const std::byte> bytes() const { return std::span(bytes_).first(length_); }

 private:
  std::array<std::byte, wire::kMaxOptionBytes> bytes_{};
  std::size_t length_ = 0;
};

// A view of one packet, which stays where it is. Everything but Seal() leaves the checksum as it was.
class SegmentEdit {
 public:
  explicit SegmentEdit(Packet& packet) : packet_(packet) {}

  std::uint16_t source_port() const { return Load16(at(0)); }
  std::uint16_t destination_port() const { return Load16(at(2)); }
  SeqNum seq() const { return SeqNum(Load32(at(4))); }
  SeqNum ack() const { return SeqNum(Load32(at(8))); }
  std::uint8_t flags() const { return Load8(at(13)); }
  bool Has(std::uint8_t flag) const { return (flags() & flag) != 0; }
  bool IsSyn() const { return (flags() & (wire::kFlagSyn | wire::kFlagAck)) == wire::kFlagSyn; }
  bool IsSynAck() const { return Has(wire::kFlagSyn) && Has(wire::kFlagAck); }
  std::uint16_t window() const { return Load16(at(14)); }
  std::uint16_t urgent() const { return Load16(at(18)); }
  void set_source_port(std::uint16_t port) { Store16(at(0), port); }
  void set_destination_port(std::uint16_t port) { Store16(at(2), port); }
  void set_seq(SeqNum seq) { Store32(at(4), seq.value()); }
  void set_ack(SeqNum ack) { Store32(at(8), ack.value()); }
  void set_flags(std::uint8_t flags) { Store8(at(13), flags); }
  void set_window(std::uint16_t window) { Store16(at(14), window); }
  void set_urgent(std::uint16_t urgent) { Store16(at(18), urgent); }

  std::size_t header_length() const { return std::size_t{Load8(at(12))} / 16 * 4; }
  std::span<std::byte> options() const { return packet_.segment().subspan(wire::kTcpHeader, header_length() - wire::kTcpHeader); }
  std::span<std::byte> payload() const { return packet_.segment().subspan(header_length()); }
  // Payload, SYN and FIN in sequence space.
  std::uint32_t SequenceLength() const;
  SeqNum End() const { return seq() + SequenceLength(); }
  SocketAddress source() const { return {packet_.source, source_port()}; }
  SocketAddress destination() const { return {packet_.destination, destination_port()}; }

  // The first option of this kind, or an empty span.
  std::span<std::byte> Find(std::uint8_t kind) const;
  bool HasMptcp(wire::MptcpSubtype subtype) const;
  // The options become these, padded with NOPs; the payload moves.
  void SetOptions(std::span<const std::byte> options);
  template <typename Remove>
  bool RemoveOptions(Remove&& remove) {
    OptionList kept;
    bool any = false;
    kept.AddIf(options(), [&](std::span<const std::byte> option) { return remove(option) ? (any = true, false) : true; });
    if (any) SetOptions(kept.bytes());
    return any;
  }
  void SetPayload(std::span<const std::byte> payload);
  void Seal();

 private:
  std::byte* at(std::size_t offset) const { return packet_.buffer.data() + offset; }
  void EnsureRoom(std::size_t length);
  Packet& packet_;
};

// The flow of a packet: `local` is the socket on the path's `from` side, whichever way the packet goes.
FourTuple FlowOf(const Packet& packet, Direction direction);

// A segment from `fields` (ports included) between two addresses, sealed.
PacketPtr MakeSegment(PacketPool& pool, const IpAddress& source, const IpAddress& destination, const wire::HeaderFields& fields,
                      std::span<const std::byte> options = {}, std::span<const std::byte> payload = {});

}  // namespace mptcpp::sim
