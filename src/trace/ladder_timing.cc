// SPDX-License-Identifier: Apache-2.0
#include "trace/ladder_timing.h"

#include <algorithm>
#include <optional>

namespace mptcpp::trace {
namespace {

// A wait shorter than this is processing, not a timer.
constexpr Duration kShortestTimer = Duration::Millis(5);

// How far the vantage point is from each host, one way, per subflow.
struct Distance {
  PerSide<Duration> to{};
  Duration Whole() const { return to[0] + to[1]; }
};

std::vector<Distance> MeasureDistances(const Capture& capture) {
  struct Handshake {
    std::optional<Instant> syn, syn_ack, ack;
  };
  const ConnectionTracker& tracker = capture.tracker;
  std::vector<Handshake> handshakes(tracker.subflows().size());
  for (const TrackedSegment& segment : tracker.segments()) {
    Handshake& handshake = handshakes[segment.subflow];
    const bool by_opener = segment.from == tracker.subflows()[segment.subflow].opener;
    if (by_opener && segment.flags.syn && !handshake.syn_ack) handshake.syn = segment.at;
    if (!by_opener && segment.flags.syn && handshake.syn && !handshake.ack) handshake.syn_ack = segment.at;
    if (by_opener && !segment.flags.syn && handshake.syn_ack && !handshake.ack) handshake.ack = segment.at;
  }
  std::vector<Distance> distances(handshakes.size());
  for (std::size_t i = 0; i < handshakes.size(); ++i) {
    const auto& [syn, syn_ack, ack] = handshakes[i];
    const Side opener = tracker.subflows()[i].opener;
    if (syn && syn_ack) distances[i].to[Index(Other(opener))] = (*syn_ack - *syn) / 2;
    if (syn_ack && ack) distances[i].to[Index(opener)] = (*ack - *syn_ack) / 2;
  }
  return distances;
}

bool SameBytes(const TrackedSegment& a, const TrackedSegment& b) {
  return a.subflow == b.subflow && a.from == b.from && a.SequenceLength() > 0 && b.SequenceLength() > 0 &&
         b.seq.AtOrBefore(a.seq) && (a.seq + a.SequenceLength()).AtOrBefore(b.seq + b.SequenceLength());
}

// Sent again later, and not acknowledged before that.
bool IsPresumedLost(const ConnectionTracker& tracker, const std::vector<std::size_t>& indices, std::size_t place) {
  const TrackedSegment& lost = tracker.segments()[indices[place]];
  const SeqNum end = lost.seq + lost.SequenceLength();
  for (std::size_t i = place + 1; i < indices.size(); ++i) {
    const TrackedSegment& later = tracker.segments()[indices[i]];
    if (later.subflow != lost.subflow) continue;
    if (later.from != lost.from && later.flags.ack && end.AtOrBefore(later.ack)) return false;
    if (later.retransmission && SameBytes(lost, later)) return true;
  }
  return false;
}

void PresumeLosses(const Capture& capture, const std::vector<Distance>& distances, std::vector<SegmentTiming>& timing) {
  const ConnectionTracker& tracker = capture.tracker;
  for (const TrackedConnection& connection : tracker.connections()) {
    // What was never sent again, in a subflow without retransmissions, needs no search.
    std::vector<bool> has_retransmission(tracker.subflows().size());
    for (const std::size_t index : connection.segments) {
      if (tracker.segments()[index].retransmission) has_retransmission[tracker.segments()[index].subflow] = true;
    }
    for (std::size_t place = 0; place < connection.segments.size(); ++place) {
      const TrackedSegment& segment = tracker.segments()[connection.segments[place]];
      const Distance& distance = distances[segment.subflow];
      const bool at_receiver = distance.to[Index(Other(segment.from))] < distance.to[Index(segment.from)];
      if (segment.SequenceLength() == 0 || at_receiver || !has_retransmission[segment.subflow]) continue;
      if (IsPresumedLost(tracker, connection.segments, place)) timing[connection.segments[place]].fate = ArrowFate::kPresumedLost;
    }
  }
}

std::vector<SegmentTiming> FromOnePoint(const Capture& capture) {
  const auto distances = MeasureDistances(capture);
  std::vector<SegmentTiming> timing;
  for (const TrackedSegment& segment : capture.tracker.segments()) {
    const Distance& distance = distances[segment.subflow];
    timing.push_back(
        {.sent = segment.at - distance.to[Index(segment.from)], .arrived = segment.at + distance.to[Index(Other(segment.from))]});
  }
  PresumeLosses(capture, distances, timing);
  return timing;
}

std::vector<SegmentTiming> FromTwoPoints(const Capture& capture) {
  std::vector<Duration> typical(capture.tracker.subflows().size());
  for (const TrackedSegment& segment : capture.tracker.segments()) {
    if (segment.arrived) typical[segment.subflow] = Longer(typical[segment.subflow], *segment.arrived - segment.at);
  }
  std::vector<SegmentTiming> timing;
  for (const TrackedSegment& segment : capture.tracker.segments()) {
    const Instant due = segment.at + typical[segment.subflow];
    // What was still on its way when the capture ended is not lost.
    const bool lost = !segment.arrived && due < capture.end;
    timing.push_back(
        {.sent = segment.at, .arrived = segment.arrived.value_or(due), .fate = lost ? ArrowFate::kLost : ArrowFate::kArrived});
  }
  return timing;
}

// What one host of a subflow knows while segments pass.
struct HostClock {
  std::optional<Instant> last_arrival;    // of anything from the peer
  std::optional<Instant> unacknowledged;  // when data arrived that no ACK has answered
  std::optional<Instant> last_sent;
};

// The segments of one subflow as its hosts saw them, in order of time.
struct Moment {
  Instant at;
  std::size_t segment;
  bool is_arrival;
};
std::vector<Moment> MomentsOf(const Capture& capture, std::uint32_t subflow, const std::vector<std::size_t>& indices,
                              const std::vector<SegmentTiming>& timing) {
  std::vector<Moment> moments;
  for (const std::size_t index : indices) {
    if (capture.tracker.segments()[index].subflow != subflow) continue;
    moments.push_back({timing[index].sent, index, false});
    if (timing[index].fate == ArrowFate::kArrived) moments.push_back({timing[index].arrived, index, true});
  }
  std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.at < b.at; });
  return moments;
}

