// SPDX-License-Identifier: Apache-2.0
// What `mptcpp perf` says over a connection: one line of JSON from the client that describes the test, then the test itself.
//   upload     the client writes until it is done and closes; the server answers with one line: bytes and seconds
//   download   the server writes `bytes`, or for `seconds`, and closes
//   latency    the client writes `request_size` bytes, the server answers with `response_size`, and so on
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mptcpp::apps {

enum class PerfMode : std::uint8_t { kUpload, kDownload, kLatency };

struct PerfRequest {
  PerfMode mode = PerfMode::kUpload;
  double seconds = 10;      // download without `bytes`
  std::uint64_t bytes = 0;  // download; 0: by time
  std::uint32_t write_size = 65536;
  std::uint32_t request_size = 1;  // latency
  std::uint32_t response_size = 1;
};

// One line, newline included.
std::string FormatRequest(const PerfRequest& request);
// nullopt for anything that FormatRequest() would not write, out-of-range numbers included.
std::optional<PerfRequest> ParseRequest(std::string_view line);

struct PerfReport {
  std::uint64_t bytes = 0;
  double seconds = 0;
};
std::string FormatReport(const PerfReport& report);
std::optional<PerfReport> ParseReport(std::string_view line);

inline constexpr std::size_t kMaxPerfLine = 512;
inline constexpr std::uint32_t kMaxPerfSize = 16 << 20;  // of one write, request or response

}  // namespace mptcpp::apps
