// SPDX-License-Identifier: Apache-2.0
// Which segments are marked ECN-capable, and what the flags say (RFC 3168 6.1), seen on the wire between two ends.
#include <gtest/gtest.h>

#include <algorithm>

#include "tcp/subflow_pipe.h"

namespace mptcpp::tcp {
namespace {

struct EcnPipe : Pipe {
  EcnPipe() { ends[kA].options.ecn = true; }
  bool Transfer(std::uint64_t bytes, Duration limit = Duration::Seconds(60)) {
    ends[kA].upper.to_send += bytes;
    Run([&] { return ends[kB].upper.in_order == ends[kA].upper.to_send; }, limit);
    return ends[kB].upper.in_order == ends[kA].upper.to_send;
  }
};

// 6.1.1, 6.1.4, 6.1.5: not on SYNs, pure ACKs, retransmissions.
TEST(SubflowEcn, OnlyNewDataIsMarked) {
  EcnPipe pipe;
  std::uint64_t marked = 0, unmarked_new = 0, marked_other = 0, again = 0, segments = 0;
  SeqNum newest = pipe.ends[Pipe::kA].iss;
  pipe.filter = [&](Wire& w) -> std::optional<Duration> {
    const bool capable = w.ecn != Ecn::kNotEct;
    if (w.view.payload.empty() || w.to == Pipe::kA) {
      marked_other += capable;
      return Duration::Zero();
    }
    const bool fresh = w.view.seq.AtOrAfter(newest);
    newest = Later(newest, w.view.End());
    again += !fresh;
    (fresh ? (capable ? marked : unmarked_new) : marked_other) += fresh || capable;
    if (++segments % 40 == 0) return std::nullopt;
    return Duration::Zero();
  };
  pipe.Open();
  ASSERT_TRUE(pipe.Transfer(1'000'000));
  EXPECT_GT(marked, 500u);
  EXPECT_GT(again, 5u);
  EXPECT_EQ(unmarked_new, 0u);
  EXPECT_EQ(marked_other, 0u);
}

// 6.1.2, 6.1.3: ECE on every ACK until CWR comes, one reduction per window, CWR on the next new data.
TEST(SubflowEcn, AMarkIsEchoedUntilTheWindowIsReduced) {
  EcnPipe pipe;
  pipe.Open();
  ASSERT_TRUE(pipe.Transfer(100'000));
  bool mark = true, cwr_seen = false;
  int echoes = 0, echoes_after_cwr = 0;
  pipe.filter = [&](Wire& w) -> std::optional<Duration> {
    if (mark && w.ecn == Ecn::kEct0) {
      w.ecn = Ecn::kCe;
      mark = false;
    }
    if (w.to == Pipe::kB) cwr_seen |= w.view.flags.cwr;
    if (w.to == Pipe::kA && w.view.flags.ece) ++echoes;
    return Duration::Zero();
  };
  ASSERT_TRUE(pipe.Transfer(300'000));
  EXPECT_TRUE(cwr_seen);
  EXPECT_GT(echoes, 1);
  EXPECT_EQ(pipe.ends[Pipe::kA].counters[Counter::kEcnReductions], 1u);
  EXPECT_EQ(pipe.ends[Pipe::kB].counters[Counter::kEcnMarksRx], 1u);
  pipe.filter = [&](Wire& w) -> std::optional<Duration> {
    echoes_after_cwr += w.to == Pipe::kA && w.view.flags.ece;
    return Duration::Zero();
  };
  ASSERT_TRUE(pipe.Transfer(100'000));
  EXPECT_EQ(echoes_after_cwr, 0);
}

// 6.1.1.1: a SYN that asks for ECN is not answered: the next one does not ask.
TEST(SubflowEcn, TheRepeatedSynDoesNotAsk) {
  EcnPipe pipe;
  std::vector<bool> asked;
  pipe.filter = [&](Wire& w) -> std::optional<Duration> {
    if (!w.view.flags.syn || w.view.flags.ack) return Duration::Zero();
    asked.push_back(w.view.flags.ece && w.view.flags.cwr);
    if (asked.back()) return std::nullopt;
    return Duration::Zero();
  };
  pipe.Open();
  EXPECT_EQ(asked, (std::vector<bool>{true, false}));
  EXPECT_TRUE(pipe.a().IsEstablished());
  pipe.filter = [](Wire& w) -> std::optional<Duration> {
    EXPECT_EQ(w.ecn, Ecn::kNotEct);
    return Duration::Zero();
  };
  EXPECT_TRUE(pipe.Transfer(10'000));
}

// What is marked ECN-capable vanishes; retransmissions, which are not, arrive.
TEST(SubflowEcn, ABlackHoleForMarkedSegmentsIsLeftBehind) {
  EcnPipe pipe;
  pipe.filter = [](Wire& w) -> std::optional<Duration> {
    if (w.ecn != Ecn::kNotEct) return std::nullopt;
    return Duration::Zero();
  };
  pipe.Open();
  EXPECT_TRUE(pipe.Transfer(500'000));
  EXPECT_EQ(pipe.ends[Pipe::kA].counters[Counter::kEcnFallback], 1u);
  SubflowInfo info;
  pipe.a().FillInfo(info);
  EXPECT_FALSE(info.ecn);
}

}  // namespace
}  // namespace mptcpp::tcp
