// SPDX-License-Identifier: Apache-2.0
// All middleboxes by name, for scenario files and for people who look for one.
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

struct MiddleboxKind {
  std::string_view name;
  std::string_view sentence;    // what it does
  std::string_view parameters;  // "name=default ...", empty if there are none
  std::unique_ptr<Middlebox> (*make)(BoxParameters& parameters);
};

// What every kind knows besides its own.
inline constexpr std::string_view kGateParameters =
    "phase=syn|synack|third-ack|first-data|mid-stream|close lasting=false only=all|first|joins";

// In the order in which to show them.
std::span<const MiddleboxKind> MiddleboxKinds();

// The error is a sentence that names what is wrong: the box or the parameter.
std::expected<std::unique_ptr<Middlebox>, std::string> MakeMiddlebox(std::string_view name, const ParameterMap& parameters = {});

}  // namespace mptcpp::sim
