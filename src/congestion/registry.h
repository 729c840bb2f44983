// SPDX-License-Identifier: Apache-2.0
// Controllers by name: the one list that options, --help and tests read, and how a user's choice of names becomes controllers.
//
//   choice     = named *( "," named )              the n-th subflow takes the n-th, further subflows the last
//   named      = name *( ":" parameter )           "bbr", "mpcc-loss:beta=11.35"
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "congestion/controller.h"
#include "congestion/group.h"

namespace mptcpp::congestion {

struct ControllerInfo {
  std::string_view name;     // "newreno", "cubic", "lia": letters, digits, '-'
  std::string_view summary;  // one line for --help
  bool coupled = false;      // shares a Group with its siblings
  void (*make)(ControllerSlot& slot, const ControllerConfig& config, Group& group);
  bool rate_based = false;   // names a pacing rate, keeps no threshold, and does not answer each loss by a smaller window
  std::string_view parameters;                          // for --help: "alpha, beta"; empty: takes none
  bool (*accepts)(std::string_view parameters) = nullptr;  // nullptr: takes none
};

std::span<const ControllerInfo> Controllers();
// nullptr if there is none of this name.
const ControllerInfo* FindController(std::string_view name);

// A controller with the parameters it is to be made with. The text outlives the value.
struct NamedController {
  NamedController(const ControllerInfo& its_info, std::string_view its_parameters = {})
      : info(&its_info), parameters(its_parameters) {}
  const ControllerInfo* info;
  std::string_view parameters;
};

class ControllerChoice {
 public:
  static constexpr std::size_t kMaxNames = 8;
  ControllerChoice() : ControllerChoice(Controllers().front()) {}
  explicit ControllerChoice(const NamedController& all) : size_(1) { named_[0] = all; }
  // The choice that `text` describes, which it keeps referring to. Names are looked up in `own` first, then in Controllers().
  // nullopt: unknown name, parameter that it does not take, no name at all, or more than kMaxNames.
  static std::optional<ControllerChoice> Parse(std::string_view text, std::span<const ControllerInfo* const> own = {});
  // For subflow number `n` of a connection, counted from 0.
  const NamedController& For(std::size_t n) const { return *named_[n < size_ ? n : size_ - 1]; }

 private:
  bool Add(std::string_view named, std::span<const ControllerInfo* const> own);

  std::array<std::optional<NamedController>, kMaxNames> named_;
  std::size_t size_ = 0;
};

}  // namespace mptcpp::congestion
