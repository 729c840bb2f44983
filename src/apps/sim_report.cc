// SPDX-License-Identifier: Apache-2.0
#include "apps/sim_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "mptcpp/error.h"
#include "mptcpp/statistics.h"

namespace mptcpp::apps {
namespace {

using sim::BulkOutcome;
using sim::RequestOutcome;
using sim::ScenarioResult;
using sim::TransferResult;

double Milliseconds(Duration duration) { return duration.seconds() * 1e3; }

// From the first byte to the last.
double GoodputMbps(const TransferResult& received) {
  const Duration time = received.last_byte_at - received.opened;
  return time <= Duration::Zero() ? 0 : static_cast<double>(received.bytes_received) * 8e-6 / time.seconds();
}

// What a foreign side saw nobody knows: the other stands for the connection.
const TransferResult& Ours(const BulkOutcome& bulk) { return bulk.foreign_client ? bulk.server : bulk.client; }

Duration CompletionTime(const BulkOutcome& bulk, const TransferResult& receiver) { return receiver.last_byte_at - Ours(bulk).opened; }

std::string State(const TransferResult& side) {
  if (side.failure) return fmt::format("failed: {}", ToString(*side.failure));
  if (side.closed) return "closed";
  return side.established ? "open" : "never established";
}

struct Direction {
  const char* arrow;
  const TransferResult& from;
  const TransferResult& to;
};

void PrintSubflows(std::string& out, const std::vector<SubflowInfo>& subflows) {
  if (subflows.empty()) return;
  fmt::format_to(std::back_inserter(out), "    {:<3} {:<22} {:<22} {:>10} {:>10} {:>8} {:>9} {:>9}\n", "id", "local", "remote", "sent",
                 "again", "reinj.", "srtt ms", "cwnd");
  for (const SubflowInfo& s : subflows) {
    fmt::format_to(std::back_inserter(out), "    {:<3} {:<22} {:<22} {:>10} {:>10} {:>8} {:>9.1f} {:>9}{}\n", s.id.value(),
                   s.tuple.local.ToString(), s.tuple.remote.ToString(), s.bytes_sent, s.bytes_retransmitted, s.bytes_reinjected,
                   Milliseconds(s.smoothed_rtt), s.cwnd.count(), s.local_backup || s.remote_backup ? "  backup" : "");
  }
}

void PrintBulk(std::string& out, const BulkOutcome& bulk) {
  auto to = std::back_inserter(out);
  const TransferResult& ours = Ours(bulk);
  const bool foreign = bulk.foreign_client || bulk.foreign_server;
  fmt::format_to(to, "\n{}: {}, {}{}{}\n", bulk.name, State(ours), ToString(ours.mode),
                 ours.fallback == FallbackReason::kNone ? "" : ": ",
                 ours.fallback == FallbackReason::kNone ? "" : ToString(ours.fallback));
  for (const Direction& d : {Direction{"client > server", bulk.client, bulk.server}, Direction{"server > client", bulk.server, bulk.client}}) {
    if (d.to.bytes_received == 0) continue;
    fmt::format_to(to, "  {}: {} bytes in {:.3f} s, {:.2f} Mbit/s, longest gap {:.1f} ms (ended at {:.3f} s), {}\n", d.arrow,
                   d.to.bytes_received, CompletionTime(bulk, d.to).seconds(), GoodputMbps(d.to), Milliseconds(d.to.longest_gap),
                   d.to.longest_gap.IsZero() ? 0.0 : (d.to.longest_gap_ended_at - sim::Simulation::kStart).seconds(),
                   d.to.first_difference ? fmt::format("WRONG from byte {}", *d.to.first_difference) : foreign ? "not compared" : "every byte right");
  }
  if (bulk.foreign_server && ours.closed) {
    const double seconds = (ours.ended_at - ours.opened).seconds();
    fmt::format_to(to, "  client > server: {} bytes in {:.3f} s until the kernel had closed, {:.2f} Mbit/s\n", ours.bytes_sent, seconds,
                   static_cast<double>(ours.bytes_sent) * 8e-6 / seconds);
  }
  if (bulk.client.info.subflows_total > 0) {
    const auto& info = bulk.client.info;
    fmt::format_to(to, "  client: {} {}, {} subflows in all, {} bytes reinjected\n", info.congestion, info.scheduler, info.subflows_total,
                   info.bytes_reinjected);
  }
  PrintSubflows(out, bulk.client.subflows);
  if (bulk.server.bytes_sent == 0 && !bulk.foreign_client) return;
  out += "  server:\n";
  PrintSubflows(out, bulk.server.subflows);
}

void PrintRequests(std::string& out, const RequestOutcome& outcome) {
  auto to = std::back_inserter(out);
  std::vector<Duration> sorted = outcome.result.latencies;
  std::ranges::sort(sorted);
  fmt::format_to(to, "\n{}: {} requests, {} answered{}{}\n", outcome.name, outcome.result.sent, outcome.result.answered,
                 outcome.result.failure ? ", failed: " : "", outcome.result.failure ? ToString(*outcome.result.failure) : "");
  if (!sorted.empty()) {
    const auto at = [&](double q) { return Milliseconds(sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))]); };
    fmt::format_to(to, "  latency ms: least {:.1f}, median {:.1f}, 95 % {:.1f}, most {:.1f}\n", at(0), at(0.5), at(0.95), at(1));
  }
  PrintSubflows(out, outcome.subflows);
}

