// SPDX-License-Identifier: Apache-2.0
#include "trace/ladder_label.h"

#include <fmt/format.h>

#include <cctype>
#include <vector>

#include "wire/mptcp_options.h"
#include "wire/mptcp_v0_add_addr.h"
#include "wire/mptcp_v0_capable.h"
#include "wire/mptcp_v0_prio.h"

namespace mptcpp::trace {
namespace {

const char* Mark(Verdict verdict) {
  switch (verdict) {
    case Verdict::kRight: return "✓";
    case Verdict::kWrong: return "✗";
    case Verdict::kUnchecked: return "?";
    case Verdict::kNone: break;
  }
  return "";
}

char Initial(Side side) { return side == Side::kClient ? 'C' : 'S'; }

// "NAME[a,b,c]"
class Parts {
 public:
  explicit Parts(const char* name) : name_(name) {}
  Parts& Add(const std::string& part) {
    list_ += (list_.empty() ? "" : ",") + part;
    return *this;
  }
  Parts& AddIfAny(const std::string& part) { return part.empty() ? *this : Add(part); }
  std::string Text() const { return list_.empty() ? name_ : fmt::format("{}[{}]", name_, list_); }

 private:
  std::string name_, list_;
};

// What the labels of one segment are made from.
struct Context {
  const TrackedSegment& segment;
  std::uint32_t payload;  // of all segments of a burst
  char own, peer;
};

std::string Key(char host, const char* mark = "") { return fmt::format("Key-{}{}", host, mark); }

std::string FlagLetters(bool a, bool b, bool c, bool h) {
  return std::string(a ? "A" : "") + (b ? "B" : "") + (c ? "C" : "") + (h ? "H" : "");
}

std::string Capable(const Context& context, std::span<const std::byte> option) {
  Parts parts("MPC");
  const char* echo = Mark(context.segment.key);
  if (const auto v0 = wire::ParseMpCapableV0(option)) {
    parts.Add("v0")
        .Add(FlagLetters(v0->flags.checksum_required, v0->flags.extensibility, false, v0->flags.sha1()))
        .Add(Key(context.own));
    if (v0->receiver_key) parts.Add(Key(context.peer, echo));
    return parts.Text();
  }
  const auto v1 = wire::ParseMpCapable(option);
  if (!v1) return "MPC[malformed]";
  parts.Add(fmt::format("v{}", v1->version));
  parts.Add(FlagLetters(v1->flags.checksum_required, v1->flags.extensibility, v1->flags.deny_join_to_source, v1->flags.sha256()));
  if (v1->sender_key) parts.Add(Key(context.own));
  if (v1->receiver_key) parts.Add(Key(context.peer, echo));
  if (v1->data_length) parts.Add(fmt::format("len={}", *v1->data_length));
  if (v1->checksum) parts.Add(fmt::format("csum{}", Mark(context.segment.checksum)));
  return parts.Text();
}

std::string Join(const Context& context, std::span<const std::byte> option) {
  Parts parts("MPJ");
  const auto hmac = fmt::format("HMAC-{}{}", context.own, Mark(context.segment.hmac));
  if (const auto syn = wire::ParseMpJoinSyn(option)) {
    parts.Add(fmt::format("id={}", syn->address_id.value()));
    if (syn->backup) parts.Add("backup");
    return parts.Add(fmt::format("Token-{}", context.peer)).Add(fmt::format("Nonce-{}", context.own)).Text();
  }
  if (const auto syn_ack = wire::ParseMpJoinSynAck(option)) {
    parts.Add(fmt::format("id={}", syn_ack->address_id.value()));
    if (syn_ack->backup) parts.Add("backup");
    return parts.Add(hmac).Add(fmt::format("Nonce-{}", context.own)).Text();
  }
  return wire::ParseMpJoinAck(option) ? parts.Add(hmac).Text() : "MPJ[malformed]";
}

std::string DssLabel(const Context& context, std::span<const std::byte> option) {
  const auto dss = wire::ParseDss(option);
  if (!dss) return "DSS[malformed]";
  Parts parts("DSS");
  if (dss->mapping) {
    const wire::DssMapping& mapping = *dss->mapping;
    if (context.segment.dsn) parts.Add(fmt::format("dsn={}", *context.segment.dsn));
    if (mapping.subflow_seq != 0) parts.Add(fmt::format("ssn={}", mapping.subflow_seq));
    const std::uint32_t plain = context.payload + (dss->data_fin ? 1 : 0);
    if (mapping.length == 0) parts.Add("infinite");
    if (mapping.length != 0 && mapping.length != plain) parts.Add(fmt::format("len={}", mapping.length));
  }
  if (dss->data_fin) parts.Add("DATA_FIN");
  if (context.segment.data_ack) parts.Add(fmt::format("dack={}", *context.segment.data_ack));
  if (dss->mapping && dss->mapping->checksum && dss->mapping->length != 0)
    parts.Add(fmt::format("csum{}", Mark(context.segment.checksum)));
  return parts.Text();
}

std::string EndOf(const IpAddress& address, const std::optional<std::uint16_t>& port) {
  return port ? SocketAddress{address, *port}.ToString() : address.ToString();
}

std::string AddAddrLabel(const Context& context, std::span<const std::byte> option) {
  if (const auto v1 = wire::ParseAddAddr(option)) {
    Parts parts("ADD_ADDR");
    if (v1->echo) parts.Add("echo");
    parts.Add(fmt::format("id={}", v1->address_id.value())).Add(EndOf(v1->address, v1->port));
    if (!v1->echo) parts.Add(fmt::format("HMAC-{}{}", context.own, Mark(context.segment.hmac)));
    return parts.Text();
  }
  if (const auto v0 = wire::ParseAddAddrV0(option)) {
    return Parts("ADD_ADDR").Add(fmt::format("id={}", v0->address_id.value())).Add(EndOf(v0->address, v0->port)).Text();
  }
  return "ADD_ADDR[malformed]";
}

std::string RemoveAddrLabel(std::span<const std::byte> option) {
  const auto removed = wire::ParseRemoveAddr(option);
  if (!removed) return "REMOVE_ADDR[malformed]";
  Parts parts("REMOVE_ADDR");
  for (std::size_t i = 0; i < removed->count; ++i) parts.Add(fmt::format("id={}", removed->ids[i].value()));
  return parts.Text();
}

std::string PrioLabel(std::span<const std::byte> option) {
  const auto prio = wire::ParseMpPrioV0(option);  // reads the form of version 1 as well
  if (!prio) return "MP_PRIO[malformed]";
  Parts parts("MP_PRIO");
  parts.Add(prio->backup ? "backup" : "regular");
  if (prio->address_id) parts.Add(fmt::format("id={}", prio->address_id->value()));
  return parts.Text();
}

std::string OptionLabel(const Context& context, std::span<const std::byte> option) {
  switch (wire::SubtypeOf(option)) {
    case wire::MptcpSubtype::kCapable: return Capable(context, option);
    case wire::MptcpSubtype::kJoin: return Join(context, option);
    case wire::MptcpSubtype::kDss: return DssLabel(context, option);
    case wire::MptcpSubtype::kAddAddr: return AddAddrLabel(context, option);
    case wire::MptcpSubtype::kRemoveAddr: return RemoveAddrLabel(option);
    case wire::MptcpSubtype::kPrio: return PrioLabel(option);
    case wire::MptcpSubtype::kFail: {
      const auto& dsn = context.segment.failed_dsn;
      return dsn ? fmt::format("MP_FAIL[dsn={}]", *dsn) : "MP_FAIL";
    }
    case wire::MptcpSubtype::kFastclose: return Parts("FASTCLOSE").Add(Key(context.peer, Mark(context.segment.key))).Text();
    case wire::MptcpSubtype::kTcpRst: {
      const auto reset = wire::ParseMpTcpRst(option);
      if (!reset) return "TCPRST[malformed]";
      Parts parts("TCPRST");
      parts.Add(wire::ToString(reset->reason));
      if (reset->transient) parts.Add("transient");
      return parts.Text();
    }
    default: return "MPTCP[?]";
  }
}

// A few letters are shown, as in a textbook's example; what is longer or binary is counted only.
std::string PayloadText(const TrackedSegment& segment) {
  if (segment.payload == 0 || segment.payload > segment.text.size()) return "";
  std::string text;
  for (const std::byte byte : std::span(segment.text).first(segment.payload)) {
    const char c = static_cast<char>(byte);
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) return "";
    text += c;
  }
  return "\"" + text + "\"";
}

std::string TcpLabel(const TrackedSegment& segment, const TrackedSubflow& subflow, const wire::SegmentView& view,
                     std::uint32_t payload) {
  const auto relative = [](SeqNum number, const std::optional<SeqNum>& isn) {
    return number.DistanceFrom(isn.value_or(SeqNum(0)));
  };
  const auto& flags = segment.flags;
  const char* name = flags.syn             ? (flags.ack ? "SYN+ACK" : "SYN")
                     : flags.rst           ? "RST"
                     : flags.fin           ? "FIN"
                     : segment.payload > 0 ? "data"
                                           : "ACK";
  const auto& own = subflow.isn[Index(segment.from)];
  const auto& peer = subflow.isn[Index(Other(segment.from))];
  Parts parts(name);
  if (segment.SequenceLength() > 0 || flags.rst) parts.Add(fmt::format("seq={}", relative(segment.seq, own)));
  if (payload > 0) parts.Add(fmt::format("len={}", payload));
  if (flags.ack) parts.Add(fmt::format("ack={}", relative(segment.ack, peer)));
  if (payload == segment.payload) parts.AddIfAny(PayloadText(segment));
  std::string text = parts.Text();
  // The figures of handshakes are about MPTCP, and TCP's own options would drown it; without it they are the subject.
  if (flags.syn && view.options.sack_permitted && view.mptcp_count == 0) text += " SACK-permitted";
  if (view.options.has_fast_open) text += view.options.fast_open_cookie.empty() ? " TFO[request]" : " TFO[cookie]";
  Parts sack("SACK");
  for (std::size_t i = 0; i < view.options.sack_count; ++i) {
    sack.Add(fmt::format("{}:{}", relative(view.options.sack[i].left, peer), relative(view.options.sack[i].right, peer)));
  }
  if (view.options.sack_count > 0) text += " " + sack.Text();
  return text;
}

}  // namespace

std::string LadderLabel(const TrackedSegment& segment, const TrackedSubflow& subflow) {
  return BurstLabel(segment, subflow, 1, segment.payload);
}

std::string BurstLabel(const TrackedSegment& segment, const TrackedSubflow& subflow, std::size_t burst, std::uint32_t bytes) {
  const wire::SegmentView view = segment.View();
  std::string text = burst > 1 ? fmt::format("{} × ", burst) : "";
  text += TcpLabel(segment, subflow, view, bytes);
  const Context context{segment, bytes, Initial(segment.from), Initial(Other(segment.from))};
  for (std::size_t i = 0; i < view.mptcp_count; ++i) text += " " + OptionLabel(context, view.mptcp[i]);
  return text;
}

}  // namespace mptcpp::trace
