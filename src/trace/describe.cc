// SPDX-License-Identifier: Apache-2.0
#include "trace/describe.h"

#include <fmt/format.h>

#include <iterator>

#include "wire/mptcp_options.h"

namespace mptcpp::trace {
namespace {

std::string Number(SeqNum number, const std::optional<SeqNum>& base) {
  return fmt::to_string(base ? number.DistanceFrom(*base) : number.value());
}

// A number that may stand on the wire with its low half only.
std::string Number(const wire::WireDsn& number, const std::optional<Dsn>& base) {
  if (!base) return number.is_64_bit ? fmt::format("{:016x}", number.value) : fmt::format("{:08x}", number.value);
  if (number.is_64_bit) return fmt::format("{}", static_cast<std::int64_t>(number.value - base->value()));
  const auto wide = WidenDsn(static_cast<std::uint32_t>(number.value), *base);
  return wide ? fmt::format("{}", static_cast<std::int64_t>(wide->value() - base->value())) : "ambiguous";
}

std::string Flags(const wire::TcpFlags& flags) {
  std::string text;
  const auto add = [&](bool set, const char* name) {
    if (set) text += text.empty() ? name : std::string(" ") + name;
  };
  add(flags.syn, "SYN");
  add(flags.fin, "FIN");
  add(flags.rst, "RST");
  add(flags.psh, "PSH");
  add(flags.ack, "ACK");
  add(flags.urg, "URG");
  add(flags.ece, "ECE");
  add(flags.cwr, "CWR");
  return text.empty() ? "none" : text;
}

std::string Capable(const wire::MpCapable& o) {
  const unsigned flags = (o.flags.checksum_required ? 0x80u : 0u) | (o.flags.extensibility ? 0x40u : 0u) |
                         (o.flags.deny_join_to_source ? 0x20u : 0u) | o.flags.crypto;
  std::string text = fmt::format("MP_CAPABLE v{} flags {:02x}", o.version, flags);
  if (o.sender_key) text += " <key>";
  if (o.receiver_key) text += " <key>";
  if (o.data_length) text += fmt::format(" len {}", *o.data_length);
  if (o.checksum) text += fmt::format(" csum {:04x}", *o.checksum);
  return text;
}

std::string Join(std::span<const std::byte> option) {
  if (const auto syn = wire::ParseMpJoinSyn(option)) {
    return fmt::format("MP_JOIN id {}{} token {:08x} nonce {:08x}", syn->address_id.value(), syn->backup ? " backup" : "",
                       syn->receiver_token.value(), syn->nonce);
  }
  if (const auto syn_ack = wire::ParseMpJoinSynAck(option)) {
    return fmt::format("MP_JOIN id {}{} hmac {:016x} nonce {:08x}", syn_ack->address_id.value(),
                       syn_ack->backup ? " backup" : "", syn_ack->truncated_hmac, syn_ack->nonce);
  }
  return wire::ParseMpJoinAck(option) ? "MP_JOIN hmac" : "MP_JOIN malformed";
}

std::string DssText(const wire::Dss& o, const NumberBases& bases) {
  std::string text = "DSS";
  if (o.data_ack) text += " ack " + Number(*o.data_ack, bases.data_ack);
  if (o.mapping) {
    if (o.mapping->length == 0) {
      text += fmt::format(" infinite map {} ssn {}", Number(o.mapping->dsn, bases.dsn), o.mapping->subflow_seq);
    } else {
      text += fmt::format(" map {}+{} ssn {}", Number(o.mapping->dsn, bases.dsn), o.mapping->length, o.mapping->subflow_seq);
    }
    if (o.mapping->checksum) text += fmt::format(" csum {:04x}", *o.mapping->checksum);
  }
  if (o.data_fin) text += " DATA_FIN";
  return text;
}

std::string Address(const wire::AddAddr& o) {
  std::string text = fmt::format("ADD_ADDR{} id {} {}", o.echo ? " echo" : "", o.address_id.value(), o.address.ToString());
  if (o.port) text += fmt::format(" port {}", *o.port);
  return text;
}

std::string Removal(const wire::RemoveAddr& o) {
  std::string text = "REMOVE_ADDR";
  for (std::size_t i = 0; i < o.count; ++i) text += fmt::format(" {}", o.ids[i].value());
  return text;
}

void AddTcpOptions(const wire::SegmentView& segment, const NumberBases& bases, std::string& list) {
  const auto add = [&](const std::string& text) { list += list.empty() ? text : ", " + text; };
  const wire::TcpOptions& options = segment.options;
  if (options.mss) add(fmt::format("mss {}", *options.mss));
  if (options.sack_permitted) add("sackOK");
  if (options.timestamps) add(fmt::format("TS {} {}", options.timestamps->value, options.timestamps->echo_reply));
  if (options.window_scale) add(fmt::format("wscale {}", *options.window_scale));
  for (std::size_t i = 0; i < options.sack_count; ++i) {
    add(fmt::format("sack {}:{}", Number(options.sack[i].left, bases.ack), Number(options.sack[i].right, bases.ack)));
  }
  if (options.has_fast_open) add("fastopen");
}

}  // namespace

std::string DescribeMptcpOption(std::span<const std::byte> option, const NumberBases& bases) {
  if (option.size() < 3) return "MPTCP malformed";
  switch (wire::SubtypeOf(option)) {
    case wire::MptcpSubtype::kCapable: {
      const auto o = wire::ParseMpCapable(option);
      return o ? Capable(*o) : "MP_CAPABLE malformed";
    }
    case wire::MptcpSubtype::kJoin: return Join(option);
    case wire::MptcpSubtype::kDss: {
      const auto o = wire::ParseDss(option);
      return o ? DssText(*o, bases) : "DSS malformed";
    }
    case wire::MptcpSubtype::kAddAddr: {
      const auto o = wire::ParseAddAddr(option);
      return o ? Address(*o) : "ADD_ADDR malformed";
    }
    case wire::MptcpSubtype::kRemoveAddr: {
      const auto o = wire::ParseRemoveAddr(option);
      return o ? Removal(*o) : "REMOVE_ADDR malformed";
    }
    case wire::MptcpSubtype::kPrio: {
      const auto o = wire::ParseMpPrio(option);
      return !o ? "MP_PRIO malformed" : o->backup ? "MP_PRIO backup" : "MP_PRIO regular";
    }
    case wire::MptcpSubtype::kFail: {
      const auto o = wire::ParseMpFail(option);
      return o ? "MP_FAIL " + Number(wire::WireDsn{o->dsn.value(), true}, bases.data_ack) : "MP_FAIL malformed";
    }
    case wire::MptcpSubtype::kFastclose: return wire::ParseMpFastclose(option) ? "MP_FASTCLOSE <key>" : "MP_FASTCLOSE malformed";
    case wire::MptcpSubtype::kTcpRst: {
      const auto o = wire::ParseMpTcpRst(option);
      return o ? fmt::format("MP_TCPRST {}{}", wire::ToString(o->reason), o->transient ? ", transient" : "") : "MP_TCPRST malformed";
    }
    case wire::MptcpSubtype::kExperimental: return "MP_EXPERIMENTAL";
  }
  return fmt::format("MPTCP subtype {:x}", static_cast<unsigned>(wire::SubtypeOf(option)));
}

std::string Describe(const wire::SegmentView& segment, const NumberBases& bases) {
  std::string text = fmt::format("{} seq {}", Flags(segment.flags), Number(segment.seq, bases.seq));
  if (segment.flags.ack) text += " ack " + Number(segment.ack, bases.ack);
  if (!segment.payload.empty()) text += fmt::format(" len {}", segment.payload.size());
  text += fmt::format(" win {}", segment.window);
  std::string list;
  AddTcpOptions(segment, bases, list);
  for (std::size_t i = 0; i < segment.mptcp_count; ++i) {
    list += (list.empty() ? "" : ", ") + DescribeMptcpOption(segment.mptcp[i], bases);
  }
  if (!list.empty()) text += " <" + list + ">";
  return text;
}

}  // namespace mptcpp::trace
