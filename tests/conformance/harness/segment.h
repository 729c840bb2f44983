// SPDX-License-Identifier: Apache-2.0
// The vocabulary of packet scripts. A Segment is a description, used both to send and to expect:
//
//   peer.Send(Syn().Mss(1460).SackPermitted().MpCapable());
//   peer.Expect(SynAck().MpCapable());
//   peer.Send(Data("abcd").MpCapable());
//   peer.Expect(Ack(5).DataAck(5));
//
// Numbers are relative to the initial numbers of the connection: 0 is the SYN, 1 the first byte, in sequence numbers and in data
// sequence numbers alike. When sending, what is not said is filled in as a well-behaved peer would; when expecting, what is not
// said is not compared.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "wire/mptcp_close.h"
#include "wire/tcp_segment.h"

namespace mptcpp::conformance {

// MP_CAPABLE; which form it has follows from the segment: SYN, SYN/ACK, third ACK or first data.
struct CapableSpec {
  std::uint8_t flags = 0x01;
  std::optional<std::uint8_t> version{};        // not given: the one that the peer speaks
  std::optional<std::uint64_t> sender_key{};    // sending: instead of the right ones
  std::optional<std::uint64_t> receiver_key{};
  std::optional<std::uint16_t> data_length{};   // not given: the payload's length
  bool with_data = false;                       // the 22/24-byte form
};

struct JoinSpec {
  std::uint8_t address_id = 1;
  bool backup = false;
  std::optional<std::uint32_t> token{};  // sending a SYN: instead of the right one
  bool bad_hmac = false;                 // sending: one bit flipped
};

enum class Sum : std::uint8_t { kAsNegotiated, kRight, kWrong, kNone };

struct MapSpec {
  std::uint64_t dsn = 1;
  std::uint32_t subflow_seq = 1;
  std::uint16_t length = 0;  // 0 is the infinite mapping
  Sum checksum = Sum::kAsNegotiated;
};

struct DssSpec {
  std::optional<std::uint64_t> data_ack{};
  std::optional<MapSpec> map{};
  bool data_fin = false;
  bool short_dsn = false, short_ack = false;  // 4-byte numbers
  bool any_map = false;                       // expecting: there is a mapping
};

struct AddAddrSpec {
  std::uint8_t address_id = 1;
  IpAddress address;
  std::optional<std::uint16_t> port{};
  bool echo = false;
  bool bad_hmac = false;
};

class Segment {
 public:
  // --- TCP ---
  Segment& Seq(std::int64_t relative) { seq = relative; return *this; }
  Segment& Acking(std::int64_t relative) { ack = relative; return *this; }
  Segment& Window(std::uint16_t value) { window = value; return *this; }
  Segment& WithPsh() { flags.psh = true; return *this; }
  Segment& WithFin() { flags.fin = true; return *this; }
  Segment& WithUrg(std::uint16_t pointer) { flags.urg = true; urgent = pointer; return *this; }
  Segment& Payload(std::string text) { payload = std::move(text); return *this; }
  Segment& Filler(std::size_t n) { return Payload(std::string(n, 'x')); }
  Segment& Mss(std::uint16_t value) { mss = value; return *this; }
  Segment& WindowScale(std::uint8_t shift) { window_scale = shift; return *this; }
  Segment& SackPermitted() { sack_permitted = true; return *this; }
  Segment& Timestamps(std::uint32_t value, std::uint32_t echo) { timestamps = wire::Timestamps{value, echo}; return *this; }
  // Blocks as (left, right) pairs, relative to the numbers of the one who acknowledges them.
  Segment& Sack(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> blocks) { sack = blocks; return *this; }
  // TCP Fast Open: an empty cookie asks for one. Written after the MPTCP options (V15).
  Segment& FastOpen(std::vector<std::byte> cookie = {}) { fast_open = std::move(cookie); return *this; }
  Segment& BadChecksum() { bad_checksum = true; return *this; }
  // Any option bytes, for what no correct stack sends.
  Segment& Raw(std::initializer_list<unsigned> bytes);

