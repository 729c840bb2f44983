// SPDX-License-Identifier: Apache-2.0
#include "apps/perf_protocol.h"

#include <array>
#include <nlohmann/json.hpp>

namespace mptcpp::apps {
namespace {

constexpr std::array<std::string_view, 3> kModes{"upload", "download", "latency"};

bool IsValid(const PerfRequest& request) {
  const auto size_fits = [](std::uint32_t size) { return size >= 1 && size <= kMaxPerfSize; };
  return size_fits(request.write_size) && size_fits(request.request_size) && size_fits(request.response_size) &&
         request.seconds > 0 && request.seconds <= 86'400;
}

}  // namespace

std::string FormatRequest(const PerfRequest& request) {
  const nlohmann::json line{{"mode", kModes[static_cast<std::size_t>(request.mode)]},
                            {"seconds", request.seconds},
                            {"bytes", request.bytes},
                            {"write_size", request.write_size},
                            {"request_size", request.request_size},
                            {"response_size", request.response_size}};
  return line.dump() + "\n";
}

std::optional<PerfRequest> ParseRequest(std::string_view line) {
  try {
    const auto parsed = nlohmann::json::parse(line);
    const auto mode = std::find(kModes.begin(), kModes.end(), parsed.at("mode").get<std::string>());
    if (mode == kModes.end()) return std::nullopt;
    const PerfRequest request{.mode = static_cast<PerfMode>(mode - kModes.begin()),
                              .seconds = parsed.at("seconds"),
                              .bytes = parsed.at("bytes"),
                              .write_size = parsed.at("write_size"),
                              .request_size = parsed.at("request_size"),
                              .response_size = parsed.at("response_size")};
    return IsValid(request) ? std::optional(request) : std::nullopt;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::string FormatReport(const PerfReport& report) {
  return nlohmann::json{{"bytes", report.bytes}, {"seconds", report.seconds}}.dump() + "\n";
}

std::optional<PerfReport> ParseReport(std::string_view line) {
  try {
    const auto parsed = nlohmann::json::parse(line);
    return PerfReport{.bytes = parsed.at("bytes"), .seconds = parsed.at("seconds")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace mptcpp::apps
