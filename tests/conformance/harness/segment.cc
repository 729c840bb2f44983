// SPDX-License-Identifier: Apache-2.0
#include "conformance/harness/segment.h"

#include <fmt/format.h>

namespace mptcpp::conformance {

Segment& Segment::Raw(std::initializer_list<unsigned> bytes) {
  for (const unsigned byte : bytes) raw.push_back(static_cast<std::byte>(byte));
  return *this;
}

namespace {

std::string FlagText(const wire::TcpFlags& f) {
  std::string text;
  const auto add = [&](bool set, const char* name) {
    if (set) text += text.empty() ? name : std::string(" ") + name;
  };
  add(f.syn, "SYN");
  add(f.fin, "FIN");
  add(f.rst, "RST");
  add(f.psh, "PSH");
  add(f.ack, "ACK");
  add(f.urg, "URG");
  return text;
}

std::string DssText(const DssSpec& dss) {
  std::string text = "DSS";
  if (dss.data_ack) text += fmt::format(" ack {}", *dss.data_ack);
  if (dss.any_map) text += " with a map";
  if (dss.map && dss.map->length == 0) text += fmt::format(" infinite map {} ssn {}", dss.map->dsn, dss.map->subflow_seq);
  if (dss.map && dss.map->length != 0) {
    text += fmt::format(" map {}+{} ssn {}", dss.map->dsn, dss.map->length, dss.map->subflow_seq);
  }
  if (dss.data_fin) text += " DATA_FIN";
  return text;
}

}  // namespace

std::string Segment::ToString() const {
  std::string text = FlagText(flags);
  if (seq) text += fmt::format(" seq {}", *seq);
  if (ack) text += fmt::format(" ack {}", *ack);
  if (any_payload) text += " with payload";
  if (payload_length) text += fmt::format(" len {}", *payload_length);
  if (!payload.empty()) text += fmt::format(" len {}", payload.size());
  if (window) text += fmt::format(" win {}", *window);
  std::string list;
  const auto add = [&](const std::string& item) { list += list.empty() ? item : ", " + item; };
  if (mss) add(fmt::format("mss {}", *mss));
  if (sack_permitted) add("sackOK");
  if (timestamps) add("TS");
  if (window_scale) add(fmt::format("wscale {}", *window_scale));
  for (const auto& [left, right] : sack) add(fmt::format("sack {}:{}", left, right));
  if (capable) add(fmt::format("MP_CAPABLE v{} flags {:02x}", capable->version.value_or(1), capable->flags));
  if (join) add(fmt::format("MP_JOIN id {}{}", join->address_id, join->backup ? " backup" : ""));
  if (dss) add(DssText(*dss));
  if (add_addr) add(fmt::format("ADD_ADDR{} id {} {}", add_addr->echo ? " echo" : "", add_addr->address_id, add_addr->address.ToString()));
  if (remove_addr) add("REMOVE_ADDR");
  if (prio) add(*prio ? "MP_PRIO backup" : "MP_PRIO regular");
  if (fail) add(fmt::format("MP_FAIL {}", *fail));
  if (fastclose) add("MP_FASTCLOSE");
  if (tcp_rst) add(fmt::format("MP_TCPRST {}", wire::ToString(tcp_rst->reason)));
  if (no_mptcp) add("no MPTCP option");
  if (no_dss) add("no DSS");
  if (no_sack) add("no SACK");
  if (!list.empty()) text += " <" + list + ">";
  return text;
}

}  // namespace mptcpp::conformance
