// SPDX-License-Identifier: Apache-2.0
// A ladder as text: one line for each departure and arrival, box-drawing characters, and a colour for each path if asked for.
// An arrow that is under way while something else happens goes down between its two lines, so delays and crossings show.
#pragma once

#include <cstddef>
#include <string>

#include "trace/ladder.h"

namespace mptcpp::trace {

struct LadderTextOptions {
  std::size_t width = 110;  // columns
  bool colour = false;      // ANSI escape sequences
};

std::string LadderText(const Ladder& ladder, const LadderTextOptions& options = {});

}  // namespace mptcpp::trace
