// SPDX-License-Identifier: Apache-2.0
// Network namespaces of Linux: each has devices, addresses and routes of its own. Every simulated host gets one to itself, so
// that nothing here touches the network of the machine; a namespace without a name is gone with the process.
#pragma once

#include <string>

#include "drivers/failure.h"
#include "drivers/file_descriptor.h"

namespace mptcpp::relay {

class Namespace {
 public:
  // A new one. Without the privilege to make it, in a new user namespace, which the process then stays in.
  static drivers::OrFailure<Namespace> Make();
  // One that `ip netns add NAME` made.
  static drivers::OrFailure<Namespace> Named(const std::string& name);

  int fd() const { return fd_.get(); }

 private:
  explicit Namespace(drivers::FileDescriptor fd) : fd_(std::move(fd)) {}
  drivers::FileDescriptor fd_;
};

// This thread is in the namespace while the object lives: devices that it makes and sockets that it opens belong there, and they
// stay there afterwards.
class Inside {
 public:
  explicit Inside(const Namespace& where);
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside();
  bool entered() const { return entered_; }

 private:
  drivers::FileDescriptor before_;
  bool entered_ = false;
};

}  // namespace mptcpp::relay
