// SPDX-License-Identifier: Apache-2.0
// The parameters of a box as text, name to value, as they stand in a scenario file. A box asks for those it knows; a value that
// cannot be read, or a name that nobody asked for, becomes the error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "base/units.h"
#include "sim/middlebox.h"

namespace mptcpp::sim {

using ParameterMap = std::map<std::string, std::string, std::less<>>;

class BoxParameters {
 public:
  explicit BoxParameters(const ParameterMap& values) : values_(values) {}

  std::string Text(std::string_view name, std::string_view otherwise = {});
  std::int64_t Number(std::string_view name, std::int64_t otherwise, std::int64_t least = 0, std::int64_t most = INT32_MAX);
  double Fraction(std::string_view name, double otherwise);
  Duration Time(std::string_view name, Duration otherwise);
  Rate Speed(std::string_view name, Rate otherwise);
  bool Flag(std::string_view name, bool otherwise);                                 // true, false
  Directions Ways(std::string_view name = "direction", Directions otherwise = {});  // there, back, both
  IpAddress Address(std::string_view name);                                         // must be given
  std::vector<IpAddress> Addresses(std::string_view name);                          // separated by spaces or commas; at least one
  // The index of the value in `words`.
  std::size_t Choice(std::string_view name, std::initializer_list<std::string_view> words, std::size_t otherwise);

  bool Has(std::string_view name) const { return values_.contains(name); }
  // A sentence, or empty when everything was understood. To be asked last.
  std::string Error() const;

 private:
  const std::string* Take(std::string_view name);
  void Fail(std::string_view name, std::string_view expected);

  const ParameterMap& values_;
  std::vector<std::string_view> known_;
  std::string error_;
};

}  // namespace mptcpp::sim
