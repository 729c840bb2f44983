// SPDX-License-Identifier: Apache-2.0
#include "drivers/event_loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "drivers/clock.h"
#include "drivers/os_random.h"
#include "drivers/udp_driver.h"

namespace mptcpp::drivers {
namespace {

const IpAddress kLoopback = IpAddress::V4(127, 0, 0, 1);

std::unique_ptr<UdpDriver> OpenDriver() {
  const SocketAddress local{kLoopback, 0};
  return UdpDriver::Open(std::span(&local, 1)).value();
}

// Does what a test tells it to.
class TestApplication : public Application {
 public:
  void OnEvent(const Event& event, Instant) override { events.push_back(event.kind); }
  Instant Step(Instant now) override {
    ++steps;
    done = done || now >= end;
    return end;
  }
  bool IsDone() const override { return done; }

  std::vector<EventKind> events;
  Instant end = Instant::Infinite();
  int steps = 0;
  bool done = false;
};

class EventLoopTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    reader_ = FileDescriptor(ends[0]);
    writer_ = FileDescriptor(ends[1]);
  }
  void RunBriefly() { loop_.RunOnce(MonotonicNow()); }

  OsRandom random_;
  std::unique_ptr<UdpDriver> driver_ = OpenDriver();
  Endpoint endpoint_{EndpointOptions(), random_};
  TestApplication application_;
  EventLoop loop_{endpoint_, *driver_, application_};
  FileDescriptor reader_, writer_;
};

TEST_F(EventLoopTest, WakesForTheDeadlineOfTheApplication) {
  application_.end = MonotonicNow() + Duration::Millis(5);
  loop_.Run();
  EXPECT_GE(MonotonicNow(), application_.end);
  EXPECT_LT(application_.steps, 10) << "it must wait, not spin";
}

TEST_F(EventLoopTest, CallsBackWhileReadableAndOnlyWhileWatched) {
  int calls = 0;
  ASSERT_TRUE(loop_.Watch(reader_.get(), EPOLLIN, [&](std::uint32_t) { ++calls; }));
  RunBriefly();
  EXPECT_EQ(calls, 0);
  ASSERT_EQ(write(writer_.get(), "x", 1), 1);
  RunBriefly();
  RunBriefly();
  EXPECT_EQ(calls, 2) << "level-triggered";
  loop_.Change(reader_.get(), 0);
  RunBriefly();
  EXPECT_EQ(calls, 2);
  writer_.Reset();  // even a hang-up must not wake a watch that waits for nothing
  RunBriefly();
  EXPECT_EQ(calls, 2);
  loop_.Change(reader_.get(), EPOLLIN);
  RunBriefly();
  EXPECT_EQ(calls, 3);
  loop_.Unwatch(reader_.get());
  RunBriefly();
  EXPECT_EQ(calls, 3);
}

TEST_F(EventLoopTest, ACallbackMayUnwatchItself) {
  int calls = 0;
  loop_.Watch(reader_.get(), EPOLLIN, [&](std::uint32_t) {
    ++calls;
    loop_.Unwatch(reader_.get());
  });
  ASSERT_EQ(write(writer_.get(), "x", 1), 1);
  RunBriefly();
  RunBriefly();
  EXPECT_EQ(calls, 1);
}

TEST_F(EventLoopTest, ARegularFileIsAlwaysReadyAndCannotBeWatched) {
  const FileDescriptor file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(loop_.Watch(file.get(), EPOLLIN, [](std::uint32_t) {}));
}

TEST_F(EventLoopTest, CarriesAConnectionBetweenTwoEndpoints) {
  const std::unique_ptr<UdpDriver> far_driver = OpenDriver();
  Endpoint far(EndpointOptions(), random_);
  TestApplication far_application;
  EventLoop far_loop(far, *far_driver, far_application);
  const SocketAddress where = far_driver->locals()[0];
  const ListenerId listener = far.Listen(where, ConnectionOptions(), 8).value();
  const ConnectionId client = endpoint_.Connect(driver_->locals()[0], where, ConnectionOptions(), MonotonicNow()).value();
  const std::string text = "hello";
  Expected<ConnectionId> server = std::unexpected(Error::kWouldBlock);
  Expected<std::size_t> written = std::unexpected(Error::kWouldBlock);
  std::array<std::byte, 16> received{};
  const Instant end = MonotonicNow() + Duration::Seconds(20);
  std::size_t n = 0;
  while (n == 0 && MonotonicNow() < end) {
    loop_.RunOnce(MonotonicNow() + Duration::Millis(1));
    far_loop.RunOnce(MonotonicNow() + Duration::Millis(1));
    if (!written) written = endpoint_.Write(client, std::as_bytes(std::span(text)), MonotonicNow());
    if (!server) server = far.Accept(listener);
    if (server) n = far.Read(*server, received, MonotonicNow()).value_or(0);
  }
  ASSERT_EQ(n, text.size());
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(received.data()), n), text);
  EXPECT_NE(std::ranges::find(application_.events, EventKind::kEstablished), application_.events.end());
}

}  // namespace
}  // namespace mptcpp::drivers
