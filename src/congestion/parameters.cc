// SPDX-License-Identifier: Apache-2.0
#include "congestion/parameters.h"

#include <algorithm>
#include <charconv>

namespace mptcpp::congestion {
namespace {

bool ReadOne(std::string_view text, std::span<const Parameter> known) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  const auto found = std::ranges::find(known, text.substr(0, equals), &Parameter::name);
  if (found == known.end()) return false;
  const std::string_view number = text.substr(equals + 1);
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return false;
  if (!(value >= found->least && value <= found->most)) return false;
  *found->value = value;
  return true;
}

}  // namespace

bool ReadParameters(std::string_view text, std::span<const Parameter> known) {
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    if (!ReadOne(text.substr(0, colon), known)) return false;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;
  }
  return true;
}

}  // namespace mptcpp::congestion
