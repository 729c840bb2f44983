// SPDX-License-Identifier: Apache-2.0
#include "apps/demo_receiver.h"

#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/command.h"
#include "apps/linger.h"
#include "apps/runtime.h"
#include "apps/sha256.h"
#include "apps/transfer.h"
#include "drivers/clock.h"
#include "drivers/event_loop.h"

namespace mptcpp::apps {
namespace {

constexpr Duration kDeliveryInterval = Duration::Millis(50);

void WriteLine(int fd, const nlohmann::json& line) {
  const std::string text = line.dump() + "\n";
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(fd, text.data() + written, text.size() - written);
    if (n <= 0) return;  // nobody reads any more: the sender has gone, and this process ends with its connection
    written += static_cast<std::size_t>(n);
  }
}

class DemoReceiver : public drivers::Application {
 public:
  DemoReceiver(Runtime& runtime, StreamOutput output)
      : runtime_(runtime), loop_(runtime.endpoint(), runtime.driver(), *this), output_(std::move(output)) {
    runtime_.interrupt().WatchOn(loop_);
  }

  bool WasInterrupted() const { return runtime_.interrupt().count() > 0; }
  void Run() { loop_.Run(); }

  void OnEvent(const Event& event, Instant now) override {
    if (transfer_ && event.connection == transfer_->id()) transfer_->OnEvent(event, now);
  }

  Instant Step(Instant now) override {
    if (WasInterrupted()) done_ = true;  // the unfinished file is removed on the way out
    Accept();
    if (!transfer_) return Instant::Infinite();
    const Instant next = transfer_->Step(now);
    if (!transfer_->IsDone()) return next;
    if (!ended_) {
      ended_ = true;
      linger_.Add(runtime_.endpoint(), transfer_->id(), now);
    }
    done_ = done_ || now >= linger_.until();
    return linger_.until();
  }

  bool IsDone() const override { return done_; }

  nlohmann::json Result() {
    nlohmann::json result{{"sha256", hash_.Finish()},
                          {"bytes", total_},
                          {"failure", transfer_->failure().value_or("")},
                          {"deliveries", deliveries_}};
    const auto info = runtime_.endpoint().Info(transfer_->id());
    result["longest_gap_us"] = info ? info->longest_delivery_gap.micros() : 0;
    return result;
  }

 private:
  void Accept() {
    if (transfer_) return;
    for (const ListenerId listener : runtime_.listeners()) {
      const auto id = runtime_.endpoint().Accept(listener);
      if (!id) continue;
      transfer_ = std::make_unique<Transfer>(runtime_.endpoint(), loop_, *id, StreamInput::Nothing(), std::move(output_));
      transfer_->SetObserver([this](std::span<const std::byte> bytes) { Observe(bytes); });
      return;
    }
  }

  void Observe(std::span<const std::byte> bytes) {
    hash_.Add(bytes);
    total_ += bytes.size();
    const Instant now = drivers::MonotonicNow();
    if (now < next_delivery_) return;
    next_delivery_ = now + kDeliveryInterval;
    deliveries_.push_back({now.nanos(), total_});
  }

  Runtime& runtime_;
  drivers::EventLoop loop_;
  StreamOutput output_;
  std::unique_ptr<Transfer> transfer_;
  Linger linger_;
  Sha256 hash_;
  std::uint64_t total_ = 0;
  Instant next_delivery_;
  nlohmann::json deliveries_ = nlohmann::json::array();
  bool ended_ = false, done_ = false;
};

}  // namespace

int RunDemoReceiver(const IpAddress& address, const std::string& output_file, int report_fd) {
  auto output = StreamOutput::Open(output_file);
  auto runtime = Runtime::ForServer({}, {address, 0});
  if (!runtime || !output) {
    WriteLine(report_fd, {{"failure", runtime ? output.error().message : runtime.error().message}});
    return kExitFailure;
  }
  WriteLine(report_fd, {{"port", (*runtime)->local_port()}});
  DemoReceiver receiver(**runtime, std::move(*output));
  receiver.Run();
  if (receiver.WasInterrupted()) return kExitInterrupted;
  const nlohmann::json result = receiver.Result();
  WriteLine(report_fd, result);
  return result["failure"].get<std::string>().empty() ? kExitSuccess : kExitFailure;
}

DemoReceiverLine ParseDemoLine(std::string_view text, Instant started, DemoRecord& record) {
  const auto line = nlohmann::json::parse(text);
  DemoReceiverLine result;
  result.failure = line.value("failure", "");
  if (line.contains("port")) result.port = line["port"];
  if (!line.contains("sha256")) return result;
  result.is_result = true;
  record.received_hash = line["sha256"];
  record.longest_gap = Duration::Micros(line["longest_gap_us"]);
  for (const auto& delivery : line["deliveries"]) {
    record.deliveries.push_back({Instant::FromNanos(delivery[0]) - started, delivery[1]});
  }
  return result;
}

}  // namespace mptcpp::apps
