// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_parameters.h"

#include <algorithm>
#include <charconv>

#include "sim/units_text.h"

namespace mptcpp::sim {

const std::string* BoxParameters::Take(std::string_view name) {
  known_.push_back(name);
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

void BoxParameters::Fail(std::string_view name, std::string_view expected) {
  if (!error_.empty()) return;
  const auto found = values_.find(name);
  error_ =
      std::string(name) + (found == values_.end() ? " is missing: " : " = \"" + found->second + "\": ") + std::string(expected);
}

std::string BoxParameters::Text(std::string_view name, std::string_view otherwise) {
  const std::string* value = Take(name);
  return value == nullptr ? std::string(otherwise) : *value;
}

// Decimal, or hexadecimal after 0x.
std::int64_t BoxParameters::Number(std::string_view name, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  const std::string* value = Take(name);
  if (value == nullptr) return otherwise;
  std::string_view text = *value;
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  std::int64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  if (status != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    Fail(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + " is expected");
    return otherwise;
  }
  return number;
}

double BoxParameters::Fraction(std::string_view name, double otherwise) {
  const std::string* value = Take(name);
  if (value == nullptr) return otherwise;
  const auto parsed = ParseFraction(*value);
  if (!parsed || *parsed < 0 || *parsed > 1) Fail(name, "a fraction from 0 to 1, or 0 % to 100 %, is expected");
  return parsed.value_or(otherwise);
}

Duration BoxParameters::Time(std::string_view name, Duration otherwise) {
  const std::string* value = Take(name);
  if (value == nullptr) return otherwise;
  const auto parsed = ParseDuration(*value);
  if (!parsed || *parsed < Duration::Zero()) Fail(name, "a time such as 10ms is expected");
  return parsed.value_or(otherwise);
}

Rate BoxParameters::Speed(std::string_view name, Rate otherwise) {
  const std::string* value = Take(name);
  if (value == nullptr) return otherwise;
  const auto parsed = ParseRate(*value);
  if (!parsed) Fail(name, "a rate such as 10 Mbit/s is expected");
  return parsed.value_or(otherwise);
}

bool BoxParameters::Flag(std::string_view name, bool otherwise) {
  return Choice(name, {"false", "true"}, otherwise ? 1 : 0) == 1;
}

Directions BoxParameters::Ways(std::string_view name, Directions otherwise) {
  const std::string* value = Take(name);
  if (value == nullptr) return otherwise;
  if (*value == "both") return {.there = true, .back = true};
  if (*value == "there") return {.there = true, .back = false};
  if (*value == "back") return {.there = false, .back = true};
  Fail(name, "there, back or both is expected");
  return otherwise;
}

IpAddress BoxParameters::Address(std::string_view name) {
  const std::string* value = Take(name);
  const auto parsed = value == nullptr ? std::nullopt : IpAddress::Parse(*value);
  if (!parsed) Fail(name, "an IP address is expected");
  return parsed.value_or(IpAddress());
}

std::vector<IpAddress> BoxParameters::Addresses(std::string_view name) {
  const std::string* value = Take(name);
  std::string_view rest = value == nullptr ? std::string_view() : *value;
  std::vector<IpAddress> addresses;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(" ,"), rest.size());
    if (end > 0) {
      if (const auto parsed = IpAddress::Parse(rest.substr(0, end))) {
        addresses.push_back(*parsed);
      } else {
        Fail(name, "IP addresses are expected");
      }
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (addresses.empty()) Fail(name, "at least one IP address is expected");
  return addresses;
}

std::size_t BoxParameters::Choice(std::string_view name, std::initializer_list<std::string_view> words, std::size_t otherwise) {
  const std::string* value = Take(name);
  if (value == nullptr) return otherwise;
  const auto found = std::ranges::find(words, std::string_view(*value));
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string expected = "one of these is expected:";
  for (const std::string_view word : words) expected += " " + std::string(word);
  Fail(name, expected);
  return otherwise;
}

std::string BoxParameters::Error() const {
  if (!error_.empty()) return error_;
  for (const auto& [name, value] : values_) {
    if (std::ranges::find(known_, name) != known_.end()) continue;
    std::string error = "no parameter is called " + name + "; there ";
    error += known_.empty() ? "are none" : "are:";
    for (const std::string_view known : known_) error += " " + std::string(known);
    return error;
  }
  return {};
}

}  // namespace mptcpp::sim
