// SPDX-License-Identifier: Apache-2.0
// TCP in UDP (wire/udp_encapsulation.h): needs no privilege, and passes boxes that strip TCP options. One socket per local
// address and port; a subflow's ports are the UDP ports. Sockets for further ports of our addresses are opened when the
// endpoint first sends from them, so that it may choose local ports freely.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "drivers/driver.h"
#include "drivers/failure.h"
#include "drivers/udp_socket.h"

namespace mptcpp::drivers {

class UdpDriver : public Driver {
 public:
  // One socket per address. All port 0: one free port is found and used for all of them (RFC 8684 3.9.1 wants subflows to
  // share the port). An unspecified address receives for every local address of its family.
  static OrFailure<std::unique_ptr<UdpDriver>> Open(std::span<const SocketAddress> locals);

  // As bound, in the order given.
  std::span<const SocketAddress> locals() const { return locals_; }

  std::span<const DriverFd> fds() const override { return fds_; }
  std::uint64_t generation() const override { return generation_; }
  std::size_t ReceiveBatch(std::span<RxPacket> out) override;
  bool HasReceived() const override { return ready_begin_ != ready_end_; }
  std::size_t ReceiveErrors(std::span<wire::IcmpError> out) override;
  bool CanSend() const override { return free_runs_.size() >= 2 * kDriverBatch; }
  void Send(std::span<const TxPacket> packets, Instant now) override;
  void Flush(Instant now) override;
  const DriverStatistics& statistics() const override { return statistics_; }

 private:
  UdpDriver();
  UdpSocket* SocketFor(const SocketAddress& source);
  UdpSocket* OpenOnDemand(const SocketAddress& source);
  void FlushSocket(UdpSocket& socket);
  void ListFds();
  void Refill();
  bool IsOurs(const IpAddress& address) const;

  std::list<UdpSocket> sockets_;  // those of Open() first; stable addresses
  std::size_t fixed_sockets_ = 0;
  std::vector<DriverFd> fds_;
  std::uint64_t generation_ = 0;
  std::vector<std::unique_ptr<UdpRun>> runs_;
  std::vector<UdpRun*> free_runs_;
  std::vector<std::byte> receive_storage_;
  std::vector<RxPacket> ready_;  // unpacked, not handed out yet
  std::size_t ready_begin_ = 0, ready_end_ = 0;
  std::vector<SocketAddress> locals_;
  DriverStatistics statistics_;
};

}  // namespace mptcpp::drivers
