// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "congestion/registry.h"

namespace mptcpp::congestion {
namespace {

const ControllerInfo* Find(std::string_view name, std::span<const ControllerInfo* const> own) {
  const auto found = std::ranges::find(own, name, [](const ControllerInfo* info) { return info->name; });
  return found != own.end() ? *found : FindController(name);
}

}  // namespace

bool ControllerChoice::Add(std::string_view named, std::span<const ControllerInfo* const> own) {
  const std::size_t colon = named.find(':');
  const ControllerInfo* info = Find(named.substr(0, colon), own);
  if (info == nullptr || size_ == kMaxNames) return false;
  const std::string_view parameters = colon == std::string_view::npos ? std::string_view() : named.substr(colon + 1);
  if (colon != std::string_view::npos && (info->accepts == nullptr || parameters.empty() || !info->accepts(parameters))) return false;
  named_[size_++].emplace(*info, parameters);
  return true;
}

std::optional<ControllerChoice> ControllerChoice::Parse(std::string_view text, std::span<const ControllerInfo* const> own) {
  ControllerChoice choice;
  choice.size_ = 0;
  for (;;) {
    const std::size_t comma = text.find(',');
    if (!choice.Add(text.substr(0, comma), own)) return std::nullopt;
    if (comma == std::string_view::npos) return choice;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace mptcpp::congestion
