// SPDX-License-Identifier: Apache-2.0
#include "apps/demo_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "apps/progress.h"

namespace mptcpp::apps {
namespace {

constexpr int kBarWidth = 40;
constexpr std::size_t kSamplesShown = 3;  // averaged, so that bars do not flicker

double RateOf(const DemoRecord& record, std::size_t path) {
  const std::size_t n = std::min(record.samples.size(), kSamplesShown);
  if (n == 0) return 0;
  std::uint64_t bytes = 0;
  for (std::size_t i = record.samples.size() - n; i < record.samples.size(); ++i) bytes += record.samples[i].bytes[path];
  const Duration since = n < record.samples.size() ? record.samples[record.samples.size() - n - 1].at : Duration::Zero();
  const double seconds = (record.samples.back().at - since).seconds();
  return seconds > 0 ? 8.0 * static_cast<double>(bytes) / seconds : 0;
}

std::string Bar(double share) {
  const int filled = std::clamp(static_cast<int>(share * kBarWidth + 0.5), 0, kBarWidth);
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
  return bar;
}

std::string Milliseconds(Duration duration) {
  return duration.IsInfinite() ? "-" : fmt::format("{:.1f} ms", duration.seconds() * 1000);
}

}  // namespace

void DemoView::EraseBars() {
  if (lines_ > 0) fmt::print("\033[{}A\033[J", lines_);
  lines_ = 0;
}

void DemoView::Update(const DemoRecord& record) {
  if (is_terminal_) EraseBars();
  for (; marks_printed_ < record.marks.size(); ++marks_printed_) {
    const DemoMark& mark = record.marks[marks_printed_];
    fmt::print("{:5.1f} s  {}\n", mark.at.seconds(), mark.text);
  }
  if (is_terminal_) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < record.paths.size(); ++i) {
      const DemoPath& path = record.paths[i];
      const double rate = RateOf(record, i);
      total += path.bytes_acked;
      fmt::print("  {:<10} {} {:>13}  {}\n", path.address, Bar(rate / path.rate.bits_per_second()), FormatRate(rate),
                 path.black_hole ? "black hole" : "rtt " + Milliseconds(path.smoothed_rtt));
    }
    fmt::print("  {} of {}\n", FormatBytes(std::min(total, record.file_size)), FormatBytes(record.file_size));
    lines_ = record.paths.size() + 1;
  }
  std::fflush(stdout);
}

void DemoView::PrintResult(const DemoRecord& record) {
  if (is_terminal_) EraseBars();
  const double seconds = record.duration.seconds();
  fmt::print("\n{} in {:.1f} s: {}\n", FormatBytes(record.file_size), seconds,
             FormatRate(seconds > 0 ? 8.0 * static_cast<double>(record.file_size) / seconds : 0));
  fmt::print("{:<12}{:>12}{:>12}{:>16}{:>14}{:>12}{:>12}\n", "path", "limit", "carried", "retransmitted", "reinjected", "RTT",
             "min RTT");
  for (const DemoPath& path : record.paths) {
    fmt::print("{:<12}{:>12}{:>12}{:>16}{:>14}{:>12}{:>12}\n", path.address, FormatRate(path.rate.bits_per_second()),
               FormatBytes(path.bytes_acked), FormatBytes(path.bytes_retransmitted), FormatBytes(path.bytes_reinjected),
               Milliseconds(path.smoothed_rtt), Milliseconds(path.min_rtt));
  }
  fmt::print("longest gap in delivery: {}\n", Milliseconds(record.longest_gap));
  if (!record.fallback.empty()) fmt::print("{}\n", record.fallback);
  fmt::print("SHA-256: {}\n", record.IsIntact()
                                  ? "equal, " + record.sent_hash
                                  : fmt::format("DIFFERENT: sent {}, received {}", record.sent_hash, record.received_hash));
}

}  // namespace mptcpp::apps
