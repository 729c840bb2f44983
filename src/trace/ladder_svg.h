// SPDX-License-Identifier: Apache-2.0
// A ladder as SVG: one line per host, arrows in the colour of their path that fall by their delay, labels along them, a cross
// where one was lost, brackets for timers. Time runs downwards, but not at one scale: idle times are shortened, and segments
// sent at once stand apart, so that every label can be read. Pointing at an arrow shows all of the segment.
#pragma once

#include <string>

#include "trace/ladder.h"

namespace mptcpp::trace {

std::string LadderSvg(const Ladder& ladder);

}  // namespace mptcpp::trace
