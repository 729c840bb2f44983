// SPDX-License-Identifier: Apache-2.0
#include "drivers/event_loop.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/check.h"
#include "drivers/clock.h"

namespace mptcpp::drivers {
namespace {

// Batches per round, so that a flood of segments starves neither timers nor the application nor the ACKs.
constexpr int kReceiveRounds = 2;
constexpr int kSendRounds = 4;
constexpr std::size_t kEpollEvents = 32;

}  // namespace

EventLoop::EventLoop(Endpoint& endpoint, Driver& driver, Application& application)
    : endpoint_(endpoint), driver_(driver), application_(application), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  MPTCPP_CHECK(epoll_.IsOpen());
}

bool EventLoop::Watch(int fd, std::uint32_t events, std::function<void(std::uint32_t)> on_ready) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  const bool listed = events != 0;
  if (listed && epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  watched_.push_back({fd, std::move(on_ready), listed});
  return true;
}

void EventLoop::Change(int fd, std::uint32_t events) {
  const auto watched = std::ranges::find(watched_, fd, &Watched::fd);
  if (watched == watched_.end()) return;
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  const bool list = events != 0;
  if (!list && !watched->listed) return;
  epoll_ctl(epoll_.get(), !list ? EPOLL_CTL_DEL : watched->listed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  watched->listed = list;
}

void EventLoop::Unwatch(int fd) {
  const auto watched = std::ranges::find(watched_, fd, &Watched::fd);
  if (watched == watched_.end()) return;
  if (watched->listed) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  watched_.erase(watched);
}

void EventLoop::ListDriverFds() {
  if (driver_generation_ == driver_.generation()) return;
  driver_generation_ = driver_.generation();
  // A closed descriptor has left the epoll set by itself; deleting it then fails, harmlessly.
  for (const DriverFd& old : driver_fds_) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, old.fd, nullptr);
  const auto fds = driver_.fds();
  driver_fds_.assign(fds.begin(), fds.end());
  for (const DriverFd& entry : driver_fds_) {
    epoll_event event{};
    event.events = EPOLLIN | (entry.want_write ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
    event.data.fd = entry.fd;
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry.fd, &event);
  }
}

void EventLoop::Dispatch(const epoll_event& event) {
  const auto watched = std::ranges::find(watched_, event.data.fd, &Watched::fd);
  if (watched == watched_.end()) return;    // a driver's descriptor: the driver looks for itself
  const auto on_ready = watched->on_ready;  // a copy: the callback may unwatch itself
  on_ready(event.events);
}

void EventLoop::Wait(Instant latest) {
  ListDriverFds();
  std::array<epoll_event, kEpollEvents> events;
  timespec timeout{};
  const timespec* limit = nullptr;
  if (more_to_receive_ || more_to_send_) {
    limit = &timeout;
  } else if (!latest.IsInfinite()) {
    const std::int64_t nanos = std::max<std::int64_t>(0, (latest - MonotonicNow()).nanos());
    timeout = {.tv_sec = nanos / 1'000'000'000, .tv_nsec = nanos % 1'000'000'000};
    limit = &timeout;
  }
  const int n = epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), limit, nullptr);
  for (int i = 0; i < n; ++i) Dispatch(events[static_cast<std::size_t>(i)]);
}

Instant EventLoop::ReceiveAll() {
  for (int round = 0;; ++round) {
    const std::size_t n = driver_.ReceiveBatch(received_);
    // Read after the batch: no packet may seem to arrive later than it is processed.
    const Instant now = MonotonicNow();
    if (n > 0) endpoint_.Receive(std::span(received_).first(n), now);
    more_to_receive_ = driver_.HasReceived();
    const bool more = more_to_receive_ || n == received_.size();
    if (!more || round + 1 == kReceiveRounds) return now;
  }
}

void EventLoop::ReceiveErrors(Instant now) {
  std::array<wire::IcmpError, 8> errors;
  const std::size_t n = driver_.ReceiveErrors(errors);
  for (std::size_t i = 0; i < n; ++i) endpoint_.ReceiveIcmp(errors[i], now);
}

void EventLoop::SendAll(Instant now) {
  more_to_send_ = false;
  for (int round = 0; driver_.CanSend(); ++round) {
    if (round == kSendRounds) {
      more_to_send_ = true;
      return;
    }
    const std::size_t n = endpoint_.Transmit(to_send_, now);
    if (n > 0) driver_.Send(std::span(to_send_).first(n), now);
    if (n < to_send_.size()) return;
  }
}

void EventLoop::RunOnce(Instant latest) {
  // While the driver is blocked, what the endpoint wants to send waits with it: its deadline would only spin the loop.
  const Instant protocol = driver_.CanSend() ? endpoint_.NextDeadline() : Instant::Infinite();
  Wait(Sooner(Sooner(latest, application_deadline_), Sooner(protocol, driver_.NextDeadline())));
  driver_.Flush(MonotonicNow());
  const Instant now = ReceiveAll();
  ReceiveErrors(now);
  if (now >= endpoint_.NextDeadline()) endpoint_.OnDeadline(now);
  std::array<Event, 64> events;
  while (const std::size_t n = endpoint_.PollEvents(events)) {
    for (std::size_t i = 0; i < n; ++i) application_.OnEvent(events[i], now);
  }
  application_deadline_ = application_.Step(now);
  SendAll(now);
}

void EventLoop::Run() {
  prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
  while (!application_.IsDone()) RunOnce(Instant::Infinite());
}

}  // namespace mptcpp::drivers
