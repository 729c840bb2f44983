// SPDX-License-Identifier: Apache-2.0
// A message-sequence chart as a value: hosts, paths between them, arrows with their times, and brackets for timers. It says what
// there is to draw, not where: ladder_text.h and ladder_svg.h decide that. BuildLadder() makes one from a capture; whoever knows
// more than a capture does (a simulation, its timers) fills one in directly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "trace/capture.h"

namespace mptcpp::trace {

struct LadderHost {
  std::string name;
  std::string detail;  // a second line: its addresses
};

enum class ArrowKind : std::uint8_t { kControl, kData, kAck };
enum class ArrowFate : std::uint8_t {
  kArrived,
  kLost,          // not seen at the other end
  kPresumedLost,  // sent again before anybody acknowledged it
};

struct LadderArrow {
  std::size_t from = 0, to = 0;  // hosts
  std::size_t path = 0;
  Instant sent{}, arrived{};  // if lost: when it would have arrived
  ArrowKind kind = ArrowKind::kControl;
  ArrowFate fate = ArrowFate::kArrived;
  bool again = false;    // a retransmission
  bool problem = false;  // something about it is wrong
  std::string label;     // SYN[seq=0] MPC[v1,H]
  std::string detail;    // all of it, for whoever points at the arrow
};

// What a host waited for.
struct LadderBracket {
  std::size_t host = 0, path = 0;
  Instant from{}, to{};
  std::string label;
};

struct Ladder {
  std::string title;
  std::string subtitle;
  std::vector<LadderHost> hosts;  // from left to right
  std::vector<std::string> paths;
  std::vector<LadderArrow> arrows;  // by the time of departure
  std::vector<LadderBracket> brackets;
  std::vector<std::string> notes;  // below the chart
  Instant start{};                 // what times are relative to
};

struct LadderOptions {
  std::size_t connection = 0;  // index in the tracker
  std::size_t limit = 60;      // arrows; the rest is counted in a note
  Duration skip{};             // nothing that was sent earlier than this after the start
  bool whole_capture = false;  // instead: all connections in one chart, for what belongs to none but is part of the story
  bool merge_bursts = true;    // data that one host sends in one go becomes one arrow
};

// options.connection must exist.
Ladder BuildLadder(const Capture& capture, const LadderOptions& options);

// About a connection: its protocol and ends; its subflows and segments, and what was verified of them.
struct ConnectionSummary {
  std::string title, detail;
};
ConnectionSummary Summarize(const Capture& capture, std::size_t connection);

// "12.3 ms", "1.20 s", "250 us".
std::string ShortDuration(Duration duration);

}  // namespace mptcpp::trace
