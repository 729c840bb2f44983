// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "scenarios/scenario.h"

namespace mptcpp::scenarios {
namespace {

std::string Lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// Letters to insert, remove or replace (Levenshtein).
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

const std::vector<const Scenario*>& AllScenarios() {
  static const std::vector<const Scenario*> all = [] {
    std::vector<const Scenario*> list;
    for (const auto chapter : {TcpBasics(), Handshakes(), FastOpens(), Joins(), Mappings(), Refusals(), Closings(), FastCloses(), Addresses(),
                               Farms(), Failures(), Coupling(), Fallbacks(), Museum()}) {
      for (const Scenario& scenario : chapter) list.push_back(&scenario);
    }
    return list;
  }();
  return all;
}

const Scenario* FindScenario(std::string_view id_or_name) {
  const std::string wanted = Lower(id_or_name);
  const auto& all = AllScenarios();
  const auto is_also = [&](const Scenario* s) { return (" " + Lower(s->also) + " ").find(" " + wanted + " ") != std::string::npos; };
  const auto found =
      std::ranges::find_if(all, [&](const Scenario* s) { return Lower(s->id) == wanted || s->name == wanted || is_also(s); });
  return found == all.end() ? nullptr : *found;
}

std::vector<std::string> NearestNames(std::string_view wrong) {
  constexpr std::size_t kMost = 3;
  const std::string wanted = Lower(wrong);
  std::vector<std::pair<std::size_t, std::string>> candidates;
  for (const Scenario* scenario : AllScenarios()) {
    for (const char* name : {scenario->id, scenario->name}) {
      const std::string lower = Lower(name);
      const bool part = wanted.size() > 2 && lower.find(wanted) != std::string::npos;
      candidates.emplace_back(part ? 0 : Distance(wanted, lower), name);
    }
  }
  std::ranges::stable_sort(candidates, {}, &std::pair<std::size_t, std::string>::first);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kMost && i < candidates.size(); ++i) names.push_back(candidates[i].second);
  return names;
}

}  // namespace mptcpp::scenarios
