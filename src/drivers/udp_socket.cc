// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp_socket.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/endian.h"
#include "drivers/clock.h"
#include "drivers/socket_address.h"
#include "drivers/udp_control.h"
#include "wire/udp_encapsulation.h"

namespace mptcpp::drivers {
namespace {

constexpr std::size_t kMessages = 32;  // per system call
constexpr std::size_t kMaxTooLong = 64;
constexpr std::size_t kInnerSeq = 4;  // place of the sequence number in an encapsulated header (wire/udp_encapsulation.h)

bool SetOption(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

// As root beyond the system's limit, else up to it.
void SetBuffers(int fd) {
  constexpr int kBytes = 8 << 20;
  if (!SetOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, kBytes)) SetOption(fd, SOL_SOCKET, SO_RCVBUF, kBytes);
  if (!SetOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, kBytes)) SetOption(fd, SOL_SOCKET, SO_SNDBUF, kBytes);
}

void SetOptions(int fd, bool v6, bool wildcard) {
  SetBuffers(fd);
  SetOption(fd, IPPROTO_UDP, UDP_GRO, 1);
  if (v6) {
    SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    SetOption(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    SetOption(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
    SetOption(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
    if (wildcard) SetOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  } else {
    SetOption(fd, IPPROTO_IP, IP_RECVTOS, 1);
    SetOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    SetOption(fd, IPPROTO_IP, IP_RECVERR, 1);
    if (wildcard) SetOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
  }
}

std::unexpected<Failure> BindFailure(const SocketAddress& local, int error) {
  switch (error) {
    case EADDRINUSE:
      return Fail("UDP port {} of {} is in use: choose another port, or stop the program that has it", local.port,
                  local.address.ToString());
    case EADDRNOTAVAIL:
      return Fail("{} is not an address of this host: see `ip addr` for those that are", local.address.ToString());
    case EACCES: return Fail("no permission for UDP port {}: choose one above 1023", local.port);
    default: return Fail("cannot bind a UDP socket to {}: {}", local.ToString(), ErrnoText(error));
  }
}

// Errors that the kernel kept from an earlier datagram (IP_RECVERR) and reports once at the next call.
bool IsPendingError(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EPROTO || error == ENOPROTOOPT;
}
bool IsBlocked(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == EINTR; }

}  // namespace

UdpSocket::UdpSocket(FileDescriptor fd, const SocketAddress& local)
    : fd_(std::move(fd)), local_(local), wildcard_(local.address.IsUnspecified()) {}

OrFailure<UdpSocket> UdpSocket::Open(const SocketAddress& local) {
  KernelAddress kernel;
  socklen_t length = ToKernel(local, kernel);
  FileDescriptor fd(::socket(KernelFamily(local.address), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.IsOpen()) {
    const int error = errno;
    auto failure = Fail("cannot open a UDP socket: {}", ErrnoText(error));
    errno = error;  // EMFILE: the driver can close one that it needs less
    return failure;
  }
  SetOptions(fd.get(), local.address.IsV6(), local.address.IsUnspecified());
  if (::bind(fd.get(), &kernel.generic, length) != 0) return BindFailure(local, errno);
  length = sizeof kernel;
  if (::getsockname(fd.get(), &kernel.generic, &length) != 0) return Fail("cannot read a socket's address: {}", ErrnoText(errno));
  return UdpSocket(std::move(fd), FromKernel(kernel));
}

std::size_t UdpSocket::Receive(std::span<std::byte> storage, std::span<ReceivedRun> out, Instant now) {
  std::array<mmsghdr, kMessages> messages;
  std::array<iovec, kMessages> parts;
  std::array<KernelAddress, kMessages> names;
  std::array<ControlBuffer, kMessages> control;
  const std::size_t wanted = std::min({out.size(), kMessages, storage.size() / kBufferSize});
  for (std::size_t i = 0; i < wanted; ++i) {
    parts[i] = {storage.data() + i * kBufferSize + kReceiveRoom, kBufferSize - kReceiveRoom};
    messages[i] = {.msg_hdr = {.msg_name = &names[i],
                               .msg_namelen = sizeof names[i],
                               .msg_iov = &parts[i],
                               .msg_iovlen = 1,
                               .msg_control = control[i].bytes.data(),
                               .msg_controllen = control[i].bytes.size(),
                               .msg_flags = 0},
                   .msg_len = 0};
  }
  int n = ::recvmmsg(fd_.get(), messages.data(), static_cast<unsigned>(wanted), MSG_DONTWAIT, nullptr);
  if (n < 0 && IsPendingError(errno)) {
    error_pending_ = true;
    n = ::recvmmsg(fd_.get(), messages.data(), static_cast<unsigned>(wanted), MSG_DONTWAIT, nullptr);
  }
  const std::size_t received = n < 0 ? 0 : static_cast<std::size_t>(n);
  for (std::size_t i = 0; i < received; ++i) {
    const ControlFacts facts = ReadControl(messages[i].msg_hdr);
    out[i] = {.datagrams = static_cast<std::byte*>(parts[i].iov_base),
              .length = messages[i].msg_len,
              .datagram_size = facts.gro_size,
              .source = FromKernel(names[i]),
              .destination = local_,
              .ecn = facts.ecn,
              .arrival = now};
    if (wildcard_ && !facts.destination.IsNone()) out[i].destination.address = facts.destination;
  }
  return received;
}

std::optional<wire::IcmpError> UdpSocket::ReceiveError() {
  std::array<std::byte, 64> quoted;
  KernelAddress name{};
  ControlBuffer control;
  iovec part{quoted.data(), quoted.size()};
  msghdr message{.msg_name = &name,
                 .msg_namelen = sizeof name,
                 .msg_iov = &part,
                 .msg_iovlen = 1,
                 .msg_control = control.bytes.data(),
                 .msg_controllen = control.bytes.size(),
                 .msg_flags = 0};
  for (;;) {
    const ssize_t n = ::recvmsg(fd_.get(), &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (n < 0) {
      // The kernel's queue is bounded: what it dropped is reported without a size.
      if (auto unsaid = TakeTooLong({}, 0)) return unsaid;
      error_pending_ = false;
      return std::nullopt;
    }
    const ControlFacts facts = ReadControl(message);
    if (facts.has_error && facts.is_local && facts.error_kind == wire::IcmpKind::kPacketTooBig) {
      if (auto known = TakeTooLong(FromKernel(name).address, facts.next_hop_mtu)) return known;
    }
    // Without the quoted sequence number the endpoint could not check it (RFC 5927 4).
    if (facts.has_error && n >= 8) {
      FourTuple tuple{local_, FromKernel(name)};
      if (wildcard_ && !facts.destination.IsNone()) tuple.local.address = facts.destination;
      return wire::IcmpError{.kind = facts.error_kind,
                             .tuple = tuple,
                             .quoted_seq = SeqNum(Load32(quoted.data() + kInnerSeq)),
                             .next_hop_mtu = facts.next_hop_mtu};
    }
    message.msg_namelen = sizeof name;
    message.msg_controllen = control.bytes.size();
  }
}

void UdpSocket::NoteTooLong(const UdpRun& run, std::span<const std::byte> datagram) {
  error_pending_ = true;
  if (too_long_.size() == kMaxTooLong || datagram.size() < wire::kUdpEncapsulatedFixed) return;
  too_long_.push_back({.kind = wire::IcmpKind::kPacketTooBig,
                       .tuple = {run.source, run.destination},
                       .quoted_seq = SeqNum(Load32(datagram.data() + kInnerSeq)),
                       .next_hop_mtu = 0});
}

// The oldest one towards `remote`; of anybody if that is none.
std::optional<wire::IcmpError> UdpSocket::TakeTooLong(const IpAddress& remote, std::uint32_t mtu) {
  const auto found = std::ranges::find_if(
      too_long_, [&](const wire::IcmpError& error) { return remote.IsNone() || error.tuple.remote.address == remote; });
  if (found == too_long_.end()) return std::nullopt;
  wire::IcmpError error = *found;
  too_long_.erase(found);
  error.next_hop_mtu = mtu;
  return error;
}

std::size_t UdpSocket::SendSome(DriverStatistics& statistics) {
  std::array<mmsghdr, kMessages> messages;
  std::array<iovec, kMessages> parts;
  std::array<KernelAddress, kMessages> names;
  std::array<ControlBuffer, kMessages> control;
  const std::size_t count = std::min(queue_.size(), kMessages);
  for (std::size_t i = 0; i < count; ++i) {
    const UdpRun& run = *queue_[i];
    parts[i] = {const_cast<std::byte*>(run.bytes().data()), run.length};
    messages[i] = {};
    messages[i].msg_hdr.msg_name = &names[i];
    messages[i].msg_hdr.msg_namelen = ToKernel(run.destination, names[i]);
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    WriteControl(messages[i].msg_hdr, control[i], wildcard_ ? run.source.address : IpAddress(), run.destination.address.IsV6(),
                 run.ecn, run.datagrams > 1 ? run.datagram_size : std::uint16_t{0});
  }
  int sent = ::sendmmsg(fd_.get(), messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
  if (sent < 0 && IsPendingError(errno)) {
    error_pending_ = true;
    sent = ::sendmmsg(fd_.get(), messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
  }
  if (sent > 0) return static_cast<std::size_t>(sent);
  if (IsBlocked(errno)) return 0;
  if (queue_.front()->datagrams > 1) return SendSingly(*queue_.front(), statistics) ? 1 : 0;
  if (errno == EMSGSIZE) NoteTooLong(*queue_.front(), queue_.front()->bytes());
  ++statistics.send_errors;
  return 1;
}

bool UdpSocket::SendSingly(const UdpRun& run, DriverStatistics& statistics) {
  KernelAddress name;
  const socklen_t name_length = ToKernel(run.destination, name);
  for (std::size_t i = 0; i < run.datagrams; ++i) {
    const auto bytes = run.Datagram(i);
    iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
    ControlBuffer control;
    msghdr message{};
    message.msg_name = &name;
    message.msg_namelen = name_length;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    WriteControl(message, control, wildcard_ ? run.source.address : IpAddress(), run.destination.address.IsV6(), run.ecn, 0);
    if (::sendmsg(fd_.get(), &message, MSG_DONTWAIT) >= 0) continue;
    if (IsBlocked(errno) && i == 0) return false;
    if (errno == EMSGSIZE) NoteTooLong(run, bytes);
    // The rest of a run that blocks half-way is lost and counted: sending its start twice would be worse.
    ++statistics.send_errors;
  }
  return true;
}

}  // namespace mptcpp::drivers
