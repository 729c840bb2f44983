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

struct Request {
  nlmsghdr header;
  ifaddrmsg address;
  alignas(NLMSG_ALIGNTO) std::byte attributes[64];
};

void AddAttribute(Request& request, unsigned short type, std::span<const std::byte> value) {
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

}  // namespace

int AddInterfaceAddress(unsigned interface_index, const IpAddress& address, std::uint8_t prefix_length) {
  const FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.IsOpen()) return errno;
  Request request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.address);
  request.header.nlmsg_type = RTM_NEWADDR;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
  request.address.ifa_family = static_cast<unsigned char>(KernelFamily(address));
  request.address.ifa_prefixlen = prefix_length;
  request.address.ifa_flags = IFA_F_NODAD;  // nobody else is on the link: usable at once
  request.address.ifa_index = interface_index;
  AddAttribute(request, IFA_LOCAL, address.bytes());
  AddAttribute(request, IFA_ADDRESS, address.bytes());
  if (::send(socket.get(), &request, request.header.nlmsg_len, 0) < 0) return errno;
  return ReadAnswer(socket.get());
}

}  // namespace mptcpp::drivers
