// SPDX-License-Identifier: Apache-2.0
#include "apps/transfer_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/command.h"
#include "apps/fallback_note.h"
#include "apps/statistics_json.h"
#include "drivers/clock.h"

namespace mptcpp::apps {
namespace {

constexpr std::size_t kMaxConcurrent = 256;
constexpr Duration kCloseTime = Duration::Seconds(2);  // after SIGINT

}  // namespace

TransferSession::TransferSession(Runtime& runtime, TransferFiles files, bool show_progress)
    : runtime_(runtime), files_(std::move(files)), loop_(runtime.endpoint(), runtime.driver(), *this), progress_(show_progress) {
  runtime_.interrupt().WatchOn(loop_);
  runtime_.WatchPaths(loop_);
}

drivers::OrFailure<void> TransferSession::OpenFiles() {
  if (files_.keep) return {};
  auto streams = OpenStreams();
  if (!streams) return std::unexpected(streams.error());
  input_.emplace(std::move(streams->first));
  output_.emplace(std::move(streams->second));
  return {};
}

// With --keep standard input belongs to nobody: every connection gets the input file, or nothing, from us.
drivers::OrFailure<std::pair<StreamInput, StreamOutput>> TransferSession::OpenStreams() {
  auto input = files_.keep && files_.input.empty() ? StreamInput::Nothing() : StreamInput::Open(files_.input);
  if (!input) return std::unexpected(input.error());
  const bool numbered = files_.keep && !files_.output.empty() && files_.output != "/dev/null";
  auto output = StreamOutput::Open(numbered ? fmt::format("{}.{}", files_.output, accepted_) : files_.output);
  if (!output) return std::unexpected(output.error());
  return std::pair(std::move(*input), std::move(*output));
}

drivers::OrFailure<void> TransferSession::Connect(Instant now) {
  is_server_ = false;
  const auto id = runtime_.Connect(now);
  if (!id) return drivers::Fail("cannot connect to {}: {}", runtime_.remote().ToString(), ToString(id.error()));
  Start(*id, std::move(*input_), std::move(*output_));
  static_cast<void>(transfers_.back()->Step(now));  // what is there to read may leave in the SYN
  return {};
}

void TransferSession::Start(ConnectionId id, StreamInput input, StreamOutput output) {
  transfers_.push_back(std::make_unique<Transfer>(runtime_.endpoint(), loop_, id, std::move(input), std::move(output)));
}

bool TransferSession::MayAccept() const {
  if (interrupts_handled_ > 0) return false;
  if (!files_.keep) return accepted_ == 0;
  // On standard output connections would mix: one after the other.
  return transfers_.size() < (files_.output.empty() ? 1 : kMaxConcurrent);
}

void TransferSession::Accept(Instant now) {
  for (const ListenerId listener : runtime_.listeners()) {
    while (MayAccept()) {
      const auto id = runtime_.endpoint().Accept(listener);
      if (!id) break;
      ++accepted_;
      if (!files_.keep) {
        Start(*id, std::move(*input_), std::move(*output_));
        continue;
      }
      auto streams = OpenStreams();
      if (streams) {
        Start(*id, std::move(streams->first), std::move(streams->second));
        continue;
      }
      failed_ = true;
      Fail(streams.error().message);
      static_cast<void>(runtime_.endpoint().Abort(*id, now));
      static_cast<void>(runtime_.endpoint().Release(*id, now));
    }
  }
  if (files_.keep || accepted_ == 0) return;
  // Nobody else is served: further peers are refused instead of waiting for nothing.
  for (const ListenerId listener : runtime_.listeners()) static_cast<void>(runtime_.endpoint().CloseListener(listener, now));
}

void TransferSession::OnEvent(const Event& event, Instant now) {
  const auto transfer = std::ranges::find_if(transfers_, [&](const auto& t) { return t->id() == event.connection; });
  if (transfer != transfers_.end()) (*transfer)->OnEvent(event, now);
}

Instant TransferSession::Step(Instant now) {
  HandleInterrupts(now);
  if (is_server_) Accept(now);
  Instant next = Sooner(give_up_at_, runtime_.Step(now));
  for (std::size_t i = 0; i < transfers_.size();) {
    Transfer& transfer = *transfers_[i];
    next = Sooner(next, transfer.Step(now));
    next = Sooner(next, progress_.Step(runtime_.endpoint(), transfer.id(), now));
    if (!transfer.IsDone()) {
      ++i;
      continue;
    }
    FinishTransfer(transfer, now);
    transfers_.erase(transfers_.begin() + static_cast<std::ptrdiff_t>(i));
    next = now;  // another one may wait to be accepted
  }
  const bool all_ended = transfers_.empty() && (interrupts_handled_ > 0 || !is_server_ || (!files_.keep && accepted_ > 0));
  if (all_ended) next = linger_.until();
  done_ = (all_ended && now >= linger_.until()) || now >= give_up_at_;
  return next;
}

void TransferSession::FinishTransfer(Transfer& transfer, Instant now) {
  Endpoint& endpoint = runtime_.endpoint();
  progress_.Finish(endpoint, transfer.id(), now);
  PrintFallbackNote(endpoint, transfer.id());
  linger_.Add(endpoint, transfer.id(), now);
  if (transfer.failure()) {
    failed_ = true;
    Fail(*transfer.failure());
  }
  finished_.push_back(ConnectionJson(endpoint, transfer.id()));
  static_cast<void>(endpoint.Release(transfer.id(), now));
}

void TransferSession::HandleInterrupts(Instant now) {
  if (runtime_.interrupt().count() == interrupts_handled_) return;
  interrupts_handled_ = runtime_.interrupt().count();
  for (const auto& transfer : transfers_) transfer->Interrupt(now);
  give_up_at_ = interrupts_handled_ > 1 ? now : now + kCloseTime;
}

bool TransferSession::IsDone() const { return done_; }

int TransferSession::Run() {
  loop_.Run();
  for (const auto& transfer : transfers_) {
    finished_.push_back(ConnectionJson(runtime_.endpoint(), transfer->id()));
    static_cast<void>(runtime_.endpoint().Abort(transfer->id(), drivers::MonotonicNow()));
  }
  if (!transfers_.empty()) loop_.RunOnce(drivers::MonotonicNow());
  transfers_.clear();
  if (interrupts_handled_ > 0) return files_.keep && !failed_ ? kExitSuccess : kExitInterrupted;
  return failed_ ? kExitFailure : kExitSuccess;
}

nlohmann::ordered_json TransferSession::Statistics() const {
  return {{"connections", finished_},
          {"counters", CountersJson(runtime_.endpoint().counters())},
          {"driver", DriverJson(runtime_.driver().statistics())}};
}

}  // namespace mptcpp::apps
