// SPDX-License-Identifier: Apache-2.0
#include "middlebox/matrix.h"

namespace mptcpp::boxes {
namespace {

using enum BoxRow::Ways;

// Every registered kind stands here, some in several variants. Those that need a SYN to begin with, or that keep state which
// must not be lost, are `lasting`.
const BoxRow kRows[] = {
    {"nat", "", Harm::kReroute, {}, true, kSides},
    {"rewrite-isn", "", Harm::kNone, {}, true, kBoth},
    {"strip-syn", "", Harm::kStrip},
    {"strip-synack", "", Harm::kStrip},
    {"strip-third-ack", "", Harm::kStrip},
    {"strip-joins", "", Harm::kStrip},
    {"strip-data", "", Harm::kStrip, {}, true, kDirections, When::kFirstData},
    {"strip-data", "for a while", Harm::kStrip, {{"action", "eol"}}},
    {"strip-midway", "", Harm::kStrip, {{"after_bytes", "30000"}}, true, kDirections, When::kMidStream},
    {"strip-some", "", Harm::kStripSome},
    {"strip-timestamps", "", Harm::kNone},
    {"strip-window-scale", "", Harm::kNone},
    {"split", "copying", Harm::kNone},
    {"split", "options first", Harm::kNone, {{"options", "mptcp-first"}}},
    {"coalesce", "equal", Harm::kNone},
    {"coalesce", "last options", Harm::kMapLoss, {{"options", "last"}, {"hold", "3ms"}}},
    {"gateway", "same length", Harm::kChange, {{"at", "0"}, {"remove", "4"}, {"replace", "ABCD"}}, true, kDirections, When::kFirstData},
    {"gateway", "longer", Harm::kResize, {{"at", "0"}, {"remove", "4"}, {"replace", "ABCDEFG"}}, true, kDirections, When::kFirstData},
    {"gateway", "shorter", Harm::kResize, {{"at", "0"}, {"remove", "4"}, {"replace", "A"}}, true, kDirections, When::kFirstData},
    {"ack-proxy", "", Harm::kProxy, {}, true, kDirections, When::kFirstData},
    {"ack-proxy", "losing 5 %", Harm::kLossyProxy, {{"lose", "5 %"}}, true, kDirections, When::kFirstData},
    {"block-holes", "", Harm::kNone, {}, true, kBoth},
    {"drop-mptcp-syn", "", Harm::kDropSyn, {{"synack", "true"}}},
    {"reset-mptcp-syn", "", Harm::kResetSyn, {{"synack", "true"}}},
    {"duplicate", "", Harm::kNone, {{"gap", "3ms"}}},
    {"delay-syn", "", Harm::kSlow, {{"delay", "7500ms"}}},
    {"syn-proxy", "", Harm::kSynProxy, {}, true, kSides},
    {"balance", "", Harm::kNone, {}, true, kBoth, When::kSyn, true},
    {"ecmp", "", Harm::kNone, {}, true, kBoth},
    {"inject-rst", "exact", Harm::kReset, {{"after_bytes", "0"}, {"flows", "1"}}},
    {"inject-rst", "in window", Harm::kNone, {{"after_bytes", "0"}, {"seq", "in-window"}}},
    {"inject-rst", "far away", Harm::kNone, {{"after_bytes", "0"}, {"seq", "out-of-window"}}},
    {"inject-fin", "exact", Harm::kFin, {{"after_bytes", "0"}, {"flows", "1"}}},
    {"inject-fin", "far away", Harm::kNone, {{"after_bytes", "0"}, {"seq", "out-of-window"}}},
    {"bleach-ecn", "", Harm::kNone},
    {"clear-ecn-syn", "", Harm::kNone},
    {"drop-ecn-syn", "", Harm::kSlow},
    {"drop-ecn-capable", "", Harm::kMapLoss},
    {"mark-ecn", "", Harm::kNone, {{"every", "5"}}},
    {"clamp-window", "", Harm::kNone},
    {"mangle-timestamps", "shift", Harm::kNone, {}, true},
    {"mangle-timestamps", "noise", Harm::kBreakClocks, {{"mode", "random"}}, true},
    {"clamp-mss", "", Harm::kNone},
    {"mirror", "the SYN", Harm::kMirror, {{"where", "synack"}}, true},
    {"mirror", "data", Harm::kMirror, {{"where", "data"}}, true, kDirections, When::kFirstData},
    {"normalise-flags", "A and H", Harm::kFlags},
    {"normalise-flags", "reserved", Harm::kNone, {{"clear", "0"}}},
    {"portal", "", Harm::kPortal, {}, true, kSides},
    {"drop-large", "", Harm::kNone, {{"bytes", "1300"}}},
    {"normalise-stream", "", Harm::kNone, {{"resend_every", "5"}}, true, kBoth},
    {"police", "", Harm::kNone, {{"burst", "8000"}}},
};

constexpr std::string_view kWhenNames[] = {"SYN", "SYN/ACK", "third ACK", "first data", "mid-stream", "close", "join"};
constexpr std::string_view kWayNames[] = {"c>s", "s>c", "both", "at client", "at server"};

}  // namespace

std::span<const BoxRow> BoxRows() { return kRows; }

std::string Cell::Name() const {
  std::string name(row->kind);
  if (!row->variant.empty()) name += " (" + std::string(row->variant) + ")";
  name += ", " + std::string(kWhenNames[static_cast<std::size_t>(when)]) + ", " + std::string(kWayNames[static_cast<std::size_t>(way)]);
  return name + (paths == 1 ? ", one path" : ", two paths") + (checksum ? ", checksum" : "");
}

}  // namespace mptcpp::boxes
