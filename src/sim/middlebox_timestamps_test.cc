// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_timestamps.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

using Mode = TimestampMangler::Mode;

std::string Stamp(std::uint32_t value, std::uint32_t echo) {
  std::array<std::byte, 10> option{};
  wire::WriteTimestamps(option, {.value = value, .echo_reply = echo});
  return "0101" + ToHex(option);
}
// What the bench's box draws first and second.
std::pair<std::uint32_t, std::uint32_t> Draws() {
  RandomStream random(1, "path/0");
  const auto first = static_cast<std::uint32_t>(random.Next());
  return {first, static_cast<std::uint32_t>(random.Next())};
}

TEST(TimestampManglerTest, AShiftIsTakenOffTheEcho) {
  BoxBench bench;
  bench.Add(std::make_unique<TimestampMangler>(Mode::kShift, Directions{}));
  const auto [there, back] = Draws();
  const std::string syn = Stamp(10, 0), answer = Stamp(77, 10 + there);
  bench.There({.flags = "S", .options = syn});
  bench.Back({.flags = "SA", .options = answer});
  const std::string syn_out = Stamp(10 + there, 0), answer_out = Stamp(77 + back, 10);
  EXPECT_EQ(bench.Take(),
            (Lines{bench.IsThere({.flags = "S", .options = syn_out}), bench.IsBack({.flags = "SA", .options = answer_out})}));
}

TEST(TimestampManglerTest, TheEchoMayBeForgotten) {
  BoxBench bench;
  bench.Add(std::make_unique<TimestampMangler>(Mode::kForgetEcho, Directions{.there = true, .back = false}));
  const auto [there, back] = Draws();
  const std::string data = Stamp(10, 5), ack = Stamp(77, 10 + there), out = Stamp(10 + there, 5);
  bench.There({.options = data, .payload = "x"});
  bench.Back({.options = ack});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.options = out, .payload = "x"}), bench.IsBack({.options = ack})}));
}

TEST(TimestampManglerTest, TimeMayStandStill) {
  BoxBench bench;
  bench.Add(std::make_unique<TimestampMangler>(Mode::kFreeze, Directions{}));
  const std::string first = Stamp(10, 5), second = Stamp(20, 6), out = Stamp(10, 6);
  bench.There({.options = first});
  bench.There({.options = second});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.options = first}), bench.IsThere({.options = out})}));
}

TEST(TimestampManglerTest, NoiseAndSegmentsWithoutTimestamps) {
  BoxBench bench;
  bench.Add(std::make_unique<TimestampMangler>(Mode::kRandom, Directions{}));
  const std::string stamp = Stamp(10, 5);
  bench.There({.options = stamp});
  bench.There({.options = stamp});
  bench.There({.payload = "x"});
  const Lines lines = bench.Take();
  EXPECT_NE(lines[0], lines[1]);
  EXPECT_EQ(lines[2], bench.IsThere({.payload = "x"}));
}

}  // namespace
}  // namespace mptcpp::sim
