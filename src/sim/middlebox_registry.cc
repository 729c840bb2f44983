// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_registry.h"

#include <algorithm>

#include "sim/middlebox_balancer.h"
#include "sim/middlebox_cache.h"
#include "sim/middlebox_coalesce.h"
#include "sim/middlebox_disorder.h"
#include "sim/middlebox_ecmp.h"
#include "sim/middlebox_ecn.h"
#include "sim/middlebox_flags.h"
#include "sim/middlebox_gateway.h"
#include "sim/middlebox_hole.h"
#include "sim/middlebox_inject.h"
#include "sim/middlebox_isn.h"
#include "sim/middlebox_limits.h"
#include "sim/middlebox_mirror.h"
#include "sim/middlebox_mss.h"
#include "sim/middlebox_nat.h"
#include "sim/middlebox_phase.h"
#include "sim/middlebox_portal.h"
#include "sim/middlebox_proxy.h"
#include "sim/middlebox_refuse.h"
#include "sim/middlebox_split.h"
#include "sim/middlebox_strip.h"
#include "sim/middlebox_syn_proxy.h"
#include "sim/middlebox_timestamps.h"
#include "sim/middlebox_window.h"

namespace mptcpp::sim {
namespace {

using Made = std::unique_ptr<Middlebox>;

constexpr StripPhases kEverywhere{.syn = true, .syn_ack = true, .third_ack = true, .data = true};
constexpr std::string_view kStripParameters =
    "direction=both action=remove|nop|eol kind=30 syn= synack= third_ack= data= joins_only= probability=1 after_bytes=0 after=0s";

Made StripSyn(BoxParameters& p) { return OptionStripper::Make(p, {.phases = {.syn = true}}); }
Made StripSynAck(BoxParameters& p) { return OptionStripper::Make(p, {.phases = {.syn_ack = true}}); }
Made StripThirdAck(BoxParameters& p) { return OptionStripper::Make(p, {.phases = {.third_ack = true}}); }
Made StripJoins(BoxParameters& p) { return OptionStripper::Make(p, {.phases = kEverywhere, .joins_only = true}); }
Made StripData(BoxParameters& p) { return OptionStripper::Make(p, {.phases = {.data = true}}); }
Made StripMidway(BoxParameters& p) { return OptionStripper::Make(p, {.phases = {.data = true}, .after_bytes = Bytes(100'000)}); }
Made StripSome(BoxParameters& p) { return OptionStripper::Make(p, {.phases = {.data = true}, .probability = 0.1}); }
Made StripTimestamps(BoxParameters& p) { return OptionStripper::Make(p, {.phases = kEverywhere, .kinds = {8}}); }
Made StripWindowScale(BoxParameters& p) {
  return OptionStripper::Make(p, {.phases = {.syn = true, .syn_ack = true}, .kinds = {3}});
}
Made DropMptcpSyn(BoxParameters& p) { return SynRefuser::Make(p, false); }
Made ResetMptcpSyn(BoxParameters& p) { return SynRefuser::Make(p, true); }
Made InjectRst(BoxParameters& p) { return Injector::Make(p, false); }
Made InjectFin(BoxParameters& p) { return Injector::Make(p, true); }
Made BleachEcn(BoxParameters& p) { return EcnBleacher::Make(p, {.clear_field = true}); }
Made ClearEcnSyn(BoxParameters& p) { return EcnBleacher::Make(p, {.clear_syn_flags = true}); }
Made DropEcnCapable(BoxParameters& p) { return EcnBleacher::Make(p, {.drop_capable = true}); }
Made MarkEcn(BoxParameters& p) { return EcnBleacher::Make(p, {.mark_every = p.Number("every", 100, 1)}); }
Made DropEcnSyn(BoxParameters& p) { return EcnBleacher::Make(p, {.drop_syn = true}); }

constexpr MiddleboxKind kKinds[] = {
    {"nat", "shares one outside address; drops what comes in unasked; forgets idle flows, and all of them when it restarts",
     "outside=ADDRESS timeout=7440s restart_every=never", Nat::Make},
    {"rewrite-isn", "adds a random number to all sequence numbers, per direction; may forget the SACK blocks", "adjust_sack=true",
     IsnRewriter::Make},
    {"strip-syn", "takes MPTCP options off SYNs", kStripParameters, StripSyn},
    {"strip-synack", "takes MPTCP options off SYN/ACKs", kStripParameters, StripSynAck},
    {"strip-third-ack", "takes MPTCP options off the ACK that ends the handshake", kStripParameters, StripThirdAck},
    {"strip-joins", "takes MPTCP options off all segments of flows that began with MP_JOIN", kStripParameters, StripJoins},
    {"strip-data", "takes MPTCP options off everything behind the handshake", kStripParameters, StripData},
    {"strip-midway", "the same once 100 kB have passed, as after a change of route", kStripParameters, StripMidway},
    {"strip-some", "the same for one segment in ten", kStripParameters, StripSome},
    {"strip-timestamps", "takes TCP timestamps off everything", kStripParameters, StripTimestamps},
    {"strip-window-scale", "takes the window scale off SYN and SYN/ACK", kStripParameters, StripWindowScale},
    {"split", "cuts segments in pieces; options on all of them, or on the first only",
     "size=500 first=0 options=copy|mptcp-first|first direction=both", Splitter::Make},
    {"coalesce", "joins segments that follow each other; options equal, or only the first or the last survive",
     "options=equal|first|last size=2920 hold=1ms direction=both", Coalescer::Make},
    {"gateway", "rewrites payload and shifts sequence numbers if the length changes, as for FTP behind a NAT",
     "find=PORT... replace=PORT... times=unlimited at=POSITION remove=0 direction=both", Gateway::Make},
    {"ack-proxy", "acknowledges data early and may lose it afterwards", "lose=0 lose_at=POSITION after_bytes=0 direction=both",
     AckingProxy::Make},
    {"block-holes", "passes no data behind a hole and no ACK of data that it has not seen",
     "block_holes=true acks=drop|correct|pass", HoleBlocker::Make},
    {"drop-mptcp-syn", "drops SYNs with an MPTCP option", "what=any|capable|join synack=false direction=both", DropMptcpSyn},
    {"reset-mptcp-syn", "answers SYNs with an MPTCP option by RST", "what=any|capable|join synack=false direction=both",
     ResetMptcpSyn},
    {"duplicate", "delivers packets twice", "probability=1 gap=0s direction=both", Duplicator::Make},
    {"delay-syn", "holds SYNs with an MPTCP option back until others have overtaken them",
     "delay=4s mptcp_only=true direction=both", SynDelayer::Make},
    {"syn-proxy", "answers SYNs itself and opens to the server behind it later", "", SynProxy::Make},
    {"balance", "spreads the flows to one virtual address over real servers",
     "virtual=ADDRESS servers=ADDRESSES policy=hash|round-robin|token", LoadBalancer::Make},
    {"ecmp", "sends each flow over one of several legs, by a hash of its sockets; one may be dead", "legs=2 step=5ms dead=0",
     EqualCostLegs::Make},
    {"inject-rst", "forges an RST", "seq=exact|in-window|out-of-window direction=there after_bytes=1 after=0s flows=all",
     InjectRst},
    {"inject-fin", "forges a FIN", "seq=exact|in-window|out-of-window direction=there after_bytes=1 after=0s flows=all",
     InjectFin},
    {"bleach-ecn", "clears the ECN field of IP, congestion marks included", "direction=both", BleachEcn},
    {"clear-ecn-syn", "clears the ECN flags of SYN and SYN/ACK", "direction=both", ClearEcnSyn},
    {"drop-ecn-syn", "drops SYNs that ask for ECN", "direction=both", DropEcnSyn},
    {"drop-ecn-capable", "drops packets whose ECN field says that they are capable of it", "direction=both", DropEcnCapable},
    {"mark-ecn", "marks some of the ECN-capable packets as having met congestion", "every=100 direction=both", MarkEcn},
    {"clamp-window", "keeps advertised windows small", "bytes=4096 direction=both", WindowClamp::Make},
    {"mangle-timestamps", "rewrites TCP timestamps, well or badly", "mode=shift|forget-echo|freeze|random direction=both",
     TimestampMangler::Make},
    {"clamp-mss", "lowers the MSS of SYNs", "mss=1420 direction=both", MssClamp::Make},
    {"mirror", "sends MPTCP options back to whom they came from", "where=everywhere|synack|data direction=back",
     OptionMirror::Make},
    {"normalise-flags", "clears or flips flags of MP_CAPABLE and zeroes reserved bits",
     "clear=0x81 flip=0 reserved=true direction=both", FlagNormaliser::Make},
    {"portal", "answers everything itself with a page to log in", "page=TEXT fake_join=false", CaptivePortal::Make},
    {"drop-large", "swallows packets above a size, a path MTU black hole", "bytes=1400 direction=both", SizeBlackHole::Make},
    {"normalise-stream",
     "passes retransmissions with the bytes that were there first, clears urgent pointers, may resend old segments",
     "resend_every=0", CachingNormaliser::Make},
    {"police", "lets through a rate and a burst, drops the rest", "rate=5Mbit/s burst=30000 direction=both", Policer::Make},
};

}  // namespace

std::span<const MiddleboxKind> MiddleboxKinds() { return kKinds; }

std::expected<std::unique_ptr<Middlebox>, std::string> MakeMiddlebox(std::string_view name, const ParameterMap& parameters) {
  const auto kind = std::ranges::find(kKinds, name, &MiddleboxKind::name);
  if (kind == std::end(kKinds)) {
    std::string error = "no middlebox is called " + std::string(name) + "; there are:";
    for (const MiddleboxKind& known : kKinds) error += " " + std::string(known.name);
    return std::unexpected(error);
  }
  BoxParameters reader(parameters);
  std::unique_ptr<Middlebox> box = kind->make(reader);
  const auto gate = PhaseGate::Read(reader);
  if (std::string error = reader.Error(); !error.empty()) return std::unexpected(std::string(name) + ": " + error);
  if (gate) {
    box->set_gate([gate = std::make_shared<PhaseGate>(*gate)](Packet& packet, Direction direction) {
      return gate->Admits(packet, direction);
    });
  }
  return box;
}

}  // namespace mptcpp::sim
