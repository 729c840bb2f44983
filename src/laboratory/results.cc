// SPDX-License-Identifier: Apache-2.0
#include "laboratory/results.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace mptcpp::laboratory {
namespace {

// Six digits: more would be noise, and files of many series stay small.
double Rounded(double value) { return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr); }

}  // namespace

std::string ToJsonLine(const RunKey& key, const RunOutcome& outcome) {
  nlohmann::ordered_json line{{"experiment", key.experiment}, {"variant", key.variant}, {"seed", key.seed}, {"quick", key.quick}};
  auto& values = line["values"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : outcome.values) values[name] = Rounded(value);
  for (const auto& [name, series] : outcome.series) {
    auto& entry = line["series"][name];
    entry["step"] = series.step;
    entry["values"] = nlohmann::ordered_json::array();
    for (const double value : series.values) entry["values"].push_back(Rounded(value));
  }
  return line.dump();
}

std::optional<std::pair<RunKey, RunOutcome>> FromJsonLine(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    RunKey key{json.at("experiment"), json.at("variant"), json.at("seed"), json.at("quick")};
    RunOutcome outcome;
    for (const auto& [name, value] : json.at("values").items()) outcome.values[name] = value.is_null() ? std::nan("") : value.get<double>();
    if (json.contains("series")) {
      for (const auto& [name, entry] : json.at("series").items()) {
        outcome.series[name] = {.step = entry.at("step"), .values = entry.at("values").get<std::vector<double>>()};
      }
    }
    return std::pair{std::move(key), std::move(outcome)};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

ResultStore::ResultStore(std::string folder, const std::string& suffix)
    : folder_(std::move(folder)), file_(folder_ + "/runs" + suffix + ".jsonl") {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw std::runtime_error(fmt::format("cannot create {}: {}", folder_, error.message()));
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("runs") || entry.path().extension() != ".jsonl") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      starts_anew_ |= file.eof() && entry.path() == file_;  // the last line was cut off
      if (auto run = FromJsonLine(line)) results_.insert_or_assign(std::move(run->first), std::move(run->second));
    }
  }
}

void ResultStore::Add(const RunKey& key, const RunOutcome& outcome) {
  const std::lock_guard lock(mutex_);
  std::ofstream file(file_, std::ios::app | std::ios::binary);
  if (std::exchange(starts_anew_, false)) file << '\n';
  file << ToJsonLine(key, outcome) << '\n';
  file.close();
  if (!file) throw std::runtime_error("cannot write " + file_);
  results_.insert_or_assign(key, outcome);
}

}  // namespace mptcpp::laboratory
