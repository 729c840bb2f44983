// SPDX-License-Identifier: Apache-2.0
#include "apps/progress.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <utility>

namespace mptcpp::apps {
namespace {

constexpr Duration kInterval = Duration::Millis(500);
constexpr std::size_t kMaxSubflowsShown = 6;

}  // namespace

std::string FormatBytes(std::uint64_t bytes) {
  constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string FormatRate(double bits_per_second) {
  if (bits_per_second >= 1e9) return fmt::format("{:.2f} Gbit/s", bits_per_second / 1e9);
  if (bits_per_second >= 1e6) return fmt::format("{:.1f} Mbit/s", bits_per_second / 1e6);
  return fmt::format("{:.0f} kbit/s", bits_per_second / 1e3);
}

Instant Progress::Step(const Endpoint& endpoint, ConnectionId id, Instant now) {
  if (!shown_) return Instant::Infinite();
  if (!has_started_) {
    has_started_ = true;
    started_ = last_ = now;
    next_ = now + kInterval;
  }
  if (now >= next_) {
    fmt::print(stderr, "\r\033[K{}", Line(endpoint, id, now));
    std::fflush(stderr);
    printed_ = true;
    last_ = now;
    next_ = now + kInterval;
  }
  return next_;
}

void Progress::Finish(const Endpoint& endpoint, ConnectionId id, Instant now) {
  if (!shown_ || !has_started_) return;
  const auto info = endpoint.Info(id);
  if (!info) return;
  const double seconds = (now - started_).seconds();
  const double bits = 8.0 * static_cast<double>(info->bytes_acked + info->bytes_read);
  fmt::print(stderr, "{}sent {}, received {} in {:.1f} s ({})\n", printed_ ? "\r\033[K" : "", FormatBytes(info->bytes_acked),
             FormatBytes(info->bytes_read), seconds, FormatRate(seconds > 0 ? bits / seconds : 0));
}

std::string Progress::Line(const Endpoint& endpoint, ConnectionId id, Instant now) {
  const auto info = endpoint.Info(id);
  if (!info) return {};
  std::string line = fmt::format("sent {}, received {}", FormatBytes(info->bytes_acked), FormatBytes(info->bytes_read));
  std::array<SubflowInfo, kMaxSubflowsShown> subflows;
  const std::size_t n = endpoint.Subflows(id, subflows).value_or(0);
  const double seconds = (now - last_).seconds();
  for (std::size_t i = 0; i < n && seconds > 0; ++i) {
    const std::uint64_t bytes = subflows[i].bytes_sent + subflows[i].bytes_received;
    const std::uint64_t before = std::exchange(last_bytes_[subflows[i].id.value()], bytes);
    line += fmt::format(" | {} {}", subflows[i].tuple.local.address.ToString(),
                        FormatRate(8.0 * static_cast<double>(bytes - before) / seconds));
  }
  return line;
}

}  // namespace mptcpp::apps
