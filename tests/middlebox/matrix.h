// SPDX-License-Identifier: Apache-2.0
// The fallback matrix: every kind of box, in every phase of a flow in which it does something, towards either host, with and
// without DSS checksums, on the only path and on one of two. Each cell is one transfer in both directions between real
// endpoints; what it may end in is said by rule (matrix_rules.cc), not by what happened last time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/middlebox_parameters.h"
#include "sim/middlebox_phase.h"

namespace mptcpp::boxes {

// The phases of sim::Phase on the first subflow; kJoin is the whole life of an additional one.
enum class When : std::uint8_t { kSyn, kSynAck, kThirdAck, kFirstData, kMidStream, kClose, kJoin };
inline constexpr std::size_t kWhens = 7;

// Whose segments the box touches; for a box with an inside and an outside, at whose end it stands.
enum class Way : std::uint8_t { kThere, kBack, kBoth, kAtClient, kAtServer };

// What a box does to the protocol, which is what the rules go by.
enum class Harm : std::uint8_t {
  kNone,         // nothing that is not repaired below the data level
  kStrip,        // MPTCP options vanish
  kStripSome,    // ... from some segments
  kDropSyn,      // SYN or SYN/ACK with the option is dropped
  kResetSyn,     // ... is answered by RST
  kChange,       // payload is changed, its length is not
  kResize,       // ... its length is, too
  kReset,        // a forged RST that is exact
  kFin,          // a forged FIN that is exact
  kProxy,        // ACKs without Data ACK come from the box
  kLossyProxy,   // ... and what they acknowledge may be lost
  kMirror,       // the options of one host come back to it
  kFlags,        // flags A and H of MP_CAPABLE are cleared
  kReroute,      // the 4-tuple changes from the phase on
  kPortal,       // the box answers in the server's name
  kSynProxy,     // the box answers the SYN without options
  kMapLoss,      // some mappings get lost as segments are merged
  kBreakClocks,  // timestamps become noise
  kSlow,         // late SYNs: a plain one may overtake
};

struct BoxRow {
  std::string_view kind;
  std::string_view variant;  // said behind the kind
  Harm harm = Harm::kNone;
  sim::ParameterMap parameters{};
  bool lasting = false;  // a box that cannot come for one phase only: it is there from that phase on
  enum class Ways : std::uint8_t { kDirections, kSides, kBoth } ways = Ways::kDirections;
  When earliest = When::kSyn;    // of a lasting box: what comes before would be the same
  bool from_the_start = false;  // nothing would get through before it came
};
std::span<const BoxRow> BoxRows();

struct Cell {
  const BoxRow* row = nullptr;
  When when = When::kSyn;
  Way way = Way::kBoth;
  bool checksum = false;
  std::size_t paths = 1;
  std::string Name() const;
};

enum class Outcome : char {
  kIdle = '.',        // the box found nothing to do: multipath
  kMultipath = 'M',   // multipath to the end; every subflow that was opened lived
  kSubflowLost = 'R', // multipath to the end; the subflow was reset or given up, its data went over another one
  kNoJoin = 'J',      // multipath to the end with the first subflow only: the join was refused or given up
  kTcp = 'T',         // plain TCP from the handshake on, on both sides
  kInfinite = 'I',    // fallback later, by an infinite mapping or by data without any; the stream is whole
  kAsOnTcp = 'G',     // the same, and the application has the changed bytes, as over TCP
  kRefused = 'X',     // never established; the application was told
  kError = 'E',       // the application was told, and had no wrong byte before
  kPortal = 'P',      // TCP to somebody else, in order
  kWrong = 'W',       // wrong bytes without notice
  kHang = '!',        // did not end
  kMixed = '?',       // the two sides do not agree
};

struct CellResult {
  Outcome outcome = Outcome::kHang;
  std::uint64_t packets = 0;  // that entered a link
  std::string story;  // for failures: what both sides saw
};

CellResult RunCell(const Cell& cell);

// No cell may move more packets than this: the stream both ways is about 160 full segments and their ACKs, so that thousands of packets
// mean that the ends, or an end and the box, answer each other without end.
inline constexpr std::uint64_t kMostPackets = 1500;

// The letters that RFC 8684 allows in this cell.
std::string Allowed(const Cell& cell);

}  // namespace mptcpp::boxes
