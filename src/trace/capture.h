// SPDX-License-Identifier: Apache-2.0
// One or two capture files as one conversation. Packets that were seen at two places (two files, or one file that both hosts
// wrote into) become one segment with a time of departure and a time of arrival, which shows delay and loss.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "base/time.h"
#include "trace/connection_tracker.h"

namespace mptcpp::trace {

enum class VantagePoints : std::uint8_t {
  kOne,      // where a segment was, and whether it arrived, has to be estimated
  kOneFile,  // both ends wrote into the same file
  kTwoFiles,
};

struct Capture {
  ConnectionTracker tracker;
  VantagePoints vantage_points = VantagePoints::kOne;
  Duration clock_offset{};    // of the second file, taken off its stamps; zero if its clock agrees with the first
  std::uint64_t packets = 0;  // in all files
  Instant end{};              // of the last packet
};

// At most two files. The error is a sentence with a path in it.
std::expected<Capture, std::string> ReadCapture(std::span<const std::string> paths);

}  // namespace mptcpp::trace
