// SPDX-License-Identifier: Apache-2.0
// The notation of expectations. One line is one segment, in the order of departure, or the end state of one host:
//
//   C>S SYN[seq=0] MPC[v1,H,bytes=4]            the client, on the first subflow
//   S>C2 SYN+ACK[ack=1] MPJ[HMAC-S✓] !DSS       the server, on the second one; no DSS may be on it
//   C>S data[seq=1,"abcd"] lost after=200ms     never arrived; left 200 ms after the segment of the line before
//   ...                                         whatever comes until the next line fits
//   C: multipath subflows=2 read="ef"           how the client ends
//
// "!Timeouts" of an end state forbids "Timeouts=1". A word fits a segment that has a word of this name with at least these items; what is not said is not compared, but no segment
// may come between two lines without "...", none may be lost without the word, and none may follow the last. Names and items are
// those of trace/ladder_label.h, so that expectations read as pictures do; Recorder::FactsOf() and Party::Facts() add a few. Numbers
// are relative.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace mptcpp::scenarios {

// NAME or NAME[item,item], a "!" before it (or before an item) forbids it.
struct Word {
  bool forbidden = false;
  std::string name;
  std::vector<std::string> items;
};
using Words = std::vector<Word>;

struct ExpectedLine {
  enum class Kind { kSegment, kAnything, kEnd };
  Kind kind = Kind::kSegment;
  std::string text;  // as written
  std::string who;   // "C>S", "S>C2"; of an end state "C" or "S"
  Words words;
  std::optional<Duration> after;
};

Words ParseWords(std::string_view text);
std::vector<ExpectedLine> ParseExpectation(std::string_view text);

// Empty if all `wanted` fits `facts`; otherwise what does not.
std::string WhyNot(const Words& wanted, const Words& facts);

}  // namespace mptcpp::scenarios
