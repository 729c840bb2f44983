// SPDX-License-Identifier: Apache-2.0
// A datagram that is too long for the device is reported like an ICMP error: which segment it was, and what would fit. In a network
// namespace of its own, whose loopback device is made small.
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "drivers/clock.h"
#include "drivers/test_packet.h"
#include "drivers/udp_driver.h"

namespace mptcpp::drivers {
namespace {

constexpr int kNoNamespace = 77;

bool MakeSmallLoopback(int mtu) {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  bool ok = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  request.ifr_mtu = mtu;
  ok = ok && ::ioctl(fd, SIOCSIFMTU, &request) == 0;
  ::close(fd);
  return ok;
}

// 0: as it should be.
int ReportsWhatIsTooLong(std::size_t payload) {
  if (!MakeSmallLoopback(1300)) return kNoNamespace;
  const SocketAddress locals[] = {{IpAddress::V4(127, 0, 0, 1), 0}};
  auto driver = UdpDriver::Open(locals);
  if (!driver) return 1;
  const SocketAddress remote{IpAddress::V4(127, 0, 0, 2), 9};
  const std::string bytes(payload, 'x');
  const TxPacket packet = MakeDataPacket((*driver)->locals()[0], remote, 4711, bytes, 1400);
  (*driver)->Send(std::span(&packet, 1), MonotonicNow());
  wire::IcmpError errors[4];
  const std::size_t n = (*driver)->ReceiveErrors(errors);
  if (n == 0) return 2;
  if (errors[0].kind != wire::IcmpKind::kPacketTooBig) return 3;
  if (errors[0].next_hop_mtu != 1300) return 4;
  if (errors[0].quoted_seq != SeqNum(4711)) return 5;
  if (errors[0].tuple != FourTuple{(*driver)->locals()[0], remote}) return 6;
  return 0;
}

int InAChild(std::size_t payload) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(ReportsWhatIsTooLong(payload));
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(UdpTooLong, IsReportedWithItsNumberAndTheMtu) {
  for (const std::size_t payload : {1400u, 14'000u}) {  // alone, and in a run
    const int result = InAChild(payload);
    if (result == kNoNamespace) GTEST_SKIP() << "no user namespaces here";
    EXPECT_EQ(result, 0) << payload;
  }
}

}  // namespace
}  // namespace mptcpp::drivers
