// SPDX-License-Identifier: Apache-2.0
// Paths through TUN devices, one device per path: segments with their real IP and TCP headers, to the kernel of this host or
// through its routes to anywhere. Needs CAP_NET_ADMIN unless the device was made for us.
//
// With offloads a write carries up to 64 KiB: header and payload slices go to the kernel in one writev() without a copy here,
// checksum and cutting are left to it, and it hands over super-segments likewise. The kernel takes a write at once or refuses
// it (the device is down): there is no queue here.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "drivers/driver.h"
#include "drivers/failure.h"
#include "drivers/tun_device.h"
#include "wire/ip_header.h"

namespace mptcpp::drivers {

struct TunOptions {
  std::uint16_t mtu = 1500;  // of devices that are created
  bool offload = true;
};

class TunDriver : public Driver {
 public:
  static OrFailure<std::unique_ptr<TunDriver>> Open(std::span<const TunPath> paths, const TunOptions& options);

  // The smallest MTU of the paths: what the endpoint should use.
  std::uint16_t mtu() const;

  std::span<const DriverFd> fds() const override { return fds_; }
  std::uint64_t generation() const override { return generation_; }
  std::size_t ReceiveBatch(std::span<RxPacket> out) override;
  std::size_t ReceiveErrors(std::span<wire::IcmpError> out) override;
  bool CanSend() const override { return true; }
  void Send(std::span<const TxPacket> packets, Instant now) override;
  void Flush(Instant) override {}
  const DriverStatistics& statistics() const override { return statistics_; }

 private:
  TunDriver(std::vector<TunDevice> devices, bool offload);
  TunDevice* DeviceFor(const IpAddress& source);
  // Reads one packet into `buffer`. False: nothing there. An RxPacket without family is one that was not for the endpoint.
  bool ReadOne(TunDevice& device, std::span<std::byte> buffer, RxPacket& out);
  void ForgetDevice(TunDevice& device);
  void Unpack(TunDevice& device, std::span<const std::byte> bytes, RxPacket& out);
  void HandleIcmp(TunDevice& device, const wire::IpView& ip);
  void SendWhole(TunDevice& device, const TxPacket& packet);
  void SendCut(TunDevice& device, const TxPacket& packet);
  void CountWrite(ssize_t written);

  std::vector<TunDevice> devices_;
  bool offload_;
  std::vector<DriverFd> fds_;
  std::uint64_t generation_ = 0;
  std::size_t next_device_ = 0;     // where the next batch starts reading
  std::vector<std::byte> buffers_;  // kDriverBatch packets
  std::vector<std::byte> staging_;  // one packet to send, when it is built here
  std::vector<wire::IcmpError> errors_;
  std::uint16_t identification_ = 0;
  DriverStatistics statistics_;
};

}  // namespace mptcpp::drivers
