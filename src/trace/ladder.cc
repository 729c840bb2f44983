// SPDX-License-Identifier: Apache-2.0
#include "trace/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "trace/describe.h"
#include "trace/ladder_label.h"
#include "trace/ladder_timing.h"

namespace mptcpp::trace {
namespace {

constexpr std::size_t kMostFindings = 12;
constexpr Duration kShortestPause = Duration::Micros(200);  // between segments of different bursts, whatever the delay

std::string PathName(const TrackedSubflow& subflow, std::size_t number) {
  std::string text = fmt::format("subflow {}: {} - {}", number, subflow.AddressOf(Side::kClient).ToString(),
                                 subflow.AddressOf(Side::kServer).ToString());
  if (subflow.backup) text += ", backup";
  return text;
}

ArrowKind KindOf(const TrackedSegment& segment) {
  if (segment.flags.syn || segment.flags.fin || segment.flags.rst) return ArrowKind::kControl;
  return segment.payload > 0 ? ArrowKind::kData : ArrowKind::kAck;
}

bool IsWrong(const TrackedSegment& segment) {
  return segment.hmac == Verdict::kWrong || segment.checksum == Verdict::kWrong || segment.key == Verdict::kWrong;
}

NumberBases BasesOf(const TrackedSegment& segment, const TrackedSubflow& subflow, const TrackedConnection& connection) {
  const std::size_t own = Index(segment.from), peer = Index(Other(segment.from));
  return {.seq = subflow.isn[own], .ack = subflow.isn[peer], .dsn = connection.idsn[own], .data_ack = connection.idsn[peer]};
}

// What is drawn: one connection, or all that was captured.
struct Scope {
  std::vector<std::size_t> connections;
  std::vector<std::uint32_t> subflows;
  std::vector<std::size_t> segments;