void PrintLinks(std::string& out, const ScenarioResult& result) {
  fmt::format_to(std::back_inserter(out), "\n{:<14} {:>9} {:>9} {:>11} {:>7} {:>7} {:>7} {:>10}\n", "link", "packets", "out", "bytes",
                 "lost", "full", "down", "queue max");
  for (const auto& [name, c] : result.links) {
    fmt::format_to(std::back_inserter(out), "{:<14} {:>9} {:>9} {:>11} {:>7} {:>7} {:>7} {:>10}\n", name, c.packets_in, c.packets_out,
                   c.bytes_out, c.lost, c.dropped_full, c.dropped_down, c.longest_queue.count());
  }
}

void PrintMiddleboxes(std::string& out, const ScenarioResult& result) {
  if (result.middleboxes.empty()) return;
  fmt::format_to(std::back_inserter(out), "\n{:<14} {:<19} {:>9} {:>9} {:>9} {:>9}\n", "middlebox", "kind", "seen", "changed",
                 "dropped", "injected");
  for (const auto& [name, kind, c] : result.middleboxes) {
    fmt::format_to(std::back_inserter(out), "{:<14} {:<19} {:>9} {:>9} {:>9} {:>9}\n", name, kind, c.seen, c.changed, c.dropped,
                   c.injected);
  }
}

nlohmann::json SubflowsJson(const std::vector<SubflowInfo>& subflows) {
  nlohmann::json list = nlohmann::json::array();
  for (const SubflowInfo& s : subflows) {
    list.push_back({{"id", s.id.value()},
                    {"local", s.tuple.local.ToString()},
                    {"remote", s.tuple.remote.ToString()},
                    {"state", std::string(s.tcp_state)},
                    {"bytes_sent", s.bytes_sent},
                    {"bytes_acked", s.bytes_acked},
                    {"bytes_received", s.bytes_received},
                    {"bytes_retransmitted", s.bytes_retransmitted},
                    {"bytes_reinjected", s.bytes_reinjected},
                    {"retransmissions", s.retransmissions},
                    {"timeouts", s.timeouts},
                    {"smoothed_rtt_ms", Milliseconds(s.smoothed_rtt)},
                    {"min_rtt_ms", Milliseconds(s.min_rtt)},
                    {"cwnd", s.cwnd.count()}});
  }
  return list;
}

nlohmann::json SideJson(const TransferResult& side) {
  nlohmann::json json = {{"state", State(side)},
                         {"mode", std::string(ToString(side.mode))},
                         {"bytes_sent", side.bytes_sent},
                         {"bytes_received", side.bytes_received},
                         {"intact", !side.first_difference},
                         {"goodput_mbps", GoodputMbps(side)},
                         {"longest_gap_ms", Milliseconds(side.longest_gap)},
                         {"received_per_100ms", side.received_per_bucket},
                         {"subflows", SubflowsJson(side.subflows)}};
  if (side.first_difference) json["first_difference"] = *side.first_difference;
  if (side.fallback != FallbackReason::kNone) json["fallback"] = std::string(ToString(side.fallback));
  return json;
}

nlohmann::json RequestsJson(const RequestOutcome& outcome) {
  nlohmann::json latencies = nlohmann::json::array();
  for (const Duration latency : outcome.result.latencies) latencies.push_back(Milliseconds(latency));
  return {{"name", outcome.name}, {"sent", outcome.result.sent}, {"answered", outcome.result.answered}, {"latency_ms", latencies}};
}

}  // namespace

std::string SimTable(const sim::Scenario& scenario, const ScenarioResult& result) {
  std::string out = fmt::format("{}seed {}, {:.3f} s {}", scenario.name.empty() ? "" : scenario.name + ": ", scenario.seed,
                                result.simulated.seconds(), result.real_time ? "in real time\n" : "simulated");
  if (!result.real_time) out += fmt::format(", {} packets, trace hash {:016x}\n", result.packets, result.hash);
  for (const BulkOutcome& bulk : result.bulk) PrintBulk(out, bulk);
  for (const RequestOutcome& requests : result.requests) PrintRequests(out, requests);
  PrintLinks(out, result);
  PrintMiddleboxes(out, result);
  return out;
}

nlohmann::json SimJson(const sim::Scenario& scenario, const ScenarioResult& result) {
  nlohmann::json json = {{"name", scenario.name},
                         {"seed", scenario.seed},
                         {"simulated_s", result.simulated.seconds()},
                         {"real_time", result.real_time},
                         {"packets", result.packets},
                         {"trace_hash", fmt::format("{:016x}", result.hash)}};
  for (const BulkOutcome& bulk : result.bulk) {
    json["bulk"].push_back({{"name", bulk.name}, {"client", SideJson(bulk.client)}, {"server", SideJson(bulk.server)}});
    if (bulk.foreign_client) json["bulk"].back()["client"] = "foreign";
    if (bulk.foreign_server) json["bulk"].back()["server"] = "foreign";
  }
  for (const RequestOutcome& requests : result.requests) json["requests"].push_back(RequestsJson(requests));
  for (const auto& [name, c] : result.links) {
    json["links"].push_back({{"name", name},
                             {"packets_in", c.packets_in},
                             {"packets_out", c.packets_out},
                             {"bytes_out", c.bytes_out},
                             {"lost", c.lost},
                             {"dropped_full", c.dropped_full},
                             {"dropped_early", c.dropped_early},
                             {"dropped_down", c.dropped_down}});
  }
  for (const auto& [name, kind, c] : result.middleboxes) {
    json["middleboxes"].push_back({{"name", name},
                                   {"kind", kind},
                                   {"seen", c.seen},
                                   {"changed", c.changed},
                                   {"dropped", c.dropped},
                                   {"injected", c.injected}});
  }
  return json;
}

}  // namespace mptcpp::apps