  // --- MPTCP ---
  Segment& MpCapable(std::uint8_t flag_byte = 0x01) { Capable().flags = flag_byte; return *this; }
  Segment& Version(std::uint8_t version) { Capable().version = version; return *this; }
  Segment& Keys(std::optional<std::uint64_t> sender, std::optional<std::uint64_t> receiver) {
    Capable().sender_key = sender;
    Capable().receiver_key = receiver;
    return *this;
  }
  Segment& CapableLength(std::uint16_t length) { Capable().data_length = length; return *this; }
  Segment& MpJoin(std::uint8_t id, bool backup = false) { join = JoinSpec{.address_id = id, .backup = backup}; return *this; }
  Segment& BadHmac() { join->bad_hmac = true; return *this; }
  Segment& WithToken(std::uint32_t token) { join->token = token; return *this; }
  Segment& DataAck(std::uint64_t relative) { Dss().data_ack = relative; return *this; }
  // 8-byte numbers unless ShortNumbers().
  Segment& Map(std::uint64_t dsn, std::uint32_t subflow_seq, std::uint16_t length, Sum checksum = Sum::kAsNegotiated) {
    Dss().map = MapSpec{dsn, subflow_seq, length, checksum};
    return *this;
  }
  Segment& SomeMap() { Dss().any_map = true; return *this; }
  Segment& InfiniteMap(std::uint64_t dsn, std::uint32_t subflow_seq) { return Map(dsn, subflow_seq, 0); }
  // The DATA_FIN is part of the mapping that was given; without one it stands alone at this number.
  Segment& DataFin() { Dss().data_fin = true; return *this; }
  Segment& DataFin(std::uint64_t dsn) { return Map(dsn, 0, 1).DataFin(); }
  Segment& ShortNumbers() { Dss().short_dsn = Dss().short_ack = true; return *this; }
  Segment& AddAddr(AddAddrSpec spec) { add_addr = spec; return *this; }
  Segment& RemoveAddr(std::initializer_list<std::uint8_t> ids) { remove_addr = std::vector<std::uint8_t>(ids); return *this; }
  Segment& MpPrio(bool backup) { prio = backup; return *this; }
  Segment& MpFail(std::uint64_t dsn) { fail = dsn; return *this; }
  Segment& MpFastclose(std::optional<std::uint64_t> wrong_key = std::nullopt) {
    fastclose = true;
    fastclose_key = wrong_key;
    return *this;
  }
  Segment& MpTcpRst(wire::ResetReason reason, bool transient = false) { tcp_rst = wire::MpTcpRst{transient, reason}; return *this; }

  // --- only when expecting ---
  Segment& NoMptcp() { no_mptcp = true; return *this; }
  Segment& NoSack() { no_sack = true; return *this; }
  Segment& NoDss() { no_dss = true; return *this; }
  Segment& AnyPayload() { any_payload = true; return *this; }
  Segment& NoFastOpen() { no_fast_open = true; return *this; }
  // A fast-open option whose cookie has this many bytes.
  Segment& FastOpenLength(std::size_t n) { fast_open_length = n; return *this; }
  Segment& Length(std::size_t n) { payload_length = n; return *this; }

  std::string ToString() const;

  wire::TcpFlags flags;
  std::optional<std::int64_t> seq, ack;
  std::optional<std::uint16_t> window;
  std::uint16_t urgent = 0;
  std::string payload;
  std::optional<std::size_t> payload_length;
  std::optional<std::uint16_t> mss;
  std::optional<std::uint8_t> window_scale;
  bool sack_permitted = false;
  std::optional<wire::Timestamps> timestamps;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sack;
  std::vector<std::byte> raw;
  std::optional<std::vector<std::byte>> fast_open;
  std::optional<CapableSpec> capable;
  std::optional<JoinSpec> join;
  std::optional<DssSpec> dss;
  std::optional<AddAddrSpec> add_addr;
  std::optional<std::vector<std::uint8_t>> remove_addr;
  std::optional<bool> prio;
  std::optional<std::uint64_t> fail;
  bool fastclose = false;
  std::optional<std::uint64_t> fastclose_key;
  std::optional<wire::MpTcpRst> tcp_rst;
  bool bad_checksum = false;
  bool no_fast_open = false;
  std::optional<std::size_t> fast_open_length;
  bool no_mptcp = false, no_sack = false, no_dss = false, any_payload = false;

 private:
  CapableSpec& Capable() { return capable ? *capable : capable.emplace(); }
  DssSpec& Dss() { return dss ? *dss : dss.emplace(); }
};

inline Segment Bare(wire::TcpFlags flags) {
  Segment segment;
  segment.flags = flags;
  return segment;
}
inline Segment Syn() { return Bare({.syn = true}); }
inline Segment SynAck() { return Bare({.syn = true, .ack = true}); }
inline Segment Ack() { return Bare({.ack = true}); }
inline Segment Ack(std::int64_t number) { return Bare({.ack = true}).Acking(number); }
inline Segment Data(std::string text) { return Bare({.ack = true}).Payload(std::move(text)); }
inline Segment Fin() { return Bare({.fin = true, .ack = true}); }
inline Segment Rst() { return Bare({.rst = true}); }
inline Segment RstAck() { return Bare({.rst = true, .ack = true}); }

}  // namespace mptcpp::conformance
