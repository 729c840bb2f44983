// SPDX-License-Identifier: Apache-2.0
// Rows of results, as a table for people and as JSON for what draws curves.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mptcpp::bench {

struct Value {
  std::string key;    // column heading and JSON key, with its unit: "ns/segment"
  double number = 0;  // not finite: could not be measured
  int decimals = 0;
};

struct Row {
  std::string group;
  std::string name;
  std::vector<Value> values;
  bool failed = false;
};

// One table per group, in order of appearance.
std::string AsTable(const std::vector<Row>& rows);
std::string AsJson(const std::vector<Row>& rows);

}  // namespace mptcpp::bench
