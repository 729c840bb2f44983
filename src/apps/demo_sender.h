// SPDX-License-Identifier: Apache-2.0
// The sending process of the demo: one transfer over two limited paths, the second of which silently loses everything in the
// middle. Samples what each path carries.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/demo_record.h"
#include "apps/linger.h"
#include "apps/runtime.h"
#include "apps/transfer.h"
#include "drivers/event_loop.h"

namespace mptcpp::apps {

class DemoSender : public drivers::Application {
 public:
  // Calls `on_sample` after each sample. `report_fd` is the receiver's pipe.
  DemoSender(Runtime& runtime, DemoRecord& record, int report_fd, std::function<void(const DemoRecord&)> on_sample);

  drivers::OrFailure<void> Start(StreamInput input, Instant now);
  // Until the transfer has ended and the receiver has reported. One line if it failed.
  std::string Run();
  bool WasInterrupted() const { return runtime_.interrupt().count() > 0; }

  void OnEvent(const Event& event, Instant now) override;
  Instant Step(Instant now) override;
  bool IsDone() const override { return done_; }

 private:
  void Sample(Instant now);
  void ReadPaths();
  void SwitchPath(Instant now);
  void Mark(Instant now, std::string text);
  void ReadReport();

  Runtime& runtime_;
  DemoRecord& record_;
  int report_fd_;
  std::function<void(const DemoRecord&)> on_sample_;
  drivers::EventLoop loop_;
  Linger linger_;
  std::unique_ptr<Transfer> transfer_;
  std::string report_;
  Instant started_, next_sample_;
  bool reported_ = false, report_ended_ = false, ended_ = false, done_ = false;
  int switches_ = 0;  // 1: the path is gone, 2: it is back
};

}  // namespace mptcpp::apps
