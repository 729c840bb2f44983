// SPDX-License-Identifier: Apache-2.0
// The life of `listen` and `connect`: accepts or opens connections, runs a Transfer on each, shows progress, collects
// statistics, and ends in order.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/linger.h"
#include "apps/progress.h"
#include "apps/runtime.h"
#include "apps/transfer.h"
#include "drivers/event_loop.h"

namespace mptcpp::apps {

struct TransferFiles {
  std::string input;   // empty: standard input
  std::string output;  // empty: standard output
  bool keep = false;   // listen: serve connection after connection
};

class TransferSession : public drivers::Application {
 public:
  TransferSession(Runtime& runtime, TransferFiles files, bool show_progress);

  // Opens the input and output that do not depend on a connection, so that a mistake is told before anything is sent.
  drivers::OrFailure<void> OpenFiles();
  drivers::OrFailure<void> Connect(Instant now);
  // Until everything has ended; returns the exit code.
  int Run();
  // {"connections": [...], "counters": {...}, "driver": {...}}, after Run().
  nlohmann::ordered_json Statistics() const;

  void OnEvent(const Event& event, Instant now) override;
  Instant Step(Instant now) override;
  bool IsDone() const override;

 private:
  void Accept(Instant now);
  bool MayAccept() const;
  void Start(ConnectionId id, StreamInput input, StreamOutput output);
  drivers::OrFailure<std::pair<StreamInput, StreamOutput>> OpenStreams();
  void FinishTransfer(Transfer& transfer, Instant now);
  void HandleInterrupts(Instant now);

  Runtime& runtime_;
  TransferFiles files_;
  drivers::EventLoop loop_;
  Progress progress_;
  Linger linger_;
  std::optional<StreamInput> input_;
  std::optional<StreamOutput> output_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<nlohmann::ordered_json> finished_;
  std::uint64_t accepted_ = 0;
  bool is_server_ = true;
  bool failed_ = false;
  int interrupts_handled_ = 0;
  Instant give_up_at_ = Instant::Infinite();
  bool done_ = false;
};

}  // namespace mptcpp::apps
