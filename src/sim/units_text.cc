// SPDX-License-Identifier: Apache-2.0
#include "sim/units_text.h"

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <utility>

namespace mptcpp::sim {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// A finite number that is not negative, spaces, and one of the units.
std::optional<double> Parse(std::string_view text, std::initializer_list<Unit> units) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const Unit& known : units) {
    if (unit == known.name) return number * known.factor;
  }
  return std::nullopt;
}

constexpr double kLargest = 9e18;  // fits the 64 bits behind Duration and Bytes

}  // namespace

std::optional<Duration> ParseDuration(std::string_view text) {
  const auto nanos = Parse(text, {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}});
  if (!nanos || *nanos > kLargest) return std::nullopt;
  return Duration::Nanos(static_cast<std::int64_t>(std::llround(*nanos)));
}

std::optional<Rate> ParseRate(std::string_view text) {
  if (text == "unlimited") return Rate::Infinite();
  const auto bits = Parse(text, {{"bit/s", 1}, {"kbit/s", 1e3}, {"Mbit/s", 1e6}, {"Gbit/s", 1e9}});
  if (!bits) return std::nullopt;
  return Rate::BitsPerSecond(*bits);
}

std::optional<Bytes> ParseBytes(std::string_view text) {
  const auto bytes = Parse(text, {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}});
  if (!bytes || *bytes > kLargest) return std::nullopt;
  return Bytes(static_cast<std::int64_t>(std::llround(*bytes)));
}

std::optional<double> ParseFraction(std::string_view text) {
  const auto fraction = Parse(text, {{"", 1}, {"%", 0.01}});
  if (!fraction || *fraction > 1) return std::nullopt;
  return fraction;
}

}  // namespace mptcpp::sim
