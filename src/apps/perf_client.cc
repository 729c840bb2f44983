// SPDX-License-Identifier: Apache-2.0
#include "apps/perf_client.h"

#include <algorithm>

#include "apps/command.h"
#include "apps/fallback_note.h"
#include "apps/statistics_json.h"
#include "apps/transfer.h"

namespace mptcpp::apps {
namespace {

constexpr std::uint64_t kBytesPerStep = 4 << 20;

std::span<const std::byte> Zeros() {
  static const std::vector<std::byte> zeros(kMaxPerfSize);
  return zeros;
}

}  // namespace

PerfRun::PerfRun(Endpoint& endpoint, ConnectionId id, const PerfRequest& request)
    : endpoint_(endpoint), id_(id), request_(request), to_send_(FormatRequest(request)) {}

void PerfRun::OnEvent(const Event& event) {
  if (event.kind == EventKind::kEstablished) established_ = true;
  if (event.kind == EventKind::kClosed) closed_ = true;
  if (event.kind == EventKind::kFailed) {
    failure_ = DescribeFailure(event.error, established_);
    done_ = true;
  }
}

Instant PerfRun::Step(Instant now) {
  if (done_ || !established_) return Instant::Infinite();
  if (closed_) {
    if (request_.mode == PerfMode::kUpload) ReadReport(now);  // it came together with the end
    done_ = true;
    return now;
  }
  SendRequest(now);
  if (!to_send_.empty()) return Instant::Infinite();
  switch (request_.mode) {
    case PerfMode::kUpload: return Upload(now);
    case PerfMode::kDownload: return Download(now);
    case PerfMode::kLatency: return Latency(now);
  }
  return Instant::Infinite();
}

void PerfRun::SendRequest(Instant now) {
  if (to_send_.empty()) return;
  const auto written = endpoint_.Write(id_, std::as_bytes(std::span(to_send_)), now);
  if (!written) return;
  to_send_.erase(0, *written);
  started_ = request_sent_ = now;
}

void PerfRun::Shut(Instant now) {
  if (std::exchange(shut_, true)) return;
  static_cast<void>(endpoint_.ShutdownWrite(id_, now));
}

Instant PerfRun::Upload(Instant now) {
  const Instant end = started_ + Duration::SecondsF(request_.seconds);
  for (std::uint64_t moved = 0; moved < kBytesPerStep && !shut_;) {
    const std::uint64_t left = request_.bytes == 0 ? request_.write_size : request_.bytes - sent_;
    if (left == 0 || (request_.bytes == 0 && now >= end)) {
      Shut(now);
      break;
    }
    const auto written = endpoint_.Write(id_, Zeros().first(std::min<std::uint64_t>(left, request_.write_size)), now);
    if (!written) return request_.bytes == 0 ? end : Instant::Infinite();
    sent_ += *written;
    moved += *written;
  }
  if (!shut_) return now;
  ReadReport(now);
  return Instant::Infinite();
}

void PerfRun::ReadReport(Instant now) {
  for (auto bytes = endpoint_.Peek(id_); !bytes.empty() && line_.size() < kMaxPerfLine; bytes = endpoint_.Peek(id_)) {
    line_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    static_cast<void>(endpoint_.Consume(id_, bytes.size(), now));
  }
  if (const auto report = ParseReport(line_)) report_ = *report;
}

Instant PerfRun::Download(Instant now) {
  std::uint64_t moved = 0;
  for (auto bytes = endpoint_.Peek(id_); !bytes.empty() && moved < kBytesPerStep; bytes = endpoint_.Peek(id_)) {
    static_cast<void>(endpoint_.Consume(id_, bytes.size(), now));
    moved += bytes.size();
  }
  received_ += moved;
  if (moved > 0) report_ = {received_, (now - started_).seconds()};
  if (moved >= kBytesPerStep) return now;
  if (endpoint_.AtEnd(id_)) Shut(now);
  return Instant::Infinite();
}

Instant PerfRun::Latency(Instant now) {
  const Instant end = started_ + Duration::SecondsF(request_.seconds);
  const bool idle = request_left_ == 0 && response_left_ == 0;
  if (idle && !shut_) {
    if (now >= end) {
      Shut(now);
      return Instant::Infinite();
    }
    request_left_ = request_.request_size;
    response_left_ = request_.response_size;
    request_sent_ = now;
  }
  while (request_left_ > 0) {
    const auto written = endpoint_.Write(id_, Zeros().first(request_left_), now);
    if (!written) return Instant::Infinite();
    request_left_ -= *written;
  }
  for (auto bytes = endpoint_.Peek(id_); !bytes.empty() && response_left_ > 0; bytes = endpoint_.Peek(id_)) {
    const std::uint64_t n = std::min<std::uint64_t>(bytes.size(), response_left_);
    static_cast<void>(endpoint_.Consume(id_, n, now));
    response_left_ -= n;
    if (response_left_ == 0) {
      latencies_.push_back(now - request_sent_);
      report_ = {report_.bytes + request_.request_size + request_.response_size, (now - started_).seconds()};
      return now;
    }
  }
  return Instant::Infinite();
}

PerfClient::PerfClient(Runtime& runtime, const PerfRequest& request)
    : runtime_(runtime), request_(request), loop_(runtime.endpoint(), runtime.driver(), *this) {
  runtime_.interrupt().WatchOn(loop_);
  runtime_.WatchPaths(loop_);
}

drivers::OrFailure<void> PerfClient::Connect(unsigned connections, Instant now) {
  result_["connections"] = nlohmann::ordered_json::array();
  for (unsigned i = 0; i < connections; ++i) {
    const auto id = i == 0 ? runtime_.Connect(now) : runtime_.ConnectAnother(now);
    if (!id) return drivers::Fail("cannot connect to {}: {}", runtime_.remote().ToString(), ToString(id.error()));
    runs_.push_back(std::make_unique<PerfRun>(runtime_.endpoint(), *id, request_));
    if (runtime_.fast_open()) runs_.back()->SendRequest(now);  // in the SYN, if a cookie is known
  }
  return {};
}

void PerfClient::OnEvent(const Event& event, Instant) {
  const auto found = std::ranges::find_if(runs_, [&](const auto& run) { return run->id() == event.connection; });
  if (found != runs_.end()) (*found)->OnEvent(event);
}

Instant PerfClient::Step(Instant now) {
  Instant next = Instant::Infinite();
  for (const auto& run : runs_) next = Sooner(next, run->Step(now));
  std::erase_if(runs_, [&](const auto& run) {
    if (run->IsDone()) Collect(*run, now);
    return run->IsDone();
  });
  if (runtime_.interrupt().count() > 0) {
    for (const auto& run : runs_) {
      Collect(*run, now);
      static_cast<void>(runtime_.endpoint().Abort(run->id(), now));
    }
    runs_.clear();
    done_ = true;
  } else if (runs_.empty()) {
    done_ = now >= linger_.until();
    next = linger_.until();
  }
  return next;
}

void PerfClient::Collect(PerfRun& run, Instant now) {
  const PerfReport report = run.report();
  total_.bytes += report.bytes;
  total_.seconds = std::max(total_.seconds, report.seconds);
  latencies_.insert(latencies_.end(), run.latencies().begin(), run.latencies().end());
  result_["connections"].push_back(ConnectionJson(runtime_.endpoint(), run.id()));
  if (!noted_) noted_ = PrintFallbackNote(runtime_.endpoint(), run.id());
  linger_.Add(runtime_.endpoint(), run.id(), now);
  if (run.failure()) {
    failed_ = true;
    Fail(*run.failure());
  }
  static_cast<void>(runtime_.endpoint().Release(run.id(), now));
}

void PerfClient::Summarise() {
  result_["bytes"] = total_.bytes;
  result_["seconds"] = total_.seconds;
  if (request_.mode != PerfMode::kLatency) {
    result_["bits_per_second"] = total_.seconds > 0 ? 8.0 * static_cast<double>(total_.bytes) / total_.seconds : 0.0;
    return;
  }
  std::ranges::sort(latencies_);
  result_["requests"] = latencies_.size();
  result_["requests_per_second"] = total_.seconds > 0 ? static_cast<double>(latencies_.size()) / total_.seconds : 0.0;
  auto& percentiles = result_["latency_us"];
  for (const auto& [name, share] :
       {std::pair{"min", 0.0}, {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1.0}}) {
    if (latencies_.empty()) continue;
    const auto index = static_cast<std::size_t>(share * static_cast<double>(latencies_.size() - 1) + 0.5);
    percentiles[name] = static_cast<double>(latencies_[index].nanos()) / 1000.0;
  }
}

int PerfClient::Run() {
  loop_.Run();
  Summarise();
  result_["counters"] = CountersJson(runtime_.endpoint().counters());
  result_["driver"] = DriverJson(runtime_.driver().statistics());
  if (failed_) return kExitFailure;
  return runtime_.interrupt().count() > 0 ? kExitInterrupted : kExitSuccess;
}

}  // namespace mptcpp::apps