  std::size_t PlaceOf(std::uint32_t subflow) const {
    return static_cast<std::size_t>(std::find(subflows.begin(), subflows.end(), subflow) - subflows.begin());
  }
};

Scope ScopeOf(const Capture& capture, const LadderOptions& options) {
  const auto& connections = capture.tracker.connections();
  if (!options.whole_capture) {
    return {{options.connection}, connections[options.connection].subflows, connections[options.connection].segments};
  }
  Scope scope;
  for (std::size_t i = 0; i < connections.size(); ++i) scope.connections.push_back(i);
  for (std::uint32_t i = 0; i < capture.tracker.subflows().size(); ++i) scope.subflows.push_back(i);
  for (std::size_t i = 0; i < capture.tracker.segments().size(); ++i) scope.segments.push_back(i);
  return scope;
}

std::string Addresses(const ConnectionTracker& tracker, const Scope& scope, Side side) {
  std::string text;
  std::set<IpAddress> seen;
  for (const std::uint32_t subflow : scope.subflows) {
    const IpAddress& address = tracker.subflows()[subflow].AddressOf(side).address;
    if (seen.insert(address).second) text += (text.empty() ? "" : ", ") + address.ToString();
  }
  return text;
}

// Segments that are drawn as one arrow, in the order of their departure: mostly one.
using Burst = std::vector<std::size_t>;

LadderArrow ArrowOf(const Capture& capture, const Scope& scope, const Burst& burst, const std::vector<SegmentTiming>& timing) {
  const TrackedSegment& first = capture.tracker.segments()[burst.front()];
  const TrackedSubflow& subflow = capture.tracker.subflows()[first.subflow];
  const TrackedConnection& connection = capture.tracker.connections()[subflow.connection];
  LadderArrow arrow{.from = Index(first.from), .to = Index(Other(first.from)), .path = scope.PlaceOf(first.subflow)};
  std::uint32_t bytes = 0;
  for (const std::size_t index : burst) bytes += capture.tracker.segments()[index].payload;
  arrow.sent = timing[burst.front()].sent;
  arrow.arrived = timing[burst.back()].arrived;
  arrow.kind = KindOf(first);
  arrow.fate = timing[burst.front()].fate;
  arrow.again = first.retransmission;
  arrow.problem = IsWrong(first);
  arrow.label = BurstLabel(first, subflow, burst.size(), bytes);
  if (arrow.again) arrow.label += " again";
  arrow.detail = fmt::format("packet {}: {}", first.number, Describe(first.View(), BasesOf(first, subflow, connection)));
  if (burst.size() > 1) arrow.detail += fmt::format(", and {} more", burst.size() - 1);
  return arrow;
}

// True if a segment goes on where the burst ends, with nothing special about it.
bool Continues(const Capture& capture, const Burst& burst, std::size_t next, const std::vector<SegmentTiming>& timing) {
  const TrackedSegment& a = capture.tracker.segments()[burst.back()];
  const TrackedSegment& b = capture.tracker.segments()[next];
  const auto plain = [](const TrackedSegment& s) { return KindOf(s) == ArrowKind::kData && !s.retransmission && !IsWrong(s); };
  if (a.subflow != b.subflow || a.from != b.from || !plain(a) || !plain(b) || a.seq + a.payload != b.seq) return false;
  const SegmentTiming& before = timing[burst.back()];
  const SegmentTiming& after = timing[next];
  if (before.fate != after.fate) return false;
  return after.sent - before.sent <= Longer(kShortestPause, (before.arrived - before.sent) / 8);
}

// Bursts in the order of their departure. One ends where anything else departs.
std::vector<Burst> BurstsOf(const Capture& capture, const std::vector<std::size_t>& order,
                            const std::vector<SegmentTiming>& timing, bool merge) {
  std::vector<Burst> bursts;
  for (const std::size_t index : order) {
    if (merge && !bursts.empty() && Continues(capture, bursts.back(), index, timing)) {
      bursts.back().push_back(index);
    } else {
      bursts.push_back({index});
    }
  }
  return bursts;
}

// Counts of one kind of check, as in "3 HMACs right, 1 wrong"; empty if there were none.
struct Tally {
  const char* name;
  std::size_t right = 0, wrong = 0, unchecked = 0;
  void Count(Verdict verdict) {
    right += verdict == Verdict::kRight;
    wrong += verdict == Verdict::kWrong;
    unchecked += verdict == Verdict::kUnchecked;
  }
  std::string Text() const {
    if (right + wrong + unchecked == 0) return "";
    std::string text = fmt::format("; {}: {} right", name, right);
    if (wrong > 0) text += fmt::format(", {} WRONG", wrong);
    if (unchecked > 0) text += fmt::format(", {} not checked", unchecked);
    return text;
  }
};

// Those that end with an arrow of the ladder.
void AddBrackets(std::vector<LadderBracket> brackets, const Scope& scope, Ladder& ladder) {
  for (LadderBracket& bracket : brackets) {
    if (ladder.arrows.empty() || bracket.from < ladder.arrows.front().sent || bracket.to > ladder.arrows.back().sent) continue;
    bracket.path = scope.PlaceOf(static_cast<std::uint32_t>(bracket.path));
    ladder.brackets.push_back(std::move(bracket));
  }
}

void AddNotes(const Capture& capture, const TrackedConnection& connection, std::size_t left_out, Ladder& ladder) {
  if (left_out > 0) ladder.notes.push_back(fmt::format("{} more segments are not drawn (--limit)", left_out));
  if (capture.vantage_points == VantagePoints::kOne) {
    ladder.notes.push_back(
        "Captured at one place: times elsewhere are estimated from the handshake, losses from retransmissions");
  }
  if (!capture.clock_offset.IsZero()) {
    ladder.notes.push_back("The clock of the second capture is ahead by " + ShortDuration(capture.clock_offset) + "; corrected");
  }
  std::size_t shown = 0;
  for (const Finding& finding : connection.findings) {
    if (++shown > kMostFindings) break;
    ladder.notes.push_back(fmt::format("{}packet {}: {}", finding.is_problem ? "PROBLEM, " : "",
                                       capture.tracker.segments()[finding.segment].number, finding.text));
  }
  if (shown > kMostFindings)
    ladder.notes.push_back(fmt::format("and {} more findings", connection.findings.size() - kMostFindings));
}

}  // namespace

std::string ShortDuration(Duration duration) {
  const double seconds = duration.seconds();
  const double size = seconds < 0 ? -seconds : seconds;
  if (size >= 1) return fmt::format("{:.2f} s", seconds);
  if (size >= 0.01) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (size >= 0.001) return fmt::format("{:.1f} ms", seconds * 1e3);
  return fmt::format("{:.0f} us", seconds * 1e6);
}

ConnectionSummary Summarize(const Capture& capture, std::size_t connection) {
  const TrackedConnection& tracked = capture.tracker.connections()[connection];
  const TrackedSubflow& first = capture.tracker.subflows()[tracked.subflows.front()];
  Tally hmacs{"HMACs"}, checksums{"checksums"}, keys{"echoed keys"};
  for (const std::size_t index : tracked.segments) {
    const TrackedSegment& segment = capture.tracker.segments()[index];
    hmacs.Count(segment.hmac);
    checksums.Count(segment.checksum);
    keys.Count(segment.key);
  }
  return {
      .title = fmt::format("Connection {}: {}, {} to {}", connection + 1, ToString(tracked.protocol),
                           first.AddressOf(Side::kClient).ToString(), first.AddressOf(Side::kServer).ToString()),
      .detail = fmt::format("{} subflow{}, {} segments{}{}{}", tracked.subflows.size(), tracked.subflows.size() == 1 ? "" : "s",
                            tracked.segments.size(), hmacs.Text(), keys.Text(), checksums.Text())};
}

Ladder BuildLadder(const Capture& capture, const LadderOptions& options) {
  const Scope scope = ScopeOf(capture, options);
  const auto timing = EstimateTiming(capture);
  const ConnectionSummary summary = Summarize(capture, options.connection);
  Ladder ladder{.title = summary.title, .subtitle = summary.detail};
  ladder.hosts = {{"client", Addresses(capture.tracker, scope, Side::kClient)},
                  {"server", Addresses(capture.tracker, scope, Side::kServer)}};
  for (std::size_t i = 0; i < scope.subflows.size(); ++i) {
    ladder.paths.push_back(PathName(capture.tracker.subflows()[scope.subflows[i]], i + 1));
  }
  std::vector<std::size_t> order = scope.segments;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return timing[a].sent < timing[b].sent; });
  ladder.start = timing[order.front()].sent;
  std::erase_if(order, [&](std::size_t index) { return timing[index].sent - ladder.start < options.skip; });
  std::size_t left_out = 0;
  for (const Burst& burst : BurstsOf(capture, order, timing, options.merge_bursts)) {
    if (ladder.arrows.size() < options.limit) {
      ladder.arrows.push_back(ArrowOf(capture, scope, burst, timing));
    } else {
      left_out += burst.size();
    }
  }
  for (const std::size_t connection : scope.connections) AddBrackets(FindTimers(capture, connection, timing), scope, ladder);
  AddNotes(capture, capture.tracker.connections()[options.connection], left_out, ladder);
  return ladder;
}

}  // namespace mptcpp::trace
