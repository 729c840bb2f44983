// SPDX-License-Identifier: Apache-2.0
#include "drivers/tun_driver.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/endian.h"
#include "drivers/clock.h"
#include "drivers/ping_reply.h"
#include "drivers/vnet_header.h"
#include "wire/checksum.h"
#include "wire/gso.h"

namespace mptcpp::drivers {
namespace {

constexpr std::size_t kVnetHeader = sizeof(VnetHeader);
constexpr std::size_t kLongestIpHeader = 40;
constexpr std::size_t kBufferSize = kVnetHeader + 65536 + 54;  // keeps buffers aligned to 16
constexpr std::size_t kMaxErrors = 64;
constexpr std::size_t kTcpFlagsByte = 13;
constexpr std::uint8_t kCwr = 0x80;
constexpr std::uint16_t kTcpChecksumOffset = 16;

}  // namespace

TunDriver::TunDriver(std::vector<TunDevice> devices, bool offload)
    : devices_(std::move(devices)),
      offload_(offload),
      buffers_(kDriverBatch * kBufferSize),
      staging_(kBufferSize + kLongestIpHeader) {
  for (const TunDevice& device : devices_) fds_.push_back({device.fd.get(), false});
  errors_.reserve(kMaxErrors);
}

OrFailure<std::unique_ptr<TunDriver>> TunDriver::Open(std::span<const TunPath> paths, const TunOptions& options) {
  std::vector<TunDevice> devices;
  for (const TunPath& path : paths) {
    auto device = OpenTunDevice(path, options.mtu, options.offload);
    if (!device) return std::unexpected(device.error());
    devices.push_back(std::move(*device));
  }
  return std::unique_ptr<TunDriver>(new TunDriver(std::move(devices), options.offload));
}

std::uint16_t TunDriver::mtu() const { return std::ranges::min_element(devices_, {}, &TunDevice::mtu)->mtu; }

TunDevice* TunDriver::DeviceFor(const IpAddress& source) {
  const auto found = std::ranges::find_if(devices_, [&](const TunDevice& device) { return device.path.address == source; });
  return found == devices_.end() ? nullptr : &*found;
}

// ---- receiving -------------------------------------------------------------------------------------------------------------

std::size_t TunDriver::ReceiveBatch(std::span<RxPacket> out) {
  const std::size_t wanted = std::min(out.size(), kDriverBatch);
  std::size_t n = 0;
  std::size_t reads = 0;  // bounds the work that packets for others can cause
  std::size_t empty = 0;
  while (n < wanted && empty < devices_.size() && reads < 2 * kDriverBatch) {
    TunDevice& device = devices_[next_device_];
    ++reads;
    RxPacket packet;
    if (!ReadOne(device, std::span(buffers_).subspan(n * kBufferSize, kBufferSize), packet)) {
      ++empty;
      next_device_ = (next_device_ + 1) % devices_.size();
      continue;
    }
    if (!packet.source.IsNone()) out[n++] = packet;
  }
  next_device_ = (next_device_ + 1) % devices_.size();
  return n;
}

bool TunDriver::ReadOne(TunDevice& device, std::span<std::byte> buffer, RxPacket& out) {
  const ssize_t n = ::read(device.fd.get(), buffer.data(), buffer.size());
  if (n < 0 && errno == EBADFD) ForgetDevice(device);
  if (n < static_cast<ssize_t>(kVnetHeader)) return false;
  Unpack(device, buffer.first(static_cast<std::size_t>(n)), out);
  return true;
}

// Somebody deleted the device: its descriptor would be ready for ever.
void TunDriver::ForgetDevice(TunDevice& device) {
  std::erase_if(fds_, [&](const DriverFd& entry) { return entry.fd == device.fd.get(); });
  device.fd.Reset();
  ++generation_;
}

void TunDriver::Unpack(TunDevice& device, std::span<const std::byte> bytes, RxPacket& out) {
  VnetHeader vnet;
  std::memcpy(&vnet, bytes.data(), kVnetHeader);
  const auto ip = wire::ParseIp(bytes.subspan(kVnetHeader));
  if (!ip || ip->destination != device.path.address) {
    ++statistics_.ignored;
    return;
  }
  if (ip->protocol != wire::kProtocolTcp) {
    HandleIcmp(device, *ip);
    return;
  }
  const std::uint8_t gso = vnet.gso_type & static_cast<std::uint8_t>(~kVnetGsoEcn);
  out = {.source = ip->source,
         .destination = ip->destination,
         .segment = ip->payload,
         .arrival = MonotonicNow(),
         .gso_size = gso == kVnetGsoNone ? std::uint16_t{0} : vnet.gso_size,
         .checksum_verified = (vnet.flags & (kVnetNeedsChecksum | kVnetDataValid)) != 0,
         .ecn = ip->ecn};
  ++statistics_.packets_received;
  statistics_.bytes_received += ip->payload.size();
}

void TunDriver::HandleIcmp(TunDevice& device, const wire::IpView& ip) {
  const bool v6 = ip.source.IsV6();
  if (ip.protocol == (v6 ? wire::kProtocolIcmp6 : wire::kProtocolIcmp)) {
    if (const auto error = wire::ParseIcmp(ip.payload, v6); error && errors_.size() < kMaxErrors) {
      errors_.push_back(*error);
      return;
    }
    const std::size_t length = BuildPingReply(ip, std::span(staging_).subspan(kVnetHeader));
    if (length > 0) {
      std::memset(staging_.data(), 0, kVnetHeader);
      CountWrite(::write(device.fd.get(), staging_.data(), kVnetHeader + length));
      return;
    }
  }
  ++statistics_.ignored;
}

std::size_t TunDriver::ReceiveErrors(std::span<wire::IcmpError> out) {
  const std::size_t n = std::min(out.size(), errors_.size());
  std::copy_n(errors_.begin(), n, out.begin());
  errors_.erase(errors_.begin(), errors_.begin() + static_cast<std::ptrdiff_t>(n));
  statistics_.errors_reported += n;
  return n;
}

// ---- sending ---------------------------------------------------------------------------------------------------------------

void TunDriver::Send(std::span<const TxPacket> packets, Instant) {
  for (const TxPacket& packet : packets) {
    TunDevice* const device = DeviceFor(packet.source);
    if (device == nullptr) {
      ++statistics_.no_path;
      continue;
    }
    if (offload_) {
      SendWhole(*device, packet);
    } else {
      SendCut(*device, packet);
    }
    ++statistics_.packets_sent;
    statistics_.bytes_sent += packet.header_length + packet.payload_length;
  }
}

void TunDriver::SendWhole(TunDevice& device, const TxPacket& packet) {
  std::array<std::byte, kVnetHeader + kLongestIpHeader + kMaxTcpHeader> head;
  const std::uint32_t length = packet.header_length + packet.payload_length;
  const auto ip = std::span(head).subspan(kVnetHeader);
  const std::size_t ip_length =
      wire::WriteIpHeader(ip, packet.source, packet.destination, wire::kProtocolTcp, packet.ecn, length, identification_++);
  std::byte* const tcp = ip.data() + ip_length;
  std::memcpy(tcp, packet.header.data(), packet.header_length);
  Store16(tcp + kTcpChecksumOffset, wire::PseudoHeader(packet.source, packet.destination, wire::kProtocolTcp, length).Folded());

  VnetHeader vnet;
  vnet.flags = kVnetNeedsChecksum;
  vnet.hdr_len = static_cast<std::uint16_t>(ip_length + packet.header_length);
  vnet.csum_start = static_cast<std::uint16_t>(ip_length);
  vnet.csum_offset = kTcpChecksumOffset;
  if (packet.payload_length > packet.segment_size && packet.segment_size != 0) {
    vnet.gso_type = packet.source.IsV6() ? kVnetGsoTcp6 : kVnetGsoTcp4;
    // CWR belongs on the first segment only (RFC 3168 6.1.2): the device must know.
    if ((Load8(tcp + kTcpFlagsByte) & kCwr) != 0) vnet.gso_type |= kVnetGsoEcn;
    vnet.gso_size = packet.segment_size;
  }
  std::memcpy(head.data(), &vnet, kVnetHeader);

  std::array<iovec, 5> parts;
  parts[0] = {head.data(), kVnetHeader + ip_length + packet.header_length};
  for (std::size_t i = 0; i < packet.slice_count; ++i) {
    parts[i + 1] = {const_cast<std::byte*>(packet.slices[i].data()), packet.slices[i].size()};
  }
  CountWrite(::writev(device.fd.get(), parts.data(), packet.slice_count + 1));
}

void TunDriver::SendCut(TunDevice& device, const TxPacket& packet) {
  const std::size_t count = wire::SegmentCount(packet);
  const std::size_t ip_length = packet.source.IsV6() ? 40 : 20;
  std::memset(staging_.data(), 0, kVnetHeader);
  for (std::size_t i = 0; i < count; ++i) {
    const auto ip = std::span(staging_).subspan(kVnetHeader);
    const std::size_t length = wire::EmitSegment(packet, i, ip.subspan(ip_length));
    wire::WriteIpHeader(ip, packet.source, packet.destination, wire::kProtocolTcp, packet.ecn, length, identification_++);
    CountWrite(::write(device.fd.get(), staging_.data(), kVnetHeader + ip_length + length));
  }
}

void TunDriver::CountWrite(ssize_t written) {
  if (written < 0) ++statistics_.send_errors;
}

}  // namespace mptcpp::drivers
