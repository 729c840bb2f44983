// SPDX-License-Identifier: Apache-2.0
#include "relay/namespace.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <utility>

namespace mptcpp::relay {
namespace {

drivers::FileDescriptor OpenCurrent() {
  return drivers::FileDescriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
}

}  // namespace

drivers::OrFailure<Namespace> Namespace::Make() {
  const drivers::FileDescriptor before = OpenCurrent();
  bool can_return = true;
  if (::unshare(CLONE_NEWNET) != 0) {
    // The way back needs the privilege that was missing: there is none, and none is needed.
    can_return = false;
    if (errno != EPERM || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
      return drivers::Fail("cannot make a network namespace: {}: run as root, or allow unprivileged user namespaces",
                           drivers::ErrnoText(errno));
    }
  }
  drivers::FileDescriptor made = OpenCurrent();
  if (!made.IsOpen() || (can_return && ::setns(before.get(), CLONE_NEWNET) != 0)) {
    return drivers::Fail("cannot leave the new network namespace: {}", drivers::ErrnoText(errno));
  }
  return Namespace(std::move(made));
}

drivers::OrFailure<Namespace> Namespace::Named(const std::string& name) {
  drivers::FileDescriptor fd(::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.IsOpen()) return drivers::Fail("no network namespace {}: {}: `ip netns add {}` makes it", name, drivers::ErrnoText(errno), name);
  return Namespace(std::move(fd));
}

Inside::Inside(const Namespace& where) : before_(OpenCurrent()), entered_(::setns(where.fd(), CLONE_NEWNET) == 0) {}

Inside::~Inside() {
  if (entered_) ::setns(before_.get(), CLONE_NEWNET);
}

}  // namespace mptcpp::relay
