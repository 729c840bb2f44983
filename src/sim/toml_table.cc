// SPDX-License-Identifier: Apache-2.0
#include "sim/toml_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sim/units_text.h"

namespace mptcpp::sim {

void TomlTable::FailAt(const toml::node& node, const std::string& message) const {
  throw ScenarioError{fmt::format("{}:{}: {}", file_, node.source().begin.line, message)};
}

void TomlTable::Fail(const std::string& message) const { FailAt(table_, what_ + ": " + message); }

void TomlTable::Fail(std::string_view key, const std::string& message) const {
  const toml::node* node = table_.get(key);
  FailAt(node != nullptr ? *node : table_, fmt::format("{}: {} {}", what_, key, message));
}

const toml::node* TomlTable::Find(std::string_view key) {
  asked_.emplace(key);
  return table_.get(key);
}

std::optional<std::pair<std::string, const toml::node*>> TomlTable::Text(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const auto text = node->value_exact<std::string>();
  if (!text) Fail(key, "must be text in quotes");
  return std::pair(*text, node);
}

std::optional<std::string> TomlTable::OptionalString(std::string_view key) {
  const auto text = Text(key);
  if (!text) return std::nullopt;
  return text->first;
}

std::string TomlTable::String(std::string_view key) {
  auto text = OptionalString(key);
  if (!text) Fail(fmt::format("{} is missing", key));
  return *std::move(text);
}

std::optional<bool> TomlTable::Bool(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<bool>();
  if (!value) Fail(key, "must be true or false");
  return value;
}

std::optional<std::int64_t> TomlTable::Integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < least || *value > most) Fail(key, fmt::format("must be a number from {} to {}", least, most));
  return value;
}

std::optional<double> TomlTable::Number(std::string_view key, double least) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value<double>();
  if (!value || !(*value >= least)) Fail(key, fmt::format("must be a number of at least {}", least));
  return value;
}

template <typename T>
std::optional<T> TomlTable::Quantity(std::string_view key, std::optional<T> (*parse)(std::string_view), const char* example) {
  const auto text = Text(key);
  if (!text) return std::nullopt;
  const auto value = parse(text->first);
  if (!value) Fail(key, fmt::format("= \"{}\" is not understood; write for example \"{}\"", text->first, example));
  return value;
}

std::optional<Duration> TomlTable::Time(std::string_view key) { return Quantity(key, ParseDuration, "10 ms"); }
std::optional<Rate> TomlTable::Speed(std::string_view key) { return Quantity(key, ParseRate, "50 Mbit/s"); }
std::optional<Bytes> TomlTable::Size(std::string_view key) { return Quantity(key, ParseBytes, "4 MiB"); }

std::optional<double> TomlTable::Fraction(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (node->is_number()) {
    const double value = *node->value<double>();
    if (!(value >= 0 && value <= 1)) Fail(key, "must lie between 0 and 1");
    return value;
  }
  return Quantity(key, ParseFraction, "1 %");
}

IpAddress TomlTable::ToAddress(const toml::node& node) const {
  const auto text = node.value_exact<std::string>();
  const auto address = text ? IpAddress::Parse(*text) : std::nullopt;
  if (!address) FailAt(node, what_ + ": an IP address is expected, for example \"10.0.1.1\"");
  return *address;
}

IpAddress TomlTable::Address(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) Fail(fmt::format("{} is missing", key));
  return ToAddress(*node);
}

std::vector<IpAddress> TomlTable::Addresses(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) Fail(fmt::format("{} is missing", key));
  std::vector<IpAddress> list;
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& entry : *array) list.push_back(ToAddress(entry));
  } else {
    list.push_back(ToAddress(*node));
  }
  return list;
}

SocketAddress TomlTable::AddressWithPort(std::string_view key) {
  const auto address = SocketAddress::Parse(String(key));
  if (!address) Fail(key, "must be an address with a port, for example \"10.0.9.1:80\"");
  return *address;
}

std::vector<std::string> TomlTable::Strings(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  std::vector<std::string> list;
  if (array == nullptr) Fail(key, "must be a list of words");
  for (const toml::node& entry : *array) {
    const auto text = entry.value_exact<std::string>();
    if (!text) Fail(key, "must be a list of words");
    list.push_back(*text);
  }
  return list;
}

std::optional<TomlTable> TomlTable::Table(std::string_view key, const std::string& what) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_table()) Fail(key, "must be a table: " + what);
  return TomlTable(*node->as_table(), file_, what);
}

std::vector<TomlTable> TomlTable::Tables(std::string_view key, const std::string& what) {
  const toml::node* node = Find(key);
  std::vector<TomlTable> list;
  if (node == nullptr) return list;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) Fail(key, "must be written as " + what);
  for (const toml::node& entry : *array) list.emplace_back(*entry.as_table(), file_, what);
  return list;
}

std::optional<std::size_t> TomlTable::Choice(std::string_view key, std::initializer_list<std::string_view> words) {
  const auto text = OptionalString(key);
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(words, std::string_view(*text));
  if (found == words.end()) Fail(key, fmt::format("must be one of: {}", fmt::join(words, ", ")));
  return static_cast<std::size_t>(found - words.begin());
}

std::map<std::string, std::string, std::less<>> TomlTable::Rest() {
  std::map<std::string, std::string, std::less<>> rest;
  for (const auto& [key, node] : table_) {
    if (!asked_.emplace(key.str()).second) continue;
    std::string& text = rest[std::string(key.str())];
    if (const auto string = node.value_exact<std::string>()) text = *string;
    else if (const auto integer = node.value_exact<std::int64_t>()) text = std::to_string(*integer);
    else if (const auto number = node.value_exact<double>()) text = fmt::format("{}", *number);
    else if (const auto flag = node.value_exact<bool>()) text = *flag ? "true" : "false";
    else Fail(key.str(), "must be text, a number, true or false");
  }
  return rest;
}

void TomlTable::RefuseUnknownKeys() const {
  for (const auto& [key, node] : table_) {
    if (!asked_.contains(std::string_view(key.str()))) {
      throw ScenarioError{fmt::format("{}:{}: {}: unknown key {}", file_, key.source().begin.line, what_, key.str())};
    }
  }
}

}  // namespace mptcpp::sim
