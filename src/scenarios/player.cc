// SPDX-License-Identifier: Apache-2.0
#include "scenarios/player.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mptcpp::scenarios {
namespace {

constexpr std::size_t kMostArrows = 80;

// The first thing that does not fit; empty if all does.
class Comparison {
 public:
  Comparison(const World& world, std::string_view expectation) : world_(world), lines_(ParseExpectation(expectation)) {}

  std::string Failure() {
    for (const ExpectedLine& line : lines_) {
      std::string failure;
      switch (line.kind) {
        case ExpectedLine::Kind::kAnything: skipping_ = true; break;
        case ExpectedLine::Kind::kSegment: failure = Segment(line); break;
        case ExpectedLine::Kind::kEnd: failure = End(line); break;
      }
      if (!failure.empty()) return failure;
    }
    return AllUsed();
  }

 private:
  std::string Segment(const ExpectedLine& line) {
    const std::size_t size = world_.recorder.size();
    const std::size_t first = next_;
    for (; next_ < size; ++next_) {
      const std::string why = WhyNotThis(line, next_);
      if (why.empty()) {
        skipping_ = false;
        last_ = next_++;
        return "";
      }
      if (!skipping_) {
        return fmt::format("expected {}\nbut came {} {}\n   which {}", line.text, world_.recorder.WhoOf(next_),
                           world_.recorder.LabelOf(next_), why);
      }
    }
    return fmt::format("expected {}\nbut nothing like it came{}", line.text,
                       first < size ? fmt::format(" after {} segments", first) : "");
  }

  std::string WhyNotThis(const ExpectedLine& line, std::size_t index) const {
    if (line.who != world_.recorder.WhoOf(index)) return "is another way";
    if (std::string why = WhyNot(line.words, world_.recorder.FactsOf(index)); !why.empty()) return why;
    if (!line.after) return "";
    const auto& segments = world_.recorder.tracker().segments();
    const Duration passed = segments[index].at - segments[last_].at;
    const Duration tolerance = Longer(Duration::Millis(1), *line.after / 20);
    if (passed >= *line.after - tolerance && passed <= *line.after + tolerance) return "";
    return fmt::format("left after {:.1f} ms", passed.seconds() * 1e3);
  }

  std::string End(const ExpectedLine& line) {
    const Party& party = line.who == "C" ? world_.client : world_.server;
    const std::string why = WhyNot(line.words, party.Facts());
    return why.empty() ? "" : fmt::format("expected {}\nbut it {}\n   it is: {}", line.text, why, party.FactsText());
  }

  std::string AllUsed() const {
    if (skipping_ || next_ == world_.recorder.size()) return "";
    return fmt::format("expected nothing more\nbut came {} {}", world_.recorder.WhoOf(next_), world_.recorder.LabelOf(next_));
  }

  const World& world_;
  std::vector<ExpectedLine> lines_;
  std::size_t next_ = world_.beginning(), last_ = next_;
  bool skipping_ = false;
};

std::vector<PlayedSegment> SegmentsOf(const Recorder& recorder, std::size_t beginning) {
  std::vector<PlayedSegment> played;
  const auto& segments = recorder.tracker().segments();
  for (std::size_t i = beginning; i < segments.size(); ++i) {
    played.push_back({.at = segments[i].at - segments[beginning].at,
                      .who = recorder.WhoOf(i),
                      .label = recorder.LabelOf(i),
                      .lost = !segments[i].arrived,
                      .again = segments[i].retransmission});
  }
  return played;
}

}  // namespace

Outcome Play(const Scenario& scenario, const PlayOptions& options) {
  Outcome outcome;
  World world(scenario.options());
  if (!options.capture_path.empty()) {
    auto pcap = trace::PcapWriter::Open(options.capture_path);
    if (pcap) {
      world.recorder.CaptureTo(std::move(*pcap), options.capture_of);
    } else {
      outcome.capture_error = pcap.error();
    }
  }
  scenario.play(world);
  outcome.failure = Comparison(world, scenario.expect).Failure();
  for (const std::string& failure : world.failures()) outcome.failure += (outcome.failure.empty() ? "" : "\n") + failure;
  outcome.passed = outcome.failure.empty();
  outcome.segments = SegmentsOf(world.recorder, world.beginning());
  outcome.beginning = world.beginning();
  outcome.client_end = world.client.FactsText();
  outcome.server_end = world.server.FactsText();
  if (outcome.capture_error.empty()) outcome.capture_error = world.recorder.FinishCapture();
  outcome.recording = std::make_unique<trace::Capture>(world.recorder.capture());
  return outcome;
}

trace::Ladder LadderOf(const Scenario& scenario, const Outcome& outcome) {
  const auto& all = outcome.recording->tracker.segments();
  const Duration skipped = outcome.beginning < all.size() ? all[outcome.beginning].at - all[0].at : Duration::Zero();
  const trace::LadderOptions options{.limit = kMostArrows, .skip = skipped, .whole_capture = true, .merge_bursts = false};
  trace::Ladder ladder = trace::BuildLadder(*outcome.recording, options);
  ladder.title = scenario.title;
  ladder.subtitle = fmt::format("{} {} ({})", scenario.id, scenario.name, scenario.source);
  ladder.start = ladder.start + skipped;
  ladder.notes.clear();
  if (*scenario.corrected != '\0') ladder.notes.push_back(std::string("Corrected: ") + scenario.corrected);
  return ladder;
}

}  // namespace mptcpp::scenarios
