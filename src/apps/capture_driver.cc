// SPDX-License-Identifier: Apache-2.0
#include "apps/capture_driver.h"

#include <ctime>

#include "drivers/clock.h"

namespace mptcpp::apps {

CaptureDriver::CaptureDriver(std::unique_ptr<drivers::Driver> inner, trace::PcapWriter writer)
    : inner_(std::move(inner)), writer_(std::move(writer)) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const Instant wall = Instant::FromNanos(std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec);
  wall_offset_ = wall - drivers::MonotonicNow();
}

std::size_t CaptureDriver::ReceiveBatch(std::span<RxPacket> out) {
  const std::size_t n = inner_->ReceiveBatch(out);
  for (std::size_t i = 0; i < n; ++i) writer_.Write(WallTime(out[i].arrival), out[i]);
  return n;
}

void CaptureDriver::Send(std::span<const TxPacket> packets, Instant now) {
  for (const TxPacket& packet : packets) writer_.Write(WallTime(now), packet);
  inner_->Send(packets, now);
}

std::string CaptureDriver::Finish() { return writer_.Flush() ? std::string() : writer_.error(); }

}  // namespace mptcpp::apps
