// SPDX-License-Identifier: Apache-2.0
// A program on a simulated host. It sees exactly what a real one sees: the public API and its events.
#pragma once

#include "base/time.h"
#include "mptcpp/event.h"

namespace mptcpp::sim {

class Application {
 public:
  virtual ~Application() = default;
  // An event of a connection or listener that this application is bound to (Host::Bind).
  virtual void OnEvent(const Event& event, Instant now) = 0;
  // When it wants to run by itself.
  virtual Instant NextDeadline() const { return Instant::Infinite(); }
  virtual void OnDeadline(Instant /*now*/) {}
  // Nothing left to do. A simulation may end when all are done.
  virtual bool IsDone() const = 0;
};

}  // namespace mptcpp::sim
