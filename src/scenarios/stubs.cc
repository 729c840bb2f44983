// SPDX-License-Identifier: Apache-2.0
#include "scenarios/scenario.h"
namespace mptcpp::scenarios {
std::span<const Scenario> Handshakes() { return {}; }
std::span<const Scenario> Joins() { return {}; }
std::span<const Scenario> Mappings() { return {}; }
std::span<const Scenario> Refusals() { return {}; }
std::span<const Scenario> Closings() { return {}; }
std::span<const Scenario> FastCloses() { return {}; }
std::span<const Scenario> Addresses() { return {}; }
std::span<const Scenario> Failures() { return {}; }
std::span<const Scenario> Fallbacks() { return {}; }
std::span<const Scenario> Museum() { return {}; }
}
