// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mptcpp::bench {
namespace {

constexpr int kNameWidth = 44;
constexpr int kValueWidth = 14;

std::string Headings(const Row& row) {
  std::string line = fmt::format("\n{:<{}}", row.group, kNameWidth);
  for (const Value& value : row.values) line += fmt::format("{:>{}}", value.key, kValueWidth);
  return line + "\n";
}

std::string Line(const Row& row) {
  std::string line = fmt::format("  {:<{}}", row.name, kNameWidth - 2);
  if (row.failed) return line + fmt::format("{:>{}}\n", "did not finish", kValueWidth);
  for (const Value& value : row.values) {
    line += std::isfinite(value.number) ? fmt::format("{:>{}.{}f}", value.number, kValueWidth, value.decimals)
                                        : fmt::format("{:>{}}", "-", kValueWidth);
  }
  return line + "\n";
}

}  // namespace

std::string AsTable(const std::vector<Row>& rows) {
  std::string text;
  const Row* last = nullptr;
  for (const Row& row : rows) {
    if (!last || last->group != row.group) text += Headings(row);
    text += Line(row);
    last = &row;
  }
  return text;
}

std::string AsJson(const std::vector<Row>& rows) {
  nlohmann::json all = nlohmann::json::array();
  for (const Row& row : rows) {
    nlohmann::json entry = {{"group", row.group}, {"name", row.name}, {"finished", !row.failed}};
    if (!row.failed) {
      for (const Value& value : row.values) {
        if (std::isfinite(value.number)) entry["values"][value.key] = value.number;
      }
    }
    all.push_back(std::move(entry));
  }
  return all.dump(2) + "\n";
}

}  // namespace mptcpp::bench
