// SPDX-License-Identifier: Apache-2.0
#include "sim/event_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace mptcpp::sim {
namespace {

Instant At(std::int64_t nanos) { return Instant::FromNanos(nanos); }
constexpr auto kNever = [] { return false; };

struct Recorder : Node {
  Recorder(std::string n, std::string& l) : name(std::move(n)), log(l) {}
  Instant NextDeadline() const override { return next; }
  void Run(Instant now) override {
    log += name + std::to_string(now.nanos()) + " ";
    next = period.IsZero() ? Instant::Infinite() : now + period;
  }
  std::string name;
  std::string& log;
  Instant next = Instant::Infinite();
  Duration period;
};

TEST(EventQueue, OrdersByTimeThenByInsertion) {
  std::string log;
  Recorder a("a", log), b("b", log), c("c", log);
  EventQueue queue;
  a.next = b.next = At(5);
  c.next = At(3);
  queue.Update(b);
  queue.Update(a);
  queue.Update(c);
  queue.RunUntil(At(10), kNever);
  EXPECT_EQ(log, "c3 b5 a5 ");
  EXPECT_EQ(queue.now(), At(10));
}

TEST(EventQueue, AnEarlierWishSupersedesTheLaterOne) {
  std::string log;
  Recorder a("a", log);
  EventQueue queue;
  a.next = At(9);
  queue.Update(a);
  a.next = At(4);
  queue.Update(a);
  queue.RunUntil(At(20), kNever);
  EXPECT_EQ(log, "a4 ");
}

TEST(EventQueue, AWishThatMovedLaterIsNotRunEarly) {
  std::string log;
  Recorder a("a", log);
  EventQueue queue;
  a.next = At(4);
  queue.Update(a);
  a.next = At(9);
  queue.Update(a);
  queue.RunUntil(At(20), kNever);
  EXPECT_EQ(log, "a9 ");
}

TEST(EventQueue, StopsWhereAskedAndAtTheEnd) {
  std::string log;
  Recorder a("a", log);
  a.period = Duration::Nanos(10);
  a.next = At(10);
  EventQueue queue;
  queue.Update(a);
  queue.RunUntil(At(25), kNever);
  EXPECT_EQ(log, "a10 a20 ");
  queue.RunUntil(At(100), [&] { return queue.now() >= At(40); });
  EXPECT_EQ(queue.now(), At(40));
}

}  // namespace
}  // namespace mptcpp::sim