// The bracket that ends with this departure, if it waited for a timer. `is_seen`: the capture was made where it departed, so
// that a short wait is no error of an estimate.
std::optional<LadderBracket> TimerBehind(const TrackedSegment& segment, const HostClock& clock, Instant now, Duration round_trip,
                                         bool is_seen) {
  LadderBracket bracket{.host = Index(segment.from), .path = segment.subflow, .to = now};
  if (segment.retransmission && clock.last_sent) {
    bracket.from = clock.last_arrival && *clock.last_arrival > *clock.last_sent ? *clock.last_arrival : *clock.last_sent;
    const Duration waited = now - bracket.from;
    if (waited <= Longer(kShortestTimer, round_trip / 2)) return std::nullopt;
    bracket.label = "timer " + ShortDuration(waited);
    return bracket;
  }
  const bool pure_ack = segment.SequenceLength() == 0 && segment.flags.ack && !segment.flags.rst;
  if (is_seen && pure_ack && clock.unacknowledged && now - *clock.unacknowledged > kShortestTimer) {
    bracket.from = *clock.unacknowledged;
    bracket.label = "delayed ACK " + ShortDuration(now - bracket.from);
    return bracket;
  }
  return std::nullopt;
}

}  // namespace

std::vector<SegmentTiming> EstimateTiming(const Capture& capture) {
  return capture.vantage_points == VantagePoints::kOne ? FromOnePoint(capture) : FromTwoPoints(capture);
}

std::vector<LadderBracket> FindTimers(const Capture& capture, std::size_t connection, const std::vector<SegmentTiming>& timing) {
  std::vector<LadderBracket> brackets;
  const TrackedConnection& tracked = capture.tracker.connections()[connection];
  for (const std::uint32_t subflow : tracked.subflows) {
    PerSide<HostClock> clocks;
    Duration round_trip{};
    for (const Moment& moment : MomentsOf(capture, subflow, tracked.segments, timing)) {
      const TrackedSegment& segment = capture.tracker.segments()[moment.segment];
      if (moment.is_arrival) {
        HostClock& clock = clocks[Index(Other(segment.from))];
        clock.last_arrival = moment.at;
        if (segment.payload > 0 && !clock.unacknowledged) clock.unacknowledged = moment.at;
        continue;
      }
      HostClock& clock = clocks[Index(segment.from)];
      if (segment.flags.syn) round_trip = (timing[moment.segment].arrived - timing[moment.segment].sent) * 2;
      const bool is_seen = (segment.at - moment.at) * 8 <= timing[moment.segment].arrived - moment.at;
      if (auto bracket = TimerBehind(segment, clock, moment.at, round_trip, is_seen)) brackets.push_back(std::move(*bracket));
      clock.last_sent = moment.at;
      if (segment.flags.ack) clock.unacknowledged.reset();
    }
  }
  std::sort(brackets.begin(), brackets.end(), [](const LadderBracket& a, const LadderBracket& b) { return a.from < b.from; });
  return brackets;
}

}  // namespace mptcpp::trace
