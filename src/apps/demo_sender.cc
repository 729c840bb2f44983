// SPDX-License-Identifier: Apache-2.0
#include "apps/demo_sender.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "apps/demo_receiver.h"
#include "apps/fallback_note.h"

namespace mptcpp::apps {
namespace {

constexpr Duration kSampleInterval = Duration::Millis(100);
constexpr double kLossAt = 0.5;  // of the file
constexpr double kReturnAt = 0.75;

}  // namespace

DemoSender::DemoSender(Runtime& runtime, DemoRecord& record, int report_fd, std::function<void(const DemoRecord&)> on_sample)
    : runtime_(runtime),
      record_(record),
      report_fd_(report_fd),
      on_sample_(std::move(on_sample)),
      loop_(runtime.endpoint(), runtime.driver(), *this) {
  runtime_.interrupt().WatchOn(loop_);
  loop_.Watch(report_fd_, EPOLLIN, [this](std::uint32_t) { ReadReport(); });
}

drivers::OrFailure<void> DemoSender::Start(StreamInput input, Instant now) {
  started_ = now;
  next_sample_ = now + kSampleInterval;
  const auto id = runtime_.Connect(now);
  if (!id) return drivers::Fail("cannot connect: {}", ToString(id.error()));
  transfer_ = std::make_unique<Transfer>(runtime_.endpoint(), loop_, *id, std::move(input),
                                         std::move(StreamOutput::Open("/dev/null").value()));
  return {};
}

std::string DemoSender::Run() {
  loop_.Run();
  loop_.Unwatch(report_fd_);
  if (transfer_->failure()) return *transfer_->failure();
  return reported_ || WasInterrupted() ? std::string() : "the receiving process ended without a report";
}

void DemoSender::OnEvent(const Event& event, Instant now) {
  if (event.connection != transfer_->id()) return;
  transfer_->OnEvent(event, now);
  if (event.kind == EventKind::kSubflowEstablished && event.subflow.value() > 0)
    Mark(now, fmt::format("subflow {} joins", event.subflow.value() + 1));
}

void DemoSender::Mark(Instant now, std::string text) { record_.marks.push_back({now - started_, std::move(text)}); }

Instant DemoSender::Step(Instant now) {
  const Instant next = transfer_->Step(now);
  if (runtime_.interrupt().count() > 0 && !ended_) {
    transfer_->Interrupt(now);
    ended_ = done_ = true;
    return now;
  }
  if (now >= next_sample_ && !ended_) Sample(now);
  if (transfer_->IsDone() && !ended_) {
    Sample(now);
    ended_ = true;
    record_.duration = now - started_;
    record_.completed = !transfer_->failure();
    if (const auto info = runtime_.endpoint().Info(transfer_->id())) record_.fallback = FallbackNote(*info).value_or("");
    linger_.Add(runtime_.endpoint(), transfer_->id(), now);
  }
  // The receiver reports after its side has ended: answer it until then.
  done_ = ended_ && (report_ended_ || transfer_->failure().has_value()) && now >= linger_.until();
  if (!ended_) return Sooner(next, next_sample_);
  return report_ended_ ? linger_.until() : Instant::Infinite();
}

void DemoSender::ReadPaths() {
  std::array<SubflowInfo, 64> subflows;
  const std::size_t n = runtime_.endpoint().Subflows(transfer_->id(), subflows).value_or(0);
  for (DemoPath& path : record_.paths) {
    path.bytes_acked = path.bytes_retransmitted = path.bytes_reinjected = path.retransmissions = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const SubflowInfo& subflow = subflows[i];
      if (subflow.tuple.local.address.ToString() != path.address) continue;
      path.bytes_acked += subflow.bytes_acked;
      path.bytes_retransmitted += subflow.bytes_retransmitted;
      path.bytes_reinjected += subflow.bytes_reinjected;
      path.retransmissions += subflow.retransmissions;
      path.smoothed_rtt = subflow.smoothed_rtt;
      path.min_rtt = subflow.min_rtt;
    }
  }
}

void DemoSender::Sample(Instant now) {
  std::vector<std::uint64_t> before;
  for (const DemoPath& path : record_.paths) before.push_back(path.bytes_acked);
  ReadPaths();
  DemoSample sample{.at = now - started_, .bytes = {}};
  for (std::size_t i = 0; i < record_.paths.size(); ++i) {
    const std::uint64_t acked = record_.paths[i].bytes_acked;
    sample.bytes.push_back(acked > before[i] ? acked - before[i] : 0);
  }
  record_.samples.push_back(std::move(sample));
  SwitchPath(now);
  next_sample_ = now + kSampleInterval;
  on_sample_(record_);
}

void DemoSender::SwitchPath(Instant now) {
  const auto info = runtime_.endpoint().Info(transfer_->id());
  if (!info || record_.file_size == 0 || transfer_->IsDone()) return;
  const double progress = static_cast<double>(info->bytes_acked) / static_cast<double>(record_.file_size);
  DemoPath& path = record_.paths.back();
  const bool loses = switches_ == 0 && progress >= kLossAt;
  const bool returns = switches_ == 1 && progress >= kReturnAt;
  if (!loses && !returns) return;
  ++switches_;
  path.black_hole = loses;
  runtime_.faults()->SetBlackHole(*IpAddress::Parse(path.address), loses);
  Mark(now, fmt::format("{} {}", path.address, loses ? "swallows everything" : "works again"));
}

void DemoSender::ReadReport() {
  std::array<char, 4096> buffer;
  const ssize_t n = ::read(report_fd_, buffer.data(), buffer.size());
  if (n > 0) {
    report_.append(buffer.data(), static_cast<std::size_t>(n));
    return;
  }
  loop_.Change(report_fd_, 0);
  report_ended_ = true;
  if (report_.empty()) return;
  reported_ = ParseDemoLine(report_, started_, record_).is_result;
}

}  // namespace mptcpp::apps
