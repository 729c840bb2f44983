// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp_driver.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "base/endian.h"
#include "drivers/clock.h"
#include "wire/gso.h"

namespace mptcpp::drivers {
namespace {

constexpr std::size_t kReceiveBuffers = 16;
constexpr std::size_t kRuns = 256;
constexpr std::size_t kMaxSockets = 16384;
constexpr int kPortAttempts = 32;

OrFailure<std::vector<UdpSocket>> OpenAll(std::span<const SocketAddress> locals, bool shared_port) {
  std::vector<UdpSocket> sockets;
  for (SocketAddress local : locals) {
    if (shared_port && !sockets.empty()) local.port = sockets.front().local().port;
    auto socket = UdpSocket::Open(local);
    if (!socket) return std::unexpected(socket.error());
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

SocketAddress WildcardOf(const SocketAddress& address) {
  return {address.address.IsV6() ? IpAddress::AnyV6() : IpAddress::AnyV4(), address.port};
}

}  // namespace

UdpDriver::UdpDriver()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      epoll_entry_{.fd = epoll_.get(), .want_write = false},
      receive_storage_(kReceiveBuffers * UdpSocket::kBufferSize),
      ready_(kReceiveBuffers * kMaxGroDatagrams) {
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
  for (UdpSocket& socket : *sockets) {
    driver->locals_.push_back(socket.local());
    if (auto added = driver->Add(std::move(socket), /*fixed=*/true); !added) return std::unexpected(added.error());
  }
  return driver;
}

OrFailure<void> UdpDriver::Add(UdpSocket socket, bool fixed) {
  const SocketAddress local = socket.local();
  auto entry = std::make_unique<Entry>(Entry{.socket = std::move(socket), .fixed = fixed, .last_use = ++uses_});
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = entry.get();
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry->socket.fd(), &event) != 0) {
    return Fail("cannot wait for a UDP socket: {}", ErrnoText(errno));
  }
  sockets_[local] = std::move(entry);
  return {};
}

UdpDriver::Entry* UdpDriver::EntryFor(const SocketAddress& source) {
  if (const auto found = sockets_.find(source); found != sockets_.end()) return found->second.get();
  if (const auto found = sockets_.find(WildcardOf(source)); found != sockets_.end()) return found->second.get();
  return OpenOnDemand(source);
}

UdpDriver::Entry* UdpDriver::OpenOnDemand(const SocketAddress& source) {
  const bool is_ours = std::ranges::find(locals_, source.address, &SocketAddress::address) != locals_.end();
  if (!is_ours || (sockets_.size() >= kMaxSockets && !CloseOldest())) return nullptr;
  auto socket = UdpSocket::Open(source);
  if (!socket && errno == EMFILE && CloseOldest()) socket = UdpSocket::Open(source);
  if (!socket || !Add(std::move(*socket), /*fixed=*/false)) return nullptr;
  return sockets_[source].get();
}

bool UdpDriver::CloseOldest() {
  auto oldest = sockets_.end();
  for (auto at = sockets_.begin(); at != sockets_.end(); ++at) {
    const Entry& entry = *at->second;
    if (entry.fixed || entry.queued || entry.has_errors) continue;
    if (oldest == sockets_.end() || entry.last_use < oldest->second->last_use) oldest = at;
  }
  if (oldest == sockets_.end()) return false;
  sockets_.erase(oldest);
  return true;
}

void UdpDriver::Refill() {
  ready_begin_ = ready_end_ = 0;
  std::array<epoll_event, kReceiveBuffers> events;
  const int n = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  std::array<ReceivedRun, kReceiveBuffers> received;
  std::size_t used = 0;
  // A fair share of the buffers each. (The kernel rotates its ready list, so the rest comes next time.)
  const std::size_t share = n > 0 ? std::max<std::size_t>(1, kReceiveBuffers / static_cast<std::size_t>(n)) : 0;
  for (int i = 0; i < n && used < kReceiveBuffers; ++i) {
    Entry& entry = *static_cast<Entry*>(events[static_cast<std::size_t>(i)].data.ptr);
    const auto storage = std::span(receive_storage_).subspan(used * UdpSocket::kBufferSize);
    const auto out = std::span(received).subspan(used, std::min(share, kReceiveBuffers - used));
    used += entry.socket.Receive(storage, out, MonotonicNow());
    entry.last_use = ++uses_;
    NoteErrors(entry);
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

void UdpDriver::NoteErrors(Entry& entry) {
  if (!entry.socket.error_pending() || entry.has_errors) return;
  entry.has_errors = true;
  with_errors_.push_back(&entry);
}

std::size_t UdpDriver::ReceiveErrors(std::span<wire::IcmpError> out) {
  std::size_t n = 0;
  while (!with_errors_.empty() && n < out.size()) {
    Entry& entry = *with_errors_.back();
    if (const auto error = entry.socket.ReceiveError()) {
      out[n++] = *error;
    } else {
      entry.has_errors = false;
      with_errors_.pop_back();
    }
  }
  statistics_.errors_reported += n;
  return n;
}

void UdpDriver::Send(std::span<const TxPacket> packets, Instant now) {
  for (const TxPacket& packet : packets) {
    Entry* const entry = EntryFor({packet.source, Load16(packet.header.data())});
    if (entry == nullptr) {
      ++statistics_.no_path;
      continue;
    }
    entry->last_use = ++uses_;
    const std::size_t count = wire::SegmentCount(packet);
    for (std::size_t next = 0; next < count;) {
      // More than CanSend() promised is needed only by many tiny segments: they are lost, and counted.
      const std::size_t staged = free_runs_.empty() ? next : StageRun(packet, next, *free_runs_.back());
      if (staged == next) {
        ++statistics_.send_errors;
        break;
      }
      next = staged;
      entry->socket.queue().push_back(free_runs_.back());
      free_runs_.pop_back();
    }
    if (!entry->queued) queued_.push_back(entry);
    entry->queued = true;
    ++statistics_.packets_sent;
    statistics_.bytes_sent += packet.header_length + packet.payload_length;
  }
  Flush(now);
}

void UdpDriver::FlushEntry(Entry& entry) {
  const bool blocked = entry.socket.SendQueued(statistics_, [this](UdpRun* run) { free_runs_.push_back(run); });
  if (blocked) ++statistics_.blocked;
  NoteErrors(entry);
  entry.queued = blocked;
  if (blocked == entry.waits) return;
  entry.waits = blocked;
  epoll_event event{};
  event.events = EPOLLIN | (blocked ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
  event.data.ptr = &entry;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, entry.socket.fd(), &event);
}

void UdpDriver::Flush(Instant) {
  if (queued_.empty()) return;
  for (Entry* entry : queued_) FlushEntry(*entry);
  std::erase_if(queued_, [](const Entry* entry) { return !entry->queued; });
}

}  // namespace mptcpp::drivers
