// SPDX-License-Identifier: Apache-2.0
// Every scenario as a test of its own.
#include <gtest/gtest.h>

#include <set>
#include <span>
#include <string>
#include <vector>

#include "scenarios/player.h"

namespace mptcpp::scenarios {
namespace {

class ScenarioTest : public ::testing::TestWithParam<const Scenario*> {
 protected:
  static void Check() {
    const Outcome outcome = Play(*GetParam());
    EXPECT_TRUE(outcome.passed) << GetParam()->title << "\n" << outcome.failure;
  }
};

std::string TestName(const ::testing::TestParamInfo<const Scenario*>& info) {
  std::string name = std::string(info.param->id) + "_" + info.param->name;
  std::erase(name, '-');
  return name;
}

std::vector<const Scenario*> Chapter(std::span<const Scenario> scenarios) {
  std::vector<const Scenario*> list;
  for (const Scenario& scenario : scenarios) list.push_back(&scenario);
  return list;
}

// The tests of one chapter, under its name.
#define CHAPTER(name)                          \
  class name##Test : public ScenarioTest {};   \
  INSTANTIATE_TEST_SUITE_P(Scenarios, name##Test, ::testing::ValuesIn(Chapter(name())), TestName)

CHAPTER(TcpBasics);
TEST_P(TcpBasicsTest, GoesAsItMust) { Check(); }

CHAPTER(Handshakes);
// Covers: GEN-6, CAP-1, CAP-2, CAP-3, CAP-4, CAP-5, CAP-6, CAP-7, CAP-8, CAP-24, CAP-29, CAP-39, CAP-40, DSS-17, CLOSE-3, V0-1
TEST_P(HandshakesTest, GoesAsItMust) { Check(); }

CHAPTER(FastOpens);
// Covers: TFO-1, TFO-3, TFO-4, TFO-5, TFO-6, TFO-7, CAP-5, CAP-16
TEST_P(FastOpensTest, GoesAsItMust) { Check(); }

CHAPTER(Joins);
// Covers: CAP-20, JOIN-1, JOIN-2, JOIN-6, JOIN-7, JOIN-8, JOIN-9, JOIN-10, JOIN-11, JOIN-12, JOIN-13, JOIN-14, JOIN-15, JOIN-16
// Covers: JOIN-17, JOIN-18, JOIN-19, HEU-1, HEU-2
TEST_P(JoinsTest, GoesAsItMust) { Check(); }

CHAPTER(Mappings);
// Covers: DSS-6, DSS-7, DSS-8, ACK-1, RTX-1, RTX-2
TEST_P(MappingsTest, GoesAsItMust) { Check(); }

CHAPTER(Refusals);
// Covers: CAP-19, CAP-23, CAP-26, CAP-34
TEST_P(RefusalsTest, GoesAsItMust) { Check(); }

CHAPTER(Closings);
// Covers: CLOSE-1, CLOSE-2, CLOSE-3, CLOSE-6, CLOSE-7, CLOSE-11, CLOSE-12, CLOSE-13, CLOSE-16, RST-5
TEST_P(ClosingsTest, GoesAsItMust) { Check(); }

CHAPTER(FastCloses);
// Covers: FC-1, FC-2, FC-3, FC-4, FC-5, FC-6, FC-7, FC-8, RST-7
TEST_P(FastClosesTest, GoesAsItMust) { Check(); }

CHAPTER(Addresses);
// Covers: GEN-8, ADDR-5, ADDR-7, ADDR-9, ADDR-10, ADDR-13, JOIN-4, RM-1, RM-3, RM-6, RM-7, RM-9, PRIO-1, PRIO-2, PRIO-3, MB-1
TEST_P(AddressesTest, GoesAsItMust) { Check(); }

CHAPTER(Farms);
// Covers: CAP-24, JOIN-8, JOIN-19, HEU-8
TEST_P(FarmsTest, GoesAsItMust) { Check(); }

CHAPTER(Failures);
// Covers: RST-2, RST-3
TEST_P(FailuresTest, GoesAsItMust) { Check(); }

CHAPTER(Coupling);
// Covers: CC-2, CC-8
TEST_P(CouplingTest, GoesAsItMust) { Check(); }

CHAPTER(Fallbacks);
// Covers: CAP-34, CAP-36, CAP-38, FB-1, FB-4, FB-6, FB-8, FB-10, FB-11, FB-12, FB-13, FB-16, FB-20, MB-3, MB-7, MB-8, MB-12
TEST_P(FallbacksTest, GoesAsItMust) { Check(); }

CHAPTER(Museum);
// Covers: CAP-35
TEST_P(MuseumTest, GoesAsItMust) { Check(); }

TEST(Catalogue, NamesAreUniqueAndComplete) {
  std::set<std::string> names;
  for (const Scenario* scenario : AllScenarios()) {
    EXPECT_TRUE(names.insert(scenario->id).second) << scenario->id;
    EXPECT_TRUE(names.insert(scenario->name).second) << scenario->name;
    EXPECT_NE(*scenario->title, '\0') << scenario->id;
    EXPECT_NE(*scenario->source, '\0') << scenario->id;
    EXPECT_NE(*scenario->expect, '\0') << scenario->id;
  }
}

TEST(Catalogue, FindsByIdNameAndOtherIdsInAnyCase) {
  ASSERT_NE(FindScenario("s000-12"), nullptr);
  EXPECT_EQ(FindScenario("mptcp-join"), FindScenario("S000-12"));
  EXPECT_EQ(FindScenario("S001-5"), FindScenario("S000-12"));
  EXPECT_EQ(FindScenario("S001"), nullptr);
  EXPECT_EQ(NearestNames("mptcp-jion").front(), "mptcp-join");
  EXPECT_EQ(NearestNames("half").front(), "half-close");
}

// A scenario that expects something else must fail, and say what came.
std::string FailureOf(const char* expectation) {
  Scenario wrong = *FindScenario("S000-1");
  wrong.expect = expectation;
  return Play(wrong).failure;
}

TEST(Player, SaysWhatCameInstead) {
  EXPECT_EQ(FailureOf("C>S SYN\n S>C SYN+ACK[ack=2]"),
            "expected S>C SYN+ACK[ack=2]\nbut came S>C SYN+ACK[seq=0,ack=1]\n   which lacks ack=2 in SYN+ACK");
  EXPECT_EQ(FailureOf("C>S SYN\n C>S ACK"), "expected C>S ACK\nbut came S>C SYN+ACK[seq=0,ack=1]\n   which is another way");
  EXPECT_EQ(FailureOf("C>S SYN !SYN"), "expected C>S SYN !SYN\nbut came C>S SYN[seq=0]\n   which has SYN");
  EXPECT_EQ(FailureOf("C>S SYN lost"), "expected C>S SYN lost\nbut came C>S SYN[seq=0]\n   which lacks lost");
  EXPECT_EQ(FailureOf("C>S SYN\n S>C SYN+ACK after=20ms"),
            "expected S>C SYN+ACK after=20ms\nbut came S>C SYN+ACK[seq=0,ack=1]\n   which left after 10.0 ms");
}

TEST(Player, NothingMayBeLeftOverOrMissing) {
  EXPECT_EQ(FailureOf("C>S SYN\n S>C SYN+ACK"), "expected nothing more\nbut came C>S ACK[ack=1]");
  EXPECT_EQ(FailureOf("... \n C>S RST"), "expected C>S RST\nbut nothing like it came after 0 segments");
  EXPECT_EQ(FailureOf("C>S SYN\n ..."), "");
  EXPECT_NE(FailureOf("C>S SYN\n ...\n C: closed").find("lacks closed"), std::string::npos);
}

TEST(Player, ALossThatNobodyExpectsIsAFailure) {
  Scenario wrong = *FindScenario("retransmission-timer");
  wrong.expect = "C>S data[seq=1234]\n ...";
  EXPECT_NE(Play(wrong).failure.find("which was lost"), std::string::npos);
}

TEST(Player, EqualRunsAreEqual) {
  const Scenario& scenario = *FindScenario("S003-6");
  const Outcome one = Play(scenario), other = Play(scenario);
  ASSERT_EQ(one.segments.size(), other.segments.size());
  for (std::size_t i = 0; i < one.segments.size(); ++i) {
    EXPECT_EQ(one.segments[i].label, other.segments[i].label);
    EXPECT_EQ(one.segments[i].at, other.segments[i].at);
  }
}

TEST(Notation, WordsHaveItems) {
  const Words words = ParseWords("SYN[seq=0] !MPC MPJ[id=2,HMAC-S✓] TCPRST[lack of resources]");
  ASSERT_EQ(words.size(), 4u);
  EXPECT_TRUE(words[1].forbidden);
  EXPECT_EQ(words[2].items, (std::vector<std::string>{"id=2", "HMAC-S✓"}));
  EXPECT_EQ(words[3].items, (std::vector<std::string>{"lack of resources"}));
}

}  // namespace
}  // namespace mptcpp::scenarios
