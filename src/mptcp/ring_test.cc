// SPDX-License-Identifier: Apache-2.0
#include "mptcp/ring.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

namespace mptcpp::core {
namespace {

TEST(Ring, BehavesLikeADeque) {
  Ring<int> ring;
  std::deque<int> model;
  std::uint32_t random = 1;
  for (int step = 0; step < 20000; ++step) {
    random = random * 1664525 + 1013904223;
    const std::uint32_t choice = (random >> 16) % 8;
    const std::size_t at = model.empty() ? 0 : (random >> 8) % model.size();
    if (choice < 3) {
      ring.push_back(step);
      model.push_back(step);
    } else if (choice == 3) {
      ring.insert(at, step);
      model.insert(model.begin() + static_cast<std::ptrdiff_t>(at), step);
    } else if (!model.empty() && choice == 4) {
      ring.erase(at);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (!model.empty() && choice == 5) {
      ring.pop_back();
      model.pop_back();
    } else if (!model.empty()) {
      ring.pop_front();
      model.pop_front();
    }
    ASSERT_EQ(ring.size(), model.size());
    for (std::size_t i = 0; i < model.size(); ++i) ASSERT_EQ(ring[i], model[i]);
  }
}

TEST(Ring, LetsGoOfWhatItDrops) {
  Ring<std::shared_ptr<int>> ring;
  auto value = std::make_shared<int>(1);
  ring.push_back(value);
  ring.pop_front();
  EXPECT_EQ(value.use_count(), 1);
}

}  // namespace
}  // namespace mptcpp::core
