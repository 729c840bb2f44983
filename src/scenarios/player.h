// SPDX-License-Identifier: Apache-2.0
// Plays a scenario and compares what crossed the wire with what must cross it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenarios/scenario.h"
#include "trace/ladder.h"

namespace mptcpp::scenarios {

// One segment that crossed the wire.
struct PlayedSegment {
  Duration at;         // since the first one
  std::string who;     // "C>S"
  std::string label;   // "SYN[seq=0] MPC[v1,H]"
  bool lost = false;
  bool again = false;
};

struct Outcome {
  bool passed = false;
  std::string failure;  // what was expected and what came instead; empty if passed
  std::vector<PlayedSegment> segments;  // from World::Begin() on
  std::size_t beginning = 0;
  std::string client_end, server_end;  // facts about both sides at the end
  std::unique_ptr<trace::Capture> recording;  // for pictures
  std::string capture_error;
};

struct PlayOptions {
  std::string capture_path;  // a pcap file; empty: none
  CaptureOf capture_of = CaptureOf::kClient;
};

Outcome Play(const Scenario& scenario, const PlayOptions& options = {});

// The exchange of a scenario that was played, titled and ready to be drawn.
trace::Ladder LadderOf(const Scenario& scenario, const Outcome& outcome);

}  // namespace mptcpp::scenarios
