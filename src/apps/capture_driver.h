// SPDX-License-Identifier: Apache-2.0
// A driver around another one that writes what passes to a packet capture (--pcap).
#pragma once

#include <memory>

#include "drivers/driver.h"
#include "trace/pcap_writer.h"

namespace mptcpp::apps {

class CaptureDriver : public drivers::Driver {
 public:
  CaptureDriver(std::unique_ptr<drivers::Driver> inner, trace::PcapWriter writer);

  // Hands the capture to the operating system; empty if all of it could be written, else one line.
  std::string Finish();

  std::span<const drivers::DriverFd> fds() const override { return inner_->fds(); }
  std::uint64_t generation() const override { return inner_->generation(); }
  std::size_t ReceiveBatch(std::span<RxPacket> out) override;
  bool HasReceived() const override { return inner_->HasReceived(); }
  std::size_t ReceiveErrors(std::span<wire::IcmpError> out) override { return inner_->ReceiveErrors(out); }
  bool CanSend() const override { return inner_->CanSend(); }
  void Send(std::span<const TxPacket> packets, Instant now) override;
  void Flush(Instant now) override { inner_->Flush(now); }
  Instant NextDeadline() const override { return inner_->NextDeadline(); }
  const drivers::DriverStatistics& statistics() const override { return inner_->statistics(); }

 private:
  Instant WallTime(Instant monotonic) const { return monotonic + wall_offset_; }

  std::unique_ptr<drivers::Driver> inner_;
  trace::PcapWriter writer_;
  Duration wall_offset_;  // captures are stamped with the time of day
};

}  // namespace mptcpp::apps
