// SPDX-License-Identifier: Apache-2.0
#include "tcp/keepalive.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Instant At(int seconds) { return Instant::FromNanos(0) + Duration::Seconds(seconds); }

TEST(Keepalive, OffByDefault) {
  TcpOptions options;
  Keepalive keepalive(options);
  EXPECT_TRUE(keepalive.Deadline().IsInfinite());
}

TEST(Keepalive, ProbesThenDies) {
  TcpOptions options;
  options.keepalive_idle = Duration::Seconds(100);
  options.keepalive_interval = Duration::Seconds(10);
  options.keepalive_probes = 2;
  Keepalive keepalive(options);
  keepalive.OnHeard(At(0));
  EXPECT_EQ(keepalive.Deadline(), At(100));
  EXPECT_EQ(keepalive.OnDeadline(At(99)), Keepalive::Action::kNothing);
  EXPECT_EQ(keepalive.OnDeadline(At(100)), Keepalive::Action::kProbe);
  EXPECT_EQ(keepalive.OnDeadline(At(110)), Keepalive::Action::kProbe);
  EXPECT_EQ(keepalive.OnDeadline(At(119)), Keepalive::Action::kNothing);
  EXPECT_EQ(keepalive.OnDeadline(At(120)), Keepalive::Action::kDead);
}

TEST(Keepalive, AnAnswerStartsOver) {
  TcpOptions options;
  options.keepalive_idle = Duration::Seconds(100);
  Keepalive keepalive(options);
  EXPECT_FALSE(keepalive.OnHeard(At(0)));
  EXPECT_EQ(keepalive.OnDeadline(At(100)), Keepalive::Action::kProbe);
  keepalive.OnProbeSent();
  EXPECT_TRUE(keepalive.OnHeard(At(101)));
  EXPECT_FALSE(keepalive.OnHeard(At(102))) << "answered once";
  EXPECT_EQ(keepalive.Deadline(), At(202));
}

}  // namespace
}  // namespace mptcpp::tcp
