// SPDX-License-Identifier: Apache-2.0
// A story of the protocol that runs: two real endpoints, a network in virtual time, a program for both sides, and what must then be
// seen on the wire, segment by segment. Where a source tells it with a slip, the scenario is the right version and says so.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/world.h"

namespace mptcpp::scenarios {

struct Scenario {
  const char* id;               // "S000-3", "R17"
  const char* name;             // "simple-data"
  const char* also = "";        // further ids, separated by spaces: the same story told elsewhere
  const char* title;            // a sentence
  const char* source;           // where the story comes from
  const char* corrected = "";   // what the source has wrong, and what is right
  WorldOptions (*options)() = Mptcp;
  void (*play)(World& world) = nullptr;
  const char* expect = "";      // in the notation of notation.h
};

// All of them, in the order in which they are best read.
const std::vector<const Scenario*>& AllScenarios();
// By id or name, in any case; null if there is none.
const Scenario* FindScenario(std::string_view id_or_name);
// Ids and names that are spelled most like this one.
std::vector<std::string> NearestNames(std::string_view wrong);

// The chapters: one file each.
std::span<const Scenario> TcpBasics();
std::span<const Scenario> Handshakes();
std::span<const Scenario> FastOpens();
std::span<const Scenario> Joins();
std::span<const Scenario> Mappings();
std::span<const Scenario> Refusals();
std::span<const Scenario> Closings();
std::span<const Scenario> FastCloses();
std::span<const Scenario> Addresses();
std::span<const Scenario> Farms();
std::span<const Scenario> Failures();
std::span<const Scenario> Coupling();
std::span<const Scenario> Fallbacks();
std::span<const Scenario> Museum();

}  // namespace mptcpp::scenarios
