// SPDX-License-Identifier: Apache-2.0
#include "apps/statistics_json.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

namespace mptcpp::apps {
namespace {

using Json = nlohmann::ordered_json;

const char* HealthText(SubflowHealth health) {
  switch (health) {
    case SubflowHealth::kGood: return "good";
    case SubflowHealth::kStale: return "stale";
    case SubflowHealth::kClosing: return "closing";
  }
  return "";
}

Json RateJson(Rate rate) { return rate.IsInfinite() ? Json(nullptr) : Json(static_cast<std::int64_t>(rate.bits_per_second())); }
// "No sample yet" is null.
Json DurationJson(Duration duration) {
  return duration.IsInfinite() || duration.IsZero() ? Json(nullptr) : Json(duration.micros());
}

Json SubflowJson(const SubflowInfo& info) {
  return {{"id", info.id.value()},
          {"local", info.tuple.local.ToString()},
          {"remote", info.tuple.remote.ToString()},
          {"local_address_id", info.local_address_id.value()},
          {"remote_address_id", info.remote_address_id.value()},
          {"tcp_state", info.tcp_state},
          {"health", HealthText(info.health)},
          {"local_backup", info.local_backup},
          {"remote_backup", info.remote_backup},
          {"mss", info.mss},
          {"path_mtu", info.path_mtu},
          {"mtu_searching", info.mtu_searching},
          {"mtu_probes", info.mtu_probes},
          {"mtu_probes_lost", info.mtu_probes_lost},
          {"ecn", info.ecn},
          {"cwnd", info.cwnd.count()},
          {"in_flight", info.in_flight.count()},
          {"smoothed_rtt_us", DurationJson(info.smoothed_rtt)},
          {"rtt_variation_us", DurationJson(info.rtt_variation)},
          {"min_rtt_us", DurationJson(info.min_rtt)},
          {"rto_us", DurationJson(info.rto)},
          {"pacing_rate", RateJson(info.pacing_rate)},
          {"delivery_rate", RateJson(info.delivery_rate)},
          {"bytes_sent", info.bytes_sent},
          {"bytes_acked", info.bytes_acked},
          {"bytes_received", info.bytes_received},
          {"bytes_retransmitted", info.bytes_retransmitted},
          {"bytes_reinjected", info.bytes_reinjected},
          {"segments_sent", info.segments_sent},
          {"segments_received", info.segments_received},
          {"retransmissions", info.retransmissions},
          {"timeouts", info.timeouts},
          {"congestion", info.congestion},
          {"tail_loss_probes", info.tail_loss_probes},
          {"recoveries", info.recoveries},
          {"spurious", info.spurious}};
}

Json InfoJson(const ConnectionInfo& info) {
  return {{"mode", ToString(info.mode)},
          {"mptcp_version", info.version ? Json(static_cast<int>(*info.version)) : Json(nullptr)},
          {"fallback", ToString(info.fallback)},
          {"fallback_word", WordOf(info.fallback)},
          {"state", ToString(info.state)},
          {"is_client", info.is_client},
          {"local", info.first_tuple.local.ToString()},
          {"remote", info.first_tuple.remote.ToString()},
          {"checksum", info.checksum},
          {"local_token", fmt::format("{:08x}", info.local_token.value())},
          {"remote_token", fmt::format("{:08x}", info.remote_token.value())},
          {"congestion", info.congestion},
          {"scheduler", info.scheduler},
          {"subflow_count", info.subflow_count},
          {"subflows_total", info.subflows_total},
          {"bytes_written", info.bytes_written},
          {"bytes_acked", info.bytes_acked},
          {"bytes_read", info.bytes_read},
          {"bytes_received", info.bytes_received},
          {"bytes_duplicate", info.bytes_duplicate},
          {"bytes_reinjected", info.bytes_reinjected},
          {"send_window", info.send_window.count()},
          {"receive_window", info.receive_window.count()},
          {"longest_delivery_gap_us", info.longest_delivery_gap.micros()}};
}

}  // namespace

Json ConnectionJson(const Endpoint& endpoint, ConnectionId id) {
  const auto info = endpoint.Info(id);
  if (!info) return nullptr;
  std::array<SubflowInfo, 64> subflows;
  const std::size_t n = endpoint.Subflows(id, subflows).value_or(0);
  Json list = Json::array();
  for (std::size_t i = 0; i < n; ++i) list.push_back(SubflowJson(subflows[i]));
  return {{"connection", InfoJson(*info)}, {"subflows", std::move(list)}};
}

Json CountersJson(const Counters& counters) {
  Json result = Json::object();
  const auto texts = CounterTexts();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (const std::uint64_t value = counters[static_cast<Counter>(i)]; value != 0) result[std::string(texts[i].name)] = value;
  }
  return result;
}

Json DriverJson(const drivers::DriverStatistics& statistics) {
  return {{"packets_received", statistics.packets_received},
          {"bytes_received", statistics.bytes_received},
          {"packets_sent", statistics.packets_sent},
          {"bytes_sent", statistics.bytes_sent},
          {"ignored", statistics.ignored},
          {"blocked", statistics.blocked},
          {"send_errors", statistics.send_errors},
          {"no_path", statistics.no_path},
          {"errors_reported", statistics.errors_reported}};
}

std::string WriteJson(const Json& document, const std::string& file) {
  const std::string text = document.dump(2) + "\n";
  if (file == "-") {
    std::fwrite(text.data(), 1, text.size(), stderr);
    return {};
  }
  std::FILE* const out = std::fopen(file.c_str(), "w");
  const bool written = out != nullptr && std::fwrite(text.data(), 1, text.size(), out) == text.size();
  const bool closed = out != nullptr && std::fclose(out) == 0;
  return written && closed ? std::string() : fmt::format("cannot write statistics to {}: {}", file, std::strerror(errno));
}

}  // namespace mptcpp::apps
