// SPDX-License-Identifier: Apache-2.0
// When segments left and arrived, and which were lost, as far as a capture shows it. With two vantage points both times were
// seen. With one, its distance from both hosts follows from the handshake: what passes between SYN and SYN/ACK is the way to the
// server and back, what passes between SYN/ACK and third ACK the way to the client and back. That is right for a capture at
// the client, at the server, and anywhere between.
#pragma once

#include <cstddef>
#include <vector>

#include "trace/capture.h"
#include "trace/ladder.h"

namespace mptcpp::trace {

struct SegmentTiming {
  Instant sent{}, arrived{};
  ArrowFate fate = ArrowFate::kArrived;
};

// For all segments of the capture, by index.
std::vector<SegmentTiming> EstimateTiming(const Capture& capture);

// Retransmissions that a timer must have caused, and ACKs that were delayed, of one connection.
std::vector<LadderBracket> FindTimers(const Capture& capture, std::size_t connection, const std::vector<SegmentTiming>& timing);

}  // namespace mptcpp::trace
