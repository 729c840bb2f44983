// SPDX-License-Identifier: Apache-2.0
// The coupled increases a second time, in another formulation: Linux's integers for LIA and BALIA (per how many acknowledged
// segments the window grows by one), NSDI 2011's minimum over subsets, and OLIA's published vectors. Windows in segments.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "congestion/balia.h"
#include "congestion/lia.h"
#include "congestion/olia.h"

namespace mptcpp::congestion {
namespace {

constexpr std::int64_t kScale = 1'000'000;  // bytes per segment here, so that windows keep fractions

struct Path {
  std::int64_t cwnd;
  std::int64_t rtt_us;
  std::int64_t interval = 0;
};
using Paths = std::vector<Path>;

void Fill(Group& group, const Paths& paths) {
  for (const Path& path : paths) {
    GroupMember& m = group.member(group.Join());
    m.cwnd = Bytes(path.cwnd * kScale);
    m.smoothed_rtt = Duration::Micros(path.rtt_us);
    m.loss_interval = Bytes(path.interval);
    m.active = true;
  }
}

// A spread of two and three paths, RTTs up to 1:400.
std::vector<Paths> Cases() {
  std::vector<Paths> cases;
  for (std::int64_t w1 : {2, 10, 37, 150}) {
    for (std::int64_t w2 : {1, 20, 90}) {
      for (std::int64_t rtt : {5'000, 80'000, 2'000'000}) {
        cases.push_back({{w1, 20'000}, {w2, rtt}});
        cases.push_back({{w1, 20'000}, {w2, rtt}, {15, 45'000}});
      }
    }
  }
  return cases;
}

double Lia(const Paths& paths, std::size_t i) {
  Group group;
  Fill(group, paths);
  return std::min(LiaAlphaPerByte(group) * kScale, 1.0 / static_cast<double>(paths[i].cwnd));
}

// Linux: A = (cwnd_best << 32) / (sum (cwnd_i << 10) * rtt_best / rtt_i)^2; +1 after max(2^12 / A, cwnd_i) segments.
std::int64_t LinuxLiaAcks(const Paths& paths, std::size_t i) {
  const Path* best = &paths[0];
  for (const Path& p : paths) {
    const auto quality = [](const Path& q) { return (static_cast<double>(q.cwnd) / static_cast<double>(q.rtt_us)) / static_cast<double>(q.rtt_us); };
    if (quality(p) >= quality(*best)) best = &p;
  }
  std::uint64_t sum = 0;
  for (const Path& p : paths) sum += (static_cast<std::uint64_t>(p.cwnd) << 10) * static_cast<std::uint64_t>(best->rtt_us) / static_cast<std::uint64_t>(p.rtt_us);
  const std::uint64_t a = std::max<std::uint64_t>((static_cast<std::uint64_t>(best->cwnd) << 32) / (sum * sum), 1);
  return std::max<std::int64_t>(static_cast<std::int64_t>((1u << 12) / a), paths[i].cwnd);
}

// Covers: CC-2, CC-3, CC-7
TEST(LiaFormulaTest, TheRfcsVectorInLinuxIntegers) {
  const Paths paths = {{10, 20'000}, {20, 80'000}};
  EXPECT_NEAR(Lia(paths, 0), 0.04444, 1e-5);
  EXPECT_NEAR(Lia(paths, 1), 0.04444, 1e-5);
  EXPECT_EQ(LinuxLiaAcks(paths, 0), 22);
  EXPECT_EQ(LinuxLiaAcks(paths, 1), 22);
}

// Covers: CC-7
TEST(LiaFormulaTest, LinuxIntegersAgreeWhereTheyAreFineEnough) {
  for (const Paths& paths : Cases()) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const auto linux_acks = static_cast<double>(LinuxLiaAcks(paths, i));
      if (linux_acks > 200) continue;  // beyond, A is an integer of few bits
      EXPECT_NEAR(1 / Lia(paths, i), linux_acks, linux_acks * 0.08 + 1.1);
    }
  }
}

// NSDI 2011: the minimum over all subsets that contain i. RFC 6356 keeps the whole set and {i}: the same for two paths.
TEST(LiaFormulaTest, TwoPathsAgreeWithTheMinimumOverSubsets) {
  for (const Paths& paths : Cases()) {
    if (paths.size() != 2) continue;
    for (std::size_t i = 0; i < 2; ++i) {
      double least = 1e300;
      for (unsigned subset = 1; subset < 4; ++subset) {
        if ((subset & (1u << i)) == 0) continue;
        double best = 0, sum = 0;
        for (std::size_t k = 0; k < 2; ++k) {
          if ((subset & (1u << k)) == 0) continue;
          const double w = static_cast<double>(paths[k].cwnd), rtt = static_cast<double>(paths[k].rtt_us);
          best = std::max(best, w / rtt / rtt);
          sum += w / rtt;
        }
        least = std::min(least, best / (sum * sum));
      }
      EXPECT_NEAR(Lia(paths, i) / least, 1, 1e-6);
    }
  }
}

// Covers: CC-8
TEST(LiaFormulaTest, TheFixedPointTakesWhatOneTcpTakesOnTheBestPath) {
  // Balance of increase and halving: increase(w) = p * w/2. At equal RTT w_i is proportional to 1/p_i and the total sqrt(2/p_min).
  const double p1 = 0.001, p2 = 0.004;
  const double total = std::sqrt(2 / p1);
  const double w1 = total * (1 / p1) / (1 / p1 + 1 / p2), w2 = total - w1;
  const Paths paths = {{std::llround(w1 * 1000), 50'000}, {std::llround(w2 * 1000), 50'000}};
  const double increase = Lia(paths, 0) * 1000;  // windows above are in thousandths
  EXPECT_NEAR(increase, p1 * w1 / 2, p1 * w1 / 2 * 0.01);
  EXPECT_NEAR(Lia(paths, 1) * 1000, p2 * w2 / 2, p2 * w2 / 2 * 0.01);
}

double Olia(const Paths& paths, std::size_t i) {
  Group group;
  Fill(group, paths);
  const double w = static_cast<double>(paths[i].cwnd), rtt = static_cast<double>(paths[i].rtt_us) * 1e-6;
  const double rate = SumsOf(group).rate / kScale;
  return w / (rtt * rtt * rate * rate) + OliaShares(group)[i] / w;
}

// Linux: ((num * R + den * W * W) << 10) / (den * cwnd * R) in 1/1024, W = cwnd << 10, R = (1 + sum W_p * rtt_r / rtt_p)^2.
double LinuxOlia(const Paths& paths, std::size_t i, std::int64_t num, std::int64_t den) {
  double sum = 1;
  for (const Path& p : paths) sum += std::floor(static_cast<double>((p.cwnd << 10) * paths[i].rtt_us) / static_cast<double>(p.rtt_us));
  const double r = sum * sum, w = static_cast<double>(paths[i].cwnd << 10);
  const double d = static_cast<double>(den), c = static_cast<double>(paths[i].cwnd);
  return (static_cast<double>(num) * r + d * w * w) * 1024 / (d * c * r) / 1024;
}

// Covers: CC-9
TEST(OliaFormulaTest, Vectors) {
  EXPECT_NEAR(Olia({{40, 20'000}}, 0), 1.0 / 40, 1e-12);
  EXPECT_NEAR(Olia({{40, 20'000}, {40, 20'000}}, 0), 1.0 / 160, 1e-12);
  EXPECT_NEAR(Olia({{20, 20'000}, {20, 80'000}}, 0), 20 / (0.02 * 0.02) / std::pow(20 / 0.02 + 20 / 0.08, 2), 1e-12);
  const Paths lossy = {{20, 20'000, 10'000}, {10, 20'000, 100'000}};
  EXPECT_NEAR(Olia(lossy, 0), -0.00278, 1e-5);
  EXPECT_NEAR(Olia(lossy, 1), 0.06111, 1e-5);
  EXPECT_NEAR(LinuxOlia(lossy, 0, -1, 2), -0.00278, 1e-4);
  EXPECT_NEAR(LinuxOlia(lossy, 1, 1, 2), 0.06111, 1e-4);
}

// Covers: CC-9
TEST(OliaFormulaTest, LinuxAgreesForTheFirstTerm) {
  for (const Paths& paths : Cases()) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      Group group;
      Fill(group, paths);
      const double first_term = Olia(paths, i) - OliaShares(group)[i] / static_cast<double>(paths[i].cwnd);
      EXPECT_NEAR(LinuxOlia(paths, i, 0, 1) / first_term, 1, 0.01);
    }
  }
}

// Covers: CC-10
TEST(BaliaFormulaTest, LinuxIntegersAgree) {
  for (const Paths& paths : Cases()) {
    Group group;
    Fill(group, paths);
    const GroupSums sums = SumsOf(group);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const BaliaStep step = BaliaStepFor(sums, Bytes(paths[i].cwnd * kScale), Duration::Micros(paths[i].rtt_us));
      // ai = (sum x)^2 * 10 * w / ((x + x_max) * (4 x + x_max)) segments for one
      double sum = 0, most = 0;
      for (const Path& p : paths) {
        const double x = static_cast<double>(p.cwnd) / static_cast<double>(p.rtt_us);
        sum += x;
        most = std::max(most, x);
      }
      const double x = static_cast<double>(paths[i].cwnd) / static_cast<double>(paths[i].rtt_us);
      const double acks = sum * sum * 10 * static_cast<double>(paths[i].cwnd) / ((x + most) * (4 * x + most));
      EXPECT_NEAR(step.increase * kScale * acks, 1, 1e-6);
    }
  }
  Group group;
  Fill(group, {{10, 20'000}, {20, 80'000}});
  const BaliaStep slow = BaliaStepFor(SumsOf(group), Bytes(20 * kScale), Duration::Millis(80));
  EXPECT_NEAR(1 / (slow.increase * kScale), 100, 1e-9) << "Linux's ai for this path";
}

// Very unequal round trips (1 ms beside 2 s): the sums neither lose the small rate nor overflow, and no path outruns a TCP.
TEST(CoupledFormulaTest, RttCompensationHoldsAtOneToTwoThousand) {
  const Paths paths = {{50, 1'000}, {5'000, 2'000'000}};
  EXPECT_LE(Lia(paths, 0), 1.0 / 50);
  EXPECT_LE(Lia(paths, 1), 1.0 / 5'000);
  // Rates 50'000 and 2'500 per second: the fast one decides; alpha/total = 5e7 / 52500^2.
  EXPECT_NEAR(Lia(paths, 0), 5e7 / (52'500.0 * 52'500.0), 1e-9);
  EXPECT_NEAR(Olia(paths, 1), 5'000 / 4.0 / (52'500.0 * 52'500.0) + 0, 1e-2);
  Group group;
  Fill(group, paths);
  const BaliaStep slow = BaliaStepFor(SumsOf(group), Bytes(5'000 * kScale), Duration::Seconds(2));
  EXPECT_NEAR(slow.beta, 0.25, 1e-12);
}

}  // namespace
}  // namespace mptcpp::congestion
