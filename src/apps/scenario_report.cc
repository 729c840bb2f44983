// SPDX-License-Identifier: Apache-2.0
#include "apps/scenario_report.h"

#include <fmt/format.h>

#include <sstream>

namespace mptcpp::apps {
namespace {

using scenarios::Outcome;
using scenarios::PlayedSegment;
using scenarios::Scenario;

std::string Trace(const Outcome& outcome) {
  constexpr std::size_t kMost = 80;
  std::string text;
  for (const PlayedSegment& segment : outcome.segments) {
    if (&segment - outcome.segments.data() == static_cast<std::ptrdiff_t>(kMost)) {
      return text + fmt::format("  and {} more segments (all of them: --json, --pcap)\n", outcome.segments.size() - kMost);
    }
    text += fmt::format("  {:>10.1f} ms  {:<5} {}{}{}\n", segment.at.seconds() * 1e3, segment.who, segment.label,
                        segment.again ? " again" : "", segment.lost ? " LOST" : "");
  }
  return text;
}

std::string Indented(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) result += "  " + line + "\n";
  return result;
}

}  // namespace

std::string ScenarioLine(const Scenario& scenario) { return fmt::format("{:<9} {:<26} {}", scenario.id, scenario.name, scenario.title); }

std::string ScenarioStory(const Scenario& scenario, const Outcome& outcome) {
  std::string text = fmt::format("{} {}: {}\n  Source: {}\n", scenario.id, scenario.name, scenario.title, scenario.source);
  if (*scenario.corrected != '\0') text += fmt::format("  Corrected: {}\n", scenario.corrected);
  text += Trace(outcome);
  return text + fmt::format("  client: {}\n  server: {}\n", outcome.client_end, outcome.server_end);
}

std::string ScenarioFailure(const Scenario& scenario, const Outcome& outcome) {
  return fmt::format("{} {} FAILED\n{}{}", scenario.id, scenario.name, Indented(outcome.failure), Trace(outcome));
}

nlohmann::ordered_json ScenarioJson(const Scenario& scenario) {
  nlohmann::ordered_json json{{"id", scenario.id}, {"name", scenario.name}, {"title", scenario.title}, {"source", scenario.source}};
  json["corrected"] = *scenario.corrected == '\0' ? nlohmann::ordered_json() : nlohmann::ordered_json(scenario.corrected);
  return json;
}

nlohmann::ordered_json ScenarioJson(const Scenario& scenario, const Outcome& outcome) {
  nlohmann::ordered_json json = ScenarioJson(scenario);
  json["passed"] = outcome.passed;
  json["failure"] = outcome.passed ? nlohmann::ordered_json() : nlohmann::ordered_json(outcome.failure);
  json["earlier_segments"] = outcome.beginning;  // that are not part of the story
  json["segments"] = nlohmann::ordered_json::array();
  for (const PlayedSegment& segment : outcome.segments) {
    json["segments"].push_back({{"at_ms", segment.at.seconds() * 1e3},
                                {"who", segment.who},
                                {"label", segment.label},
                                {"lost", segment.lost},
                                {"again", segment.again}});
  }
  json["client"] = outcome.client_end;
  json["server"] = outcome.server_end;
  return json;
}

}  // namespace mptcpp::apps
