// SPDX-License-Identifier: Apache-2.0
// What RFC 8684 lets a connection come to, by what the box does (Harm) and when. The sections stand at the rules; where it leaves
// a choice, or the moment decides, several letters are allowed. A hang, two sides that disagree, and wrong bytes where there are
// checksums are allowed nowhere.
#include "middlebox/matrix.h"

namespace mptcpp::boxes {
namespace {

bool IsHandshake(When when) { return when <= When::kThirdAck; }
bool IsUnproven(When when) { return when <= When::kFirstData; }

// 3.1: either SYN without the option, or the third packet: plain TCP. 3.2: a join without it is reset. 3.7: before a segment was
// acknowledged with a Data ACK, data without mapping (receiver) or an ACK without Data ACK (sender) mean TCP; after that, a window
// of unmapped data resets the subflow, and a connection whose only subflow that was waits for another.
std::string Stripped(const Cell& cell, When when) {
  switch (when) {
    case When::kSyn:
    case When::kSynAck: return "T";
    case When::kThirdAck: return cell.way == Way::kBack ? "M" : "T";
    case When::kFirstData: return "TI";
    case When::kMidStream:
      if (cell.paths > 1) return "MR";
      return cell.row->lasting ? "RE" : "MRE";
    case When::kClose: return cell.paths > 1 ? "MR" : "MRE";  // a DATA_FIN that nobody can see: CLOSE-15, a time-out
    case When::kJoin: return "JR";
  }
  return "";
}

// 6: a lost copy of a mapping is no loss while another one arrives.
std::string StrippedNowAndThen(const Cell& cell, When when) {
  if (when == When::kJoin || cell.paths > 1) return IsUnproven(when) ? "MRTI" : "MR";
  return IsUnproven(when) ? "MTIE" : "MRE";
}

// 3.9.3: after some SYNs one without the option. A RST instead is a refusal (a retry without is the application's choice).
std::string Dropped(When when) { return when == When::kJoin ? "J" : "T"; }
std::string Refused(When when) { return when == When::kJoin ? "J" : "XT"; }

// 3.7: the checksum shows it. Only subflow: MP_FAIL both ways and an infinite mapping, so the application has what TCP would have
// given it. Several: RST and MP_FAIL, and the bytes go over another one. Without checksums nobody can see it; a change of length
// may show in mappings that no longer fit. One that leaves a mapping unfilled at the end is found only after its bytes were sent
// twice, when falling back is impossible: an error, or nothing if they came another way.
std::string Changed(const Cell& cell, When when) {
  const bool resized = cell.row->harm == Harm::kResize;
  if (!cell.checksum) return resized ? "WRE" : "W";
  if (cell.paths == 1) return resized && when == When::kClose ? "GE" : "G";
  if (IsUnproven(when)) return "GR";
  return resized && when == When::kClose ? "RM" : "R";
}

// 3.3.3, 3.7: a RST ends its subflow. Before the first DSS no other may be opened (3.1); then the connection is lost with it.
std::string Reset(When when) {
  if (when == When::kJoin) return "RJ";
  return IsUnproven(when) ? "RE" : "R";
}

// 3.7: an ACK of data without Data ACK, before the path is proven: infinite mapping on the only subflow, RST (6) on one of several.
// Afterwards it says nothing. What the box acknowledged and lost comes again by 3.3.6, but not once the connection is TCP.
std::string Proxied(const Cell& cell, When when) {
  const bool loses = cell.row->harm == Harm::kLossyProxy;
  if (when == When::kJoin) return "RM";
  if (IsUnproven(when)) return std::string(cell.paths > 1 ? "IR" : "I") + (loses ? "E" : "");
  return loses && cell.paths == 1 ? "ME" : "MR";
}

// 3.1: a copied MP_CAPABLE is no answer to one. Copied DSSs have numbers of nobody's, so they count as none; see Stripped().
std::string Mirrored(const Cell& cell, When when) {
  if (IsHandshake(when)) return "T";
  if (when == When::kFirstData) return "MTI";
  return when == When::kMidStream ? "MR" + std::string(cell.paths > 1 ? "" : "E") : Stripped(cell, when);
}

// A 4-tuple that nobody knows: RST, or nothing. From its SYN on a flow through a NAT is a flow; into one from outside there is none.
std::string Rerouted(const Cell& cell, When when) {
  const bool inside = cell.way == Way::kAtClient;
  if (when == When::kJoin) return inside ? "M" : "J";
  if (when <= When::kSynAck) return inside ? "M" : "X";
  return IsUnproven(when) ? "E" : "MR";
}

std::string ByPortal(const Cell& cell, When when) {
  if (when == When::kJoin) return "J";
  if (when == When::kSyn) return cell.way == Way::kAtClient ? "P" : "X";
  if (when == When::kSynAck) return cell.way == Way::kAtClient ? "E" : "X";
  // At the server's end the client may get through the portal's own hand-shake again, with a join by its token.
  if (IsUnproven(when)) return cell.way == Way::kAtServer ? "RE" : "E";
  return cell.paths == 1 ? "MRE" : "MR";
}

std::string Rule(const Cell& cell) {
  const When when = cell.when;
  switch (cell.row->harm) {
    case Harm::kNone: return "M";
    case Harm::kStrip: return Stripped(cell, when);
    case Harm::kStripSome: return StrippedNowAndThen(cell, when);
    case Harm::kDropSyn: return Dropped(when);
    case Harm::kResetSyn: return Refused(when);
    case Harm::kChange:
    case Harm::kResize: return Changed(cell, when);
    case Harm::kReset: return Reset(when);
    case Harm::kFin: return "MR";  // 3.3.3: without DATA_FIN a FIN closes its subflow only
    case Harm::kProxy:
    case Harm::kLossyProxy: return Proxied(cell, when);
    case Harm::kMirror: return Mirrored(cell, when);
    case Harm::kFlags: return "T";  // 3.1: without a cryptography bit the option is none
    case Harm::kReroute: return Rerouted(cell, when);
    case Harm::kPortal: return ByPortal(cell, when);
    case Harm::kSynProxy: return Dropped(when);
    case Harm::kMapLoss: return "MR";
    case Harm::kBreakClocks: return cell.paths > 1 ? "MRJ" : "MRE";
    case Harm::kSlow: return IsHandshake(when) ? "TM" : "JM";
  }
  return "";
}

}  // namespace

std::string Allowed(const Cell& cell) { return "." + Rule(cell); }

}  // namespace mptcpp::boxes
