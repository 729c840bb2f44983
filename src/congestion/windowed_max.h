// SPDX-License-Identifier: Apache-2.0
// The largest of the samples of the last `window` ticks, in constant space (Kathleen Nichols' filter, as in Linux's win_minmax):
// the best, the second best after it, the third best after that. When the best grows too old the next takes its place.
#pragma once

#include <array>
#include <cstdint>

namespace mptcpp::congestion {

template <typename T>
class WindowedMax {
 public:
  explicit WindowedMax(std::uint64_t window) : window_(window) {}

  T value() const { return best_[0].value; }
  void Reset(T value, std::uint64_t tick) { best_.fill({tick, value}); }
  void Add(T value, std::uint64_t tick) {
    const Entry entry{tick, value};
    if (value >= best_[0].value || tick - best_[2].tick > window_) {
      best_.fill(entry);  // a new maximum, or nothing in the window
      return;
    }
    if (value >= best_[1].value) {
      best_[1] = best_[2] = entry;
    } else if (value >= best_[2].value) {
      best_[2] = entry;
    }
    Expire(entry);
  }

 private:
  struct Entry {
    std::uint64_t tick = 0;
    T value{};
  };
  // Runners-up must be young: a quarter and a half of the window apart, or they would expire together with the best.
  void Expire(const Entry& entry) {
    const std::uint64_t age = entry.tick - best_[0].tick;
    if (age > window_) {
      best_ = {best_[1], best_[2], entry};
      if (entry.tick - best_[0].tick > window_) best_ = {best_[1], entry, entry};
    } else if (best_[1].tick == best_[0].tick && age > window_ / 4) {
      best_[1] = best_[2] = entry;
    } else if (best_[2].tick == best_[1].tick && age > window_ / 2) {
      best_[2] = entry;
    }
  }

  std::uint64_t window_;
  std::array<Entry, 3> best_{};
};

}  // namespace mptcpp::congestion
