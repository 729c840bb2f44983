// SPDX-License-Identifier: Apache-2.0
#include "drivers/netlink_address.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "drivers/file_descriptor.h"
#include "drivers/socket_address.h"

namespace mptcpp::drivers {
namespace {

// Header, the body of the kind of request, and its attributes.
template <typename Body>
struct Request {
  nlmsghdr header;
  Body body;
  alignas(NLMSG_ALIGNTO) std::byte attributes[64];
};

template <typename Body>
Request<Body> MakeRequest(std::uint16_t type) {
  Request<Body> request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof(Body));
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
  return request;
}

template <typename Body>
void AddAttribute(Request<Body>& request, unsigned short type, std::span<const std::byte> value) {
  auto* attribute = reinterpret_cast<rtattr*>(reinterpret_cast<std::byte*>(&request) + NLMSG_ALIGN(request.header.nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = static_cast<unsigned short>(RTA_LENGTH(value.size()));
  std::memcpy(RTA_DATA(attribute), value.data(), value.size());
  request.header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_ALIGN(request.header.nlmsg_len) + RTA_ALIGN(attribute->rta_len));
}

int ReadAnswer(int socket) {
  alignas(nlmsghdr) std::byte buffer[1024];
  const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
  if (n < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) return n < 0 ? errno : EPROTO;
  const auto* header = reinterpret_cast<const nlmsghdr*>(buffer);
  if (header->nlmsg_type != NLMSG_ERROR) return EPROTO;
  return -static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
}

template <typename Body>
int Ask(const Request<Body>& request) {
  const FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.IsOpen() || ::send(socket.get(), &request, request.header.nlmsg_len, 0) < 0) return errno;
  return ReadAnswer(socket.get());
}

}  // namespace

int AddInterfaceAddress(unsigned interface_index, const IpAddress& address, std::uint8_t prefix_length) {
  auto request = MakeRequest<ifaddrmsg>(RTM_NEWADDR);
  request.body.ifa_family = static_cast<unsigned char>(KernelFamily(address));
  request.body.ifa_prefixlen = prefix_length;
  request.body.ifa_flags = IFA_F_NODAD;  // nobody else is on the link: usable at once
  request.body.ifa_index = interface_index;
  AddAttribute(request, IFA_LOCAL, address.bytes());
  AddAttribute(request, IFA_ADDRESS, address.bytes());
  return Ask(request);
}

int AddInterfaceRoute(unsigned interface_index, const IpAddress& address, std::uint8_t prefix_length) {
  auto request = MakeRequest<rtmsg>(RTM_NEWROUTE);
  request.body.rtm_family = static_cast<unsigned char>(KernelFamily(address));
  request.body.rtm_dst_len = prefix_length;
  request.body.rtm_table = RT_TABLE_MAIN;
  request.body.rtm_protocol = RTPROT_STATIC;
  request.body.rtm_scope = RT_SCOPE_LINK;
  request.body.rtm_type = RTN_UNICAST;
  AddAttribute(request, RTA_DST, address.bytes());
  AddAttribute(request, RTA_OIF, std::as_bytes(std::span(&interface_index, 1)));
  return Ask(request);
}

}  // namespace mptcpp::drivers
