// SPDX-License-Identifier: Apache-2.0
#include "laboratory/receive_queues.h"

#include <algorithm>
#include <array>

namespace mptcpp::laboratory {
namespace {

constexpr std::size_t kSubflows = 256;  // what Arrival::subflow can say

// Takes what is in order now off the front; returns the next segment expected.
std::uint32_t Drain(SegmentList& list, std::uint32_t expected) {
  while (list.first() == expected && expected != list.head()) list.Remove(expected++);
  return expected;
}

// The place for `segment`, searched from the end.
std::uint32_t SearchBackwards(const SegmentList& list, std::uint32_t segment, QueueWork& work) {
  std::uint32_t place = list.last();
  for (; place != list.head() && place > segment; place = list.Before(place)) ++work.steps;
  return place;
}

// Calls insert(arrival) for what is not in order and drain(expected) after what is.
template <typename Insert, typename DrainFrom>
QueueWork Play(const std::vector<Arrival>& arrivals, Insert insert, DrainFrom drain) {
  QueueWork work;
  std::uint32_t expected = 0;
  for (const Arrival& arrival : arrivals) {
    if (arrival.segment == expected) {
      expected = drain(expected + 1);
    } else {
      ++work.inserted;
      insert(arrival, work);
    }
  }
  return work;
}

// Runs of consecutive segments: where each begins and ends, linked by their first segment.
class BatchList {
 public:
  explicit BatchList(std::size_t segments) : runs_(segments), end_of_(segments, 0) {}

  // `hint`: the first segment of the run that this subflow's last segment went to, or kNone. Returns that of the new one.
  std::uint32_t Insert(std::uint32_t segment, std::uint32_t hint, QueueWork& work) {
    if (hint != SegmentList::kNone && runs_.Holds(hint) && end_of_[hint] == segment) {
      ++work.hits;
      return Append(hint, segment);
    }
    const std::uint32_t place = SearchBackwards(runs_, segment, work);
    if (place != runs_.head() && end_of_[place] == segment) return Append(place, segment);
    runs_.InsertAfter(place, segment);
    end_of_[segment] = segment + 1;
    return JoinNext(segment);
  }
  std::uint32_t Drain(std::uint32_t expected) {
    while (runs_.first() == expected && expected != runs_.head()) {
      const std::uint32_t run = expected;
      expected = end_of_[run];
      runs_.Remove(run);
    }
    return expected;
  }

 private:
  std::uint32_t Append(std::uint32_t run, std::uint32_t segment) {
    end_of_[run] = segment + 1;
    return JoinNext(run);
  }
  std::uint32_t JoinNext(std::uint32_t run) {
    const std::uint32_t next = runs_.After(run);
    if (next != runs_.head() && end_of_[run] == next) {
      end_of_[run] = end_of_[next];
      runs_.Remove(next);
    }
    return run;
  }

  SegmentList runs_;
  std::vector<std::uint32_t> end_of_;
};

}  // namespace

void SegmentList::InsertAfter(std::uint32_t place, std::uint32_t segment) {
  const std::uint32_t after = next_[place];
  next_[place] = previous_[after] = segment;
  next_[segment] = after;
  previous_[segment] = place;
}

void SegmentList::Remove(std::uint32_t segment) {
  next_[previous_[segment]] = next_[segment];
  previous_[next_[segment]] = previous_[segment];
  next_[segment] = previous_[segment] = kNone;
}

QueueWork PlayList(const std::vector<Arrival>& arrivals) {
  SegmentList list(arrivals.size());
  return Play(
      arrivals, [&](const Arrival& a, QueueWork& work) { list.InsertAfter(SearchBackwards(list, a.segment, work), a.segment); },
      [&](std::uint32_t expected) { return Drain(list, expected); });
}

QueueWork PlayTree(const std::vector<Arrival>& arrivals) {
  std::map<std::uint32_t, std::uint8_t> tree;
  return Play(
      arrivals, [&](const Arrival& a, QueueWork&) { tree.emplace(a.segment, a.subflow); },
      [&](std::uint32_t expected) {
        while (!tree.empty() && tree.begin()->first == expected) {
          tree.erase(tree.begin());
          ++expected;
        }
        return expected;
      });
}

QueueWork PlayHint(const std::vector<Arrival>& arrivals) {
  SegmentList list(arrivals.size());
  std::array<std::uint32_t, kSubflows> hints;
  hints.fill(SegmentList::kNone);
  return Play(
      arrivals,
      [&](const Arrival& a, QueueWork& work) {
        const std::uint32_t hint = hints[a.subflow];
        // The place is right behind it if whatever follows there comes later than this segment.
        const bool hit = hint != SegmentList::kNone && list.Holds(hint) && hint < a.segment &&
                         (list.After(hint) == list.head() || list.After(hint) > a.segment);
        work.hits += hit;
        list.InsertAfter(hit ? hint : SearchBackwards(list, a.segment, work), a.segment);
        hints[a.subflow] = a.segment;
      },
      [&](std::uint32_t expected) { return Drain(list, expected); });
}

QueueWork PlayBatches(const std::vector<Arrival>& arrivals) {
  BatchList batches(arrivals.size());
  std::array<std::uint32_t, kSubflows> hints;
  hints.fill(SegmentList::kNone);
  return Play(
      arrivals,
      [&](const Arrival& a, QueueWork& work) { hints[a.subflow] = batches.Insert(a.segment, hints[a.subflow], work); },
      [&](std::uint32_t expected) { return batches.Drain(expected); });
}

QueueWork PlayRanges(const std::vector<Arrival>& arrivals) {
  core::RangeSet ranges;
  return Play(
      arrivals, [&](const Arrival& a, QueueWork&) { ranges.Insert(a.segment, a.segment + 1); },
      [&](std::uint32_t expected) {
        if (!ranges.empty() && ranges.front().start == expected) {
          expected = static_cast<std::uint32_t>(ranges.front().end);
          ranges.RemoveFront();
        }
        return expected;
      });
}

}  // namespace mptcpp::laboratory
