// SPDX-License-Identifier: Apache-2.0
#include "apps/path_watch.h"

#include <gtest/gtest.h>

#include <set>

#include "drivers/os_random.h"

namespace mptcpp::apps {
namespace {

class PathWatchTest : public testing::Test {
 protected:
  PathWatchTest() : endpoint_({}, random_), watch_(endpoint_) {
    for (const char* device : {"a", "b"}) {
      EXPECT_TRUE(watch_.Add({.address = IpAddress::V4(10, 0, 0, static_cast<std::uint8_t>(device[0])), .subflow = true}, device, now_));
    }
  }
  std::size_t OfferedWithout(const std::set<std::string>& lost) {
    watch_.Update([&](const IpAddress&, const std::string& device) { return !lost.contains(device); }, now_);
    return watch_.offered();
  }

  drivers::OsRandom random_;
  Instant now_ = Instant::FromNanos(1);
  Endpoint endpoint_;
  PathWatch watch_;
};

TEST_F(PathWatchTest, WithdrawsWhatIsLostAndOffersWhatIsBack) {
  EXPECT_EQ(OfferedWithout({}), 2u);
  EXPECT_EQ(OfferedWithout({"a"}), 1u);
  EXPECT_EQ(OfferedWithout({}), 2u);
}

TEST_F(PathWatchTest, LeavesTheLastOneAlone) {
  EXPECT_EQ(OfferedWithout({"a", "b"}), 1u);  // b is still offered
  EXPECT_EQ(OfferedWithout({"b"}), 1u);       // a is back: b goes
  EXPECT_EQ(OfferedWithout({}), 2u);
}

}  // namespace
}  // namespace mptcpp::apps
