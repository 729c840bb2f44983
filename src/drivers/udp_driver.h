// SPDX-License-Identifier: Apache-2.0
// TCP in UDP (wire/udp_encapsulation.h): needs no privilege, and passes boxes that strip TCP options. One socket per local
// address and port; a subflow's ports are the UDP ports. Sockets for further ports of our addresses are opened when the
// endpoint first sends from them, so that it may choose local ports freely; when descriptors run out, the one that was used
// longest ago is closed (and opened again when needed). The sockets share one epoll instance, which is what a loop waits for:
// thousands of them cost only what those with traffic cost.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
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

  std::span<const DriverFd> fds() const override { return std::span(&epoll_entry_, 1); }
  std::uint64_t generation() const override { return 0; }
  std::size_t ReceiveBatch(std::span<RxPacket> out) override;
  bool HasReceived() const override { return ready_begin_ != ready_end_; }
  std::size_t ReceiveErrors(std::span<wire::IcmpError> out) override;
  bool CanSend() const override { return free_runs_.size() >= 2 * kDriverBatch; }
  void Send(std::span<const TxPacket> packets, Instant now) override;
  void Flush(Instant now) override;
  const DriverStatistics& statistics() const override { return statistics_; }

 private:
  struct HashAddress {
    std::size_t operator()(const SocketAddress& address) const {
      return std::hash<IpAddress>()(address.address) * 31 + address.port;
    }
  };
  struct Entry {
    UdpSocket socket;
    bool fixed = false;       // from Open(): never closed
    bool queued = false;      // in queued_
    bool waits = false;       // for EPOLLOUT
    bool has_errors = false;  // in with_errors_
    std::uint64_t last_use = 0;
  };

  UdpDriver();
  OrFailure<void> Add(UdpSocket socket, bool fixed);
  Entry* EntryFor(const SocketAddress& source);
  Entry* OpenOnDemand(const SocketAddress& source);
  bool CloseOldest();
  void FlushEntry(Entry& entry);
  void NoteErrors(Entry& entry);
  void Refill();

  FileDescriptor epoll_;
  DriverFd epoll_entry_;
  std::unordered_map<SocketAddress, std::unique_ptr<Entry>, HashAddress> sockets_;
  std::vector<Entry*> queued_;  // with runs that wait
  std::vector<Entry*> with_errors_;
  std::vector<SocketAddress> locals_;
  std::uint64_t uses_ = 0;
  std::vector<std::unique_ptr<UdpRun>> runs_;
  std::vector<UdpRun*> free_runs_;
  std::vector<std::byte> receive_storage_;
  std::vector<RxPacket> ready_;  // unpacked, not handed out yet
  std::size_t ready_begin_ = 0, ready_end_ = 0;
  DriverStatistics statistics_;
};

}  // namespace mptcpp::drivers
