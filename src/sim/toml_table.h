// SPDX-License-Identifier: Apache-2.0
// A TOML table read strictly: every value has the type and unit that is asked for, every key is known, every complaint has a
// file and a line. Complaints are exceptions here; the readers above turn them into values.
#pragma once

#include <toml++/toml.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "base/units.h"

namespace mptcpp::sim {

struct ScenarioError {
  std::string message;
};

class TomlTable {
 public:
  // `what` names the table in messages: "[[path]]".
  TomlTable(const toml::table& table, std::string file, std::string what)
      : table_(table), file_(std::move(file)), what_(std::move(what)) {}

  bool Has(std::string_view key) const { return table_.contains(key); }
  std::string String(std::string_view key);  // must be there
  std::optional<std::string> OptionalString(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  std::optional<std::int64_t> Integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<Duration> Time(std::string_view key);
  std::optional<Rate> Speed(std::string_view key);
  std::optional<Bytes> Size(std::string_view key);
  std::optional<double> Fraction(std::string_view key);
  std::optional<double> Number(std::string_view key, double least);
  IpAddress Address(std::string_view key);
  // One address or a list of them.
  std::vector<IpAddress> Addresses(std::string_view key);
  SocketAddress AddressWithPort(std::string_view key);
  std::vector<std::string> Strings(std::string_view key);
  // The table under `key`, if any; the tables of the array under `key`.
  std::optional<TomlTable> Table(std::string_view key, const std::string& what);
  std::vector<TomlTable> Tables(std::string_view key, const std::string& what);
  // One of these words; its index.
  std::optional<std::size_t> Choice(std::string_view key, std::initializer_list<std::string_view> words);
  // Everything that nobody asked for yet, as text: strings, numbers and booleans.
  std::map<std::string, std::string, std::less<>> Rest();
  // Complains about keys that nobody asked for.
  void RefuseUnknownKeys() const;
  [[noreturn]] void Fail(std::string_view key, const std::string& message) const;
  [[noreturn]] void Fail(const std::string& message) const;

 private:
  const toml::node* Find(std::string_view key);
  [[noreturn]] void FailAt(const toml::node& node, const std::string& message) const;
  IpAddress ToAddress(const toml::node& node) const;
  std::optional<std::pair<std::string, const toml::node*>> Text(std::string_view key);
  template <typename T>
  std::optional<T> Quantity(std::string_view key, std::optional<T> (*parse)(std::string_view), const char* example);

  const toml::table& table_;
  std::string file_, what_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace mptcpp::sim
