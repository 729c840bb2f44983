// SPDX-License-Identifier: Apache-2.0
#include "apps/interrupt.h"

#include <sys/signalfd.h>

#include <csignal>

namespace mptcpp::apps {
namespace {

sigset_t Signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t set = Signals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  fd_ = drivers::FileDescriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

Interrupt::~Interrupt() {
  const sigset_t set = Signals();
  Take();  // one that came too late must not kill what remains to be done
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void Interrupt::WatchOn(drivers::EventLoop& loop) {
  loop.Watch(fd_.get(), EPOLLIN, [this](std::uint32_t) { Take(); });
}

void Interrupt::Take() {
  signalfd_siginfo info;
  while (::read(fd_.get(), &info, sizeof info) == sizeof info) ++count_;
}

}  // namespace mptcpp::apps
