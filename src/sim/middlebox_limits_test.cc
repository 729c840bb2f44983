// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_limits.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

TEST(SizeBlackHoleTest, SwallowsWhatIsLonger) {
  BoxBench bench;
  bench.Add(std::make_unique<SizeBlackHole>(50, Directions{.there = true, .back = false}));
  const std::string ten(10, 'x'), eleven(11, 'x');
  bench.There({.payload = ten});  // 20 + 20 + 10
  bench.There({.payload = eleven});
  bench.Back({.payload = eleven});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.payload = ten}), bench.IsBack({.payload = eleven})}));
}

TEST(PolicerTest, ABurstThenTheRate) {
  BoxBench bench;
  bench.Add(std::make_unique<Policer>(Rate::BytesPerSecond(1000), Bytes(300), Directions{.there = true, .back = false}));
  const std::string payload(60, 'x');  // 100 bytes on the wire
  const auto passed = [&](int sent) {
    for (int i = 0; i < sent; ++i) bench.There({.payload = payload});
    return bench.Take().size();
  };
  EXPECT_EQ(passed(5), 3u);
  bench.Run(Duration::Millis(200));
  EXPECT_EQ(passed(5), 2u);
  bench.Run(Duration::Seconds(10));
  EXPECT_EQ(passed(5), 3u) << "no more than the burst is saved up";
  bench.Back({.payload = payload});
  EXPECT_EQ(bench.Take().size(), 1u);
}

}  // namespace
}  // namespace mptcpp::sim
