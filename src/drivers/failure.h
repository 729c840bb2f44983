// SPDX-License-Identifier: Apache-2.0
// Why the operating system said no, as one line for a person: what was tried, why it failed, what to do about it.
#pragma once

#include <cerrno>
#include <cstring>
#include <expected>
#include <string>

#include <fmt/format.h>

namespace mptcpp::drivers {

struct Failure {
  std::string message;
};

template <typename T>
using OrFailure = std::expected<T, Failure>;

template <typename... Args>
std::unexpected<Failure> Fail(fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Failure{fmt::format(format, std::forward<Args>(args)...)});
}

inline std::string ErrnoText(int error) { return std::strerror(error); }

}  // namespace mptcpp::drivers
