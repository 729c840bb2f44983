// SPDX-License-Identifier: Apache-2.0
// One UDP socket of the UDP driver: batches of runs out (sendmmsg, UDP_SEGMENT), batches of buffers in (recvmmsg, UDP_GRO), ECN
// both ways, path MTU discovery on, and the kernel's error queue as ICMP errors. The runs that it could not send yet are its
// queue. Bound to a wildcard address it names source and destination per datagram (IP_PKTINFO).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "drivers/driver.h"
#include "drivers/failure.h"
#include "drivers/file_descriptor.h"
#include "drivers/udp_run.h"
#include "wire/icmp.h"

namespace mptcpp::drivers {

class UdpSocket {
 public:
  // `local.port` 0: the kernel chooses. The failure text says what to do; errno is that of socket() if that failed.
  static OrFailure<UdpSocket> Open(const SocketAddress& local);

  int fd() const { return fd_.get(); }
  const SocketAddress& local() const { return local_; }
  bool IsWildcard() const { return wildcard_; }

  // Takes up to `out.size()` buffers from the kernel; `storage` holds kBufferSize bytes for each.
  static constexpr std::size_t kBufferSize = kReceiveRoom + 65536;
  std::size_t Receive(std::span<std::byte> storage, std::span<ReceivedRun> out, Instant now);

  // True after a call that failed because of an error that waits in the kernel's queue.
  bool error_pending() const { return error_pending_; }
  // One error about a datagram of ours; nullopt when there is none (left).
  std::optional<wire::IcmpError> ReceiveError();

  std::deque<UdpRun*>& queue() { return queue_; }
  // Sends from the front of the queue until it is empty or the kernel takes no more; calls `done` for each run that left it.
  // Returns true if the kernel blocked.
  template <typename Done>
  bool SendQueued(DriverStatistics& statistics, Done done) {
    while (!queue_.empty()) {
      const std::size_t n = SendSome(statistics);
      if (n == 0) return true;
      for (std::size_t i = 0; i < n; ++i) {
        done(queue_.front());
        queue_.pop_front();
      }
    }
    return false;
  }

 private:
  UdpSocket(FileDescriptor fd, const SocketAddress& local);
  // How many runs from the front are done with (sent, or lost to an error and counted); 0: blocked.
  std::size_t SendSome(DriverStatistics& statistics);
  // The run as single datagrams: for devices that cannot segment, and to learn the path MTU. False: blocked before the first.
  bool SendSingly(const UdpRun& run, DriverStatistics& statistics);

  // Too long for the path, as the kernel knows it: its queue will say how long it may be, but not which datagram it was.
  void NoteTooLong(const UdpRun& run, std::span<const std::byte> datagram);
  std::optional<wire::IcmpError> TakeTooLong(const IpAddress& remote, std::uint32_t mtu);

  FileDescriptor fd_;
  SocketAddress local_;
  bool wildcard_ = false;
  bool error_pending_ = false;
  std::deque<UdpRun*> queue_;
  std::deque<wire::IcmpError> too_long_;  // without the MTU, oldest first
};

}  // namespace mptcpp::drivers
