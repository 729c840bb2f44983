// SPDX-License-Identifier: Apache-2.0
#include "trace/capture.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "trace/pcap_reader.h"
#include "trace/sightings.h"

namespace mptcpp::trace {
namespace {

constexpr std::size_t kMostFiles = 2;
// The same bytes this much later were sent again, not the same packet elsewhere: in general, and relative to what the packets
// before took in this direction.
constexpr Duration kLongestTravel = Duration::Seconds(2);
constexpr Duration kShortestLimit = Duration::Millis(50);
constexpr std::int64_t kDelayGrowth = 4;

std::expected<std::vector<Sighting>, std::string> Look(const std::string& path) {
  auto reader = PcapReader::Open(path);
  if (!reader) return std::unexpected(reader.error());
  std::vector<Sighting> sightings;
  while (const auto packet = reader->Next()) {
    if (const auto sighting = SightingOf(*packet)) sightings.push_back(*sighting);
  }
  if (!reader->error().empty() && sightings.empty()) return std::unexpected(reader->error());
  return sightings;
}

// The packets of all files in the order of their time. Their bytes are those of the reader, so one packet is out at a time.
class Merged {
 public:
  explicit Merged(Duration offset) : offset_(offset) {}
  std::string Open(const std::string& path) {
    auto reader = PcapReader::Open(path);
    if (!reader) return reader.error();
    readers_.push_back({std::move(*reader), std::nullopt});
    Refill(readers_.size() - 1);
    return "";
  }
  struct Item {
    CapturedPacket packet;
    int file;
  };
  std::optional<Item> Next() {
    if (last_ >= 0) Refill(static_cast<std::size_t>(last_));
    int best = -1;
    for (int i = 0; i < static_cast<int>(readers_.size()); ++i) {
      const auto& head = readers_[static_cast<std::size_t>(i)].head;
      if (head && (best < 0 || head->at < readers_[static_cast<std::size_t>(best)].head->at)) best = i;
    }
    last_ = best;
    if (best < 0) return std::nullopt;
    return Item{*readers_[static_cast<std::size_t>(best)].head, best};
  }

 private:
  struct Source {
    PcapReader reader;
    std::optional<CapturedPacket> head;
  };
  void Refill(std::size_t file) {
    readers_[file].head = readers_[file].reader.Next();
    if (file == 1 && readers_[file].head) readers_[file].head->at = readers_[file].head->at - offset_;
  }

  Duration offset_;
  std::vector<Source> readers_;
  int last_ = -1;  // the file of the packet that is out
};

// Brings the second sighting of a packet to the segment that the first one made.
class Matcher {
 public:
  Matcher(Capture& capture, SourceFiles sources) : capture_(capture), sources_(std::move(sources)) {}

  void Take(const Merged::Item& item) {
    ++capture_.packets;
    capture_.end = item.packet.at;
    const auto sighting = SightingOf(item.packet);
    if (!sighting) return;
    if (IsSecondSighting(*sighting, item.file)) return;
    if (const auto index = capture_.tracker.Add(item.packet)) waiting_[sighting->digest].push_back(*index);
  }

  // Where one end saw super-segments and the other what they were split into, the bytes tell.
  void MatchByBytes() {
    for (std::size_t i = 0; i < capture_.tracker.segments().size(); ++i) {
      const TrackedSegment& segment = capture_.tracker.segments()[i];
      if (segment.arrived || segment.payload == 0) continue;
      const TrackedSubflow& subflow = capture_.tracker.subflows()[segment.subflow];
      const auto found = arrivals_.find({subflow.AddressOf(segment.from), subflow.AddressOf(Other(segment.from))});
      if (found == arrivals_.end()) continue;
      const SeqNum last = segment.seq + (segment.payload - 1);
      const auto& arrivals = found->second;
      auto arrival =
          std::lower_bound(arrivals.begin(), arrivals.end(), segment.at, [](const Sighting& a, Instant at) { return a.at < at; });
      for (; arrival != arrivals.end() && arrival->at - segment.at <= kLongestTravel; ++arrival) {
        if (arrival->seq.After(last) || !last.Before(arrival->end)) continue;
        capture_.tracker.SetArrival(i, arrival->at);
        break;
      }
    }
  }

 private:
  bool IsSecondSighting(Sighting sighting, int file) {
    if (capture_.vantage_points == VantagePoints::kOne) return false;
    if (capture_.vantage_points == VantagePoints::kTwoFiles) {
      const auto source = sources_.find(sighting.direction);
      if (source == sources_.end()) return false;  // only one file has this direction
      if (source->second == file) return false;
      if (!SetArrival(sighting) && sighting.seq != sighting.end) arrivals_[sighting.direction].push_back(sighting);
      return true;
    }
    return SetArrival(sighting);
  }

  bool SetArrival(const Sighting& sighting) {
    auto& queue = waiting_[sighting.digest];
    const auto longest = longest_delay_.find(sighting.direction);
    const Duration limit = longest == longest_delay_.end()
                               ? kLongestTravel
                               : Shorter(kLongestTravel, Longer(kShortestLimit, longest->second * kDelayGrowth));
    // What has been waiting for longer is lost.
    while (!queue.empty() && sighting.at - capture_.tracker.segments()[queue.front()].at > limit) queue.pop_front();
    if (queue.empty()) return false;
    const std::size_t index = queue.front();
    queue.pop_front();
    capture_.tracker.SetArrival(index, sighting.at);
    Duration& most = longest_delay_[sighting.direction];
    most = Longer(most, sighting.at - capture_.tracker.segments()[index].at);
    return true;
  }

  Capture& capture_;
  SourceFiles sources_;
  std::unordered_map<std::uint64_t, std::deque<std::size_t>> waiting_;  // sent, not yet seen to arrive
  std::map<Direction, std::vector<Sighting>> arrivals_;                 // of no sent packet as a whole
  std::map<Direction, Duration> longest_delay_;
};

}  // namespace

std::expected<Capture, std::string> ReadCapture(std::span<const std::string> paths) {
  if (paths.empty() || paths.size() > kMostFiles) return std::unexpected("one capture, or two of the same conversation");
  std::vector<std::vector<Sighting>> files;
  for (const std::string& path : paths) {
    auto sightings = Look(path);
    if (!sightings) return std::unexpected(sightings.error());
    files.push_back(std::move(*sightings));
  }

  Capture capture;
  SourceFiles sources;
  if (files.size() == kMostFiles) {
    capture.vantage_points = VantagePoints::kTwoFiles;
    capture.clock_offset = ClockOffset(files[0], files[1]);
    sources = FindSources(files[0], files[1], capture.clock_offset);
    if (sources.empty()) return std::unexpected(paths[0] + " and " + paths[1] + " have no packet in common");
  } else if (HasBothEnds(files[0])) {
    capture.vantage_points = VantagePoints::kOneFile;
  }

  Merged merged(capture.clock_offset);
  for (const std::string& path : paths) {
    if (const std::string problem = merged.Open(path); !problem.empty()) return std::unexpected(problem);
  }
  Matcher matcher(capture, std::move(sources));
  while (const auto item = merged.Next()) matcher.Take(*item);
  matcher.MatchByBytes();
  return capture;
}

}  // namespace mptcpp::trace
