// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp_control.h"

#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>

#include <cerrno>
#include <cstring>

namespace mptcpp::drivers {
namespace {

template <typename T>
T Get(const cmsghdr* message) {
  T value{};
  std::memcpy(&value, CMSG_DATA(message), sizeof value);
  return value;
}

template <typename T>
void Put(msghdr& message, ControlBuffer& buffer, int level, int type, const T& value) {
  auto* header = reinterpret_cast<cmsghdr*>(buffer.bytes.data() + message.msg_controllen);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  message.msg_controllen += CMSG_SPACE(sizeof value);
}

template <typename Address>
IpAddress ToAddress(const Address& address) {
  return IpAddress::FromBytes(std::as_bytes(std::span(&address, 1)));
}

// RFC 5461 2: protocol, port and "prohibited" are hard errors, the rest are soft.
wire::IcmpKind KindOfIcmp(std::uint8_t type, std::uint8_t code) {
  if (type != ICMP_DEST_UNREACH) return wire::IcmpKind::kSoftUnreachable;
  if (code == ICMP_FRAG_NEEDED) return wire::IcmpKind::kPacketTooBig;
  const bool hard = code == ICMP_PROT_UNREACH || code == ICMP_PORT_UNREACH || code == ICMP_PKT_FILTERED || code == ICMP_NET_ANO ||
                    code == ICMP_HOST_ANO;
  return hard ? wire::IcmpKind::kHardUnreachable : wire::IcmpKind::kSoftUnreachable;
}

wire::IcmpKind KindOfIcmp6(std::uint8_t type, std::uint8_t code) {
  if (type == ICMP6_PACKET_TOO_BIG) return wire::IcmpKind::kPacketTooBig;
  const bool hard = type == ICMP6_DST_UNREACH && (code == ICMP6_DST_UNREACH_ADMIN || code == ICMP6_DST_UNREACH_NOPORT);
  return hard ? wire::IcmpKind::kHardUnreachable : wire::IcmpKind::kSoftUnreachable;
}

void ReadError(const sock_extended_err& error, ControlFacts& facts) {
  facts.has_error = true;
  if (error.ee_origin == SO_EE_ORIGIN_ICMP) facts.error_kind = KindOfIcmp(error.ee_type, error.ee_code);
  if (error.ee_origin == SO_EE_ORIGIN_ICMP6) facts.error_kind = KindOfIcmp6(error.ee_type, error.ee_code);
  facts.is_local = error.ee_origin == SO_EE_ORIGIN_LOCAL;
  if (facts.is_local) {
    facts.error_kind = error.ee_errno == EMSGSIZE ? wire::IcmpKind::kPacketTooBig : wire::IcmpKind::kSoftUnreachable;
  }
  if (facts.error_kind == wire::IcmpKind::kPacketTooBig) facts.next_hop_mtu = error.ee_info;
}

}  // namespace

ControlFacts ReadControl(const msghdr& message) {
  ControlFacts facts;
  auto& mutable_message = const_cast<msghdr&>(message);  // CMSG_NXTHDR is not const-correct
  for (cmsghdr* c = CMSG_FIRSTHDR(&mutable_message); c != nullptr; c = CMSG_NXTHDR(&mutable_message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) facts.ecn = static_cast<Ecn>(Get<std::uint8_t>(c) & 3);
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS) facts.ecn = static_cast<Ecn>(Get<int>(c) & 3);
    if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) facts.gro_size = static_cast<std::uint16_t>(Get<int>(c));
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) facts.destination = ToAddress(Get<in_pktinfo>(c).ipi_addr);
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
      facts.destination = ToAddress(Get<in6_pktinfo>(c).ipi6_addr);
    if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
        (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR)) {
      ReadError(Get<sock_extended_err>(c), facts);
    }
  }
  return facts;
}

void WriteControl(msghdr& message, ControlBuffer& buffer, const IpAddress& source, bool v6, Ecn ecn, std::uint16_t segment_size) {
  message.msg_control = buffer.bytes.data();
  message.msg_controllen = 0;
  if (segment_size != 0) Put(message, buffer, IPPROTO_UDP, UDP_SEGMENT, segment_size);
  if (ecn != Ecn::kNotEct) {
    const int tos = static_cast<int>(ecn);
    Put(message, buffer, v6 ? int{IPPROTO_IPV6} : int{IPPROTO_IP}, v6 ? IPV6_TCLASS : IP_TOS, tos);
  }
  if (source.IsV4()) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, source.bytes().data(), sizeof info.ipi_spec_dst);
    Put(message, buffer, IPPROTO_IP, IP_PKTINFO, info);
  }
  if (source.IsV6()) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, source.bytes().data(), sizeof info.ipi6_addr);
    Put(message, buffer, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  if (message.msg_controllen == 0) message.msg_control = nullptr;
}

}  // namespace mptcpp::drivers
