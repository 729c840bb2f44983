// SPDX-License-Identifier: Apache-2.0
// What carries segments between an Endpoint and the world: TUN devices, UDP sockets, and wrappers around either (faults,
// captures). A driver adds and removes what is below TCP and completes checksums; it knows nothing of connections.
//
// Back-pressure: a driver takes every batch of up to kDriverBatch packets while CanSend() is true. What the kernel does not
// take at once the driver keeps (copied) and offers again in Flush(); CanSend() turns false before its memory is used up. What
// is lost all the same is counted, never silent. One driver belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "wire/icmp.h"
#include "wire/packet.h"

namespace mptcpp::drivers {

// The largest batch in either direction.
inline constexpr std::size_t kDriverBatch = 32;

struct DriverStatistics {
  std::uint64_t packets_received = 0;  // as handed to the endpoint: a super-segment counts once
  std::uint64_t bytes_received = 0;    // TCP headers and payload
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t ignored = 0;          // received, but not TCP for us
  std::uint64_t blocked = 0;          // times that the kernel took no more for now
  std::uint64_t send_errors = 0;      // packets lost because the kernel refused them
  std::uint64_t no_path = 0;          // packets lost because their source address is not one of ours
  std::uint64_t errors_reported = 0;  // ICMP errors (UDP: also ECONNREFUSED) handed to the endpoint
};

// A descriptor to wait for.
struct DriverFd {
  int fd = -1;
  bool want_write = false;  // Flush() when writable
};

class Driver {
 public:
  virtual ~Driver() = default;

  // What to wait for; may change after Send() and Flush(): generation() then differs.
  virtual std::span<const DriverFd> fds() const = 0;
  virtual std::uint64_t generation() const = 0;

  // Fills up to out.size() packets that have arrived, without blocking. Their bytes are valid until the next ReceiveBatch().
  virtual std::size_t ReceiveBatch(std::span<RxPacket> out) = 0;
  // Packets that were already taken from the kernel wait for ReceiveBatch(): no descriptor will say so.
  virtual bool HasReceived() const { return false; }
  // Errors that arrived about what was sent; taken once.
  virtual std::size_t ReceiveErrors(std::span<wire::IcmpError> out) = 0;

  // Whether Send() takes another kDriverBatch packets.
  virtual bool CanSend() const = 0;
  // Sends or keeps all of up to kDriverBatch packets. The payload slices are not referenced after the call.
  virtual void Send(std::span<const TxPacket> packets, Instant now) = 0;
  // Goes on with what was kept: when a descriptor is writable, or NextDeadline() has come.
  virtual void Flush(Instant now) = 0;
  // When Flush() wants to be called although no descriptor is ready.
  virtual Instant NextDeadline() const { return Instant::Infinite(); }

  virtual const DriverStatistics& statistics() const = 0;
};

}  // namespace mptcpp::drivers
