// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp_driver.h"

#include <algorithm>
#include <array>

#include "base/endian.h"
#include "drivers/clock.h"
#include "wire/gso.h"

namespace mptcpp::drivers {
namespace {

constexpr std::size_t kReceiveBuffers = 16;
constexpr std::size_t kRuns = 256;
constexpr std::size_t kMaxOnDemandSockets = 256;
constexpr int kPortAttempts = 32;

OrFailure<std::list<UdpSocket>> OpenAll(std::span<const SocketAddress> locals, bool shared_port) {
  std::list<UdpSocket> sockets;
  for (SocketAddress local : locals) {
    if (shared_port && !sockets.empty()) local.port = sockets.front().local().port;
    auto socket = UdpSocket::Open(local);
    if (!socket) return std::unexpected(socket.error());
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

}  // namespace

UdpDriver::UdpDriver() : receive_storage_(kReceiveBuffers * UdpSocket::kBufferSize), ready_(kReceiveBuffers * kMaxGroDatagrams) {
  runs_.reserve(kRuns);
  for (std::size_t i = 0; i < kRuns; ++i) runs_.push_back(std::unique_ptr<UdpRun>(new UdpRun));
  for (const auto& run : runs_) free_runs_.push_back(run.get());
}

OrFailure<std::unique_ptr<UdpDriver>> UdpDriver::Open(std::span<const SocketAddress> locals) {
  const bool shared_port = std::ranges::all_of(locals, [](const SocketAddress& local) { return local.port == 0; });
  auto sockets = OpenAll(locals, shared_port);
  // The port that was free on the first address may be taken on another one.
  for (int i = 0; shared_port && !sockets && i < kPortAttempts; ++i) sockets = OpenAll(locals, shared_port);
  if (!sockets) return std::unexpected(sockets.error());
  std::unique_ptr<UdpDriver> driver(new UdpDriver);
  driver->sockets_ = std::move(*sockets);
  driver->fixed_sockets_ = driver->sockets_.size();
  for (const UdpSocket& socket : driver->sockets_) driver->locals_.push_back(socket.local());
  driver->ListFds();
  return driver;
}

void UdpDriver::ListFds() {
  fds_.clear();
  for (UdpSocket& socket : sockets_) fds_.push_back({socket.fd(), !socket.queue().empty()});
  ++generation_;
}

bool UdpDriver::IsOurs(const IpAddress& address) const {
  return std::ranges::any_of(sockets_, [&](const UdpSocket& socket) { return socket.local().address == address; });
}

UdpSocket* UdpDriver::SocketFor(const SocketAddress& source) {
  UdpSocket* wildcard = nullptr;
  for (UdpSocket& socket : sockets_) {
    if (socket.local() == source) return &socket;
    const bool fits =
        socket.IsWildcard() && socket.local().port == source.port && socket.local().address.family() == source.address.family();
    if (fits) wildcard = &socket;
  }
  return wildcard != nullptr ? wildcard : OpenOnDemand(source);
}

UdpSocket* UdpDriver::OpenOnDemand(const SocketAddress& source) {
  if (!IsOurs(source.address)) return nullptr;
  if (sockets_.size() - fixed_sockets_ >= kMaxOnDemandSockets) {
    // The oldest without queued runs goes: its subflow is long gone, or sends again and gets a new socket.
    const auto begin = std::next(sockets_.begin(), static_cast<std::ptrdiff_t>(fixed_sockets_));
    const auto idle = std::find_if(begin, sockets_.end(), [](UdpSocket& socket) { return socket.queue().empty(); });
    if (idle == sockets_.end()) return nullptr;
    sockets_.erase(idle);
  }
  auto socket = UdpSocket::Open(source);
  if (!socket) return nullptr;
  sockets_.push_back(std::move(*socket));
  ListFds();
  return &sockets_.back();
}

void UdpDriver::Refill() {
  ready_begin_ = ready_end_ = 0;
  std::array<ReceivedRun, kReceiveBuffers> received;
  std::size_t used = 0;
  for (UdpSocket& socket : sockets_) {
    if (used == kReceiveBuffers) break;
    const auto storage = std::span(receive_storage_).subspan(used * UdpSocket::kBufferSize);
    used += socket.Receive(storage, std::span(received).subspan(used), MonotonicNow());
  }
  // A socket that always fills every buffer must not starve those behind it.
  if (used == kReceiveBuffers && sockets_.size() > 1 && fixed_sockets_ == sockets_.size()) {
    sockets_.splice(sockets_.end(), sockets_, sockets_.begin());
  }
  for (std::size_t i = 0; i < used; ++i) {
    ready_end_ += UnpackRun(received[i], std::span(ready_).subspan(ready_end_), statistics_.ignored);
  }
}

std::size_t UdpDriver::ReceiveBatch(std::span<RxPacket> out) {
  if (ready_begin_ == ready_end_) Refill();
  const std::size_t n = std::min(out.size(), ready_end_ - ready_begin_);
  std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(ready_begin_), n, out.begin());
  ready_begin_ += n;
  statistics_.packets_received += n;
  for (std::size_t i = 0; i < n; ++i) statistics_.bytes_received += out[i].segment.size();
  return n;
}

std::size_t UdpDriver::ReceiveErrors(std::span<wire::IcmpError> out) {
  std::size_t n = 0;
  for (UdpSocket& socket : sockets_) {
    while (n < out.size() && socket.error_pending()) {
      const auto error = socket.ReceiveError();
      if (!error) break;
      out[n++] = *error;
    }
  }
  statistics_.errors_reported += n;
  return n;
}

void UdpDriver::Send(std::span<const TxPacket> packets, Instant) {
  for (const TxPacket& packet : packets) {
    UdpSocket* const socket = SocketFor({packet.source, Load16(packet.header.data())});
    if (socket == nullptr) {
      ++statistics_.no_path;
      continue;
    }
    const std::size_t count = wire::SegmentCount(packet);
    for (std::size_t next = 0; next < count;) {
      // More than CanSend() promised is needed only by many tiny segments: they are lost, and counted.
      const std::size_t staged = free_runs_.empty() ? next : StageRun(packet, next, *free_runs_.back());
      if (staged == next) {
        ++statistics_.send_errors;
        break;
      }
      next = staged;
      socket->queue().push_back(free_runs_.back());
      free_runs_.pop_back();
    }
    ++statistics_.packets_sent;
    statistics_.bytes_sent += packet.header_length + packet.payload_length;
  }
  for (UdpSocket& socket : sockets_) FlushSocket(socket);
}

void UdpDriver::FlushSocket(UdpSocket& socket) {
  if (socket.queue().empty()) return;
  const bool blocked = socket.SendQueued(statistics_, [this](UdpRun* run) { free_runs_.push_back(run); });
  const auto listed = std::ranges::find(fds_, socket.fd(), &DriverFd::fd);
  if (blocked) ++statistics_.blocked;
  if (listed != fds_.end() && listed->want_write != blocked) {
    listed->want_write = blocked;
    ++generation_;
  }
}

void UdpDriver::Flush(Instant) {
  for (UdpSocket& socket : sockets_) FlushSocket(socket);
}

}  // namespace mptcpp::drivers
