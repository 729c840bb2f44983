// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as something to wait for: the first asks for an orderly end, the second for an immediate one.
#pragma once

#include "drivers/event_loop.h"
#include "drivers/file_descriptor.h"

namespace mptcpp::apps {

class Interrupt {
 public:
  // Blocks the signals for this thread until destroyed.
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  void WatchOn(drivers::EventLoop& loop);
  int count() const { return count_; }

 private:
  void Take();

  drivers::FileDescriptor fd_;
  int count_ = 0;
};

}  // namespace mptcpp::apps
