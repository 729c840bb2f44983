// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_registry.h"

#include <set>

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

// What must be given, for those that need something.
ParameterMap Required(std::string_view name) {
  if (name == "nat") return {{"outside", "5.6.7.8"}};
  if (name == "balance") return {{"virtual", "203.0.113.5"}, {"servers", "10.0.0.1, 10.0.0.2"}};
  return {};
}

TEST(MiddleboxRegistryTest, EveryNameMakesABoxThatPassesOrAnswersAPacket) {
  std::set<std::string_view> names;
  for (const MiddleboxKind& kind : MiddleboxKinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_FALSE(kind.sentence.empty());
    auto box = MakeMiddlebox(kind.name, Required(kind.name));
    ASSERT_TRUE(box) << box.error();
    BoxBench bench;
    bench.Add(std::move(*box));
    bench.There({.flags = "S", .options = "020405b4"});
    bench.Run(Duration::Seconds(5));
    EXPECT_EQ(bench.Take().size(), kind.name == "duplicate" ? 2u : 1u) << kind.name;
  }
}

// Each parameter that the list names exists: a value that nobody understands is complained about by its own name.
TEST(MiddleboxRegistryTest, TheListedParametersAreTheParameters) {
  for (const MiddleboxKind& kind : MiddleboxKinds()) {
    std::string_view rest = kind.parameters;
    while (!rest.empty()) {
      const std::string word(rest.substr(0, rest.find(' ')));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      const std::string name = word.substr(0, word.find('='));
      if (name == "find" || name == "replace" || name == "page") continue;  // any text will do
      ParameterMap parameters = Required(kind.name);
      parameters[name] = "?";
      const auto box = MakeMiddlebox(kind.name, parameters);
      ASSERT_FALSE(box) << kind.name << " " << name;
      EXPECT_EQ(box.error().find(std::string(kind.name) + ": " + name + " = \"?\""), 0u) << box.error();
    }
  }
}

TEST(MiddleboxRegistryTest, SaysWhatIsWrong) {
  const auto error = [](std::string_view name, const ParameterMap& parameters) {
    return MakeMiddlebox(name, parameters).error();
  };
  EXPECT_EQ(error("strip", {}).find("no middlebox is called strip; there are: nat rewrite-isn strip-syn "), 0u);
  EXPECT_EQ(error("nat", {}), "nat: outside is missing: an IP address is expected");
  EXPECT_EQ(error("clamp-mss", {{"mss", "many"}}), "clamp-mss: mss = \"many\": a whole number from 1 to 65535 is expected");
  EXPECT_EQ(error("clamp-mss", {{"size", "5"}}), "clamp-mss: no parameter is called size; there are: mss direction phase lasting only");
  EXPECT_EQ(error("syn-proxy", {{"size", "5"}}), "syn-proxy: no parameter is called size; there are: phase lasting only");
}

TEST(MiddleboxRegistryTest, ParametersReachTheBox) {
  BoxBench bench;
  bench.Add(*MakeMiddlebox("strip-data", {{"action", "nop"}, {"direction", "back"}, {"synack", "true"}}));
  bench.Back({.flags = "SA", .options = "1e040101"});
  bench.There({.options = "1e082001 00000001"});
  EXPECT_EQ(bench.Take(),
            (Lines{bench.IsBack({.flags = "SA", .options = "01010101"}), bench.IsThere({.options = "1e082001 00000001"})}));
}

}  // namespace
}  // namespace mptcpp::sim
