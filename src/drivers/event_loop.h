// SPDX-License-Identifier: Apache-2.0
// Runs one Endpoint over one Driver in real time, with one application on top: waits for descriptors or the next deadline,
// then, in this order: receive, timers, application, send. Single-threaded.
//
// It waits in epoll_pwait2, whose timeout has nanoseconds: pacing needs deadlines well below a millisecond, and unlike a timerfd
// the timeout costs no system call to move, which every ACK would. (The kernel rounds up by the thread's timer slack; Run()
// asks for 1 microsecond.)
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "drivers/driver.h"
#include "drivers/file_descriptor.h"
#include "mptcpp/endpoint.h"

namespace mptcpp::drivers {

// What runs on the loop. Calls may use the endpoint freely; what they make it send goes out right after.
class Application {
 public:
  virtual ~Application() = default;
  virtual void OnEvent(const Event& event, Instant now) = 0;
  // Once per round, after the events: moves data, checks the clock. Returns when it wants to be called again although nothing
  // happens (Infinite(): only when something does; `now`: at once).
  virtual Instant Step(Instant now) = 0;
  // True ends Run().
  virtual bool IsDone() const = 0;
};

class EventLoop {
 public:
  // All three outlive the loop.
  EventLoop(Endpoint& endpoint, Driver& driver, Application& application);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Calls back with the epoll events of `fd` while it is ready. False if the kernel cannot wait for this kind of file (a regular
  // file: it is always ready).
  bool Watch(int fd, std::uint32_t events, std::function<void(std::uint32_t)> on_ready);
  // Changes what is waited for; 0 keeps the watch and waits for nothing.
  void Change(int fd, std::uint32_t events);
  void Unwatch(int fd);

  // Until the application is done.
  void Run();
  // One round that waits at most until `latest`.
  void RunOnce(Instant latest);

 private:
  struct Watched {
    int fd = -1;
    std::function<void(std::uint32_t)> on_ready;
    bool listed = false;  // in the epoll set: a hung-up descriptor that nobody waits for would wake the loop for ever
  };

  void Wait(Instant latest);
  Instant ReceiveAll();
  void ReceiveErrors(Instant now);
  void SendAll(Instant now);
  void ListDriverFds();
  void Dispatch(const epoll_event& event);

  Endpoint& endpoint_;
  Driver& driver_;
  Application& application_;
  FileDescriptor epoll_;
  std::vector<DriverFd> driver_fds_;
  std::uint64_t driver_generation_ = ~std::uint64_t{0};
  std::vector<Watched> watched_;
  Instant application_deadline_;  // long past: the first round waits for nothing
  bool more_to_receive_ = false;
  bool more_to_send_ = false;
  std::array<RxPacket, kDriverBatch> received_;
  std::array<TxPacket, kDriverBatch> to_send_;
};

}  // namespace mptcpp::drivers
