// SPDX-License-Identifier: Apache-2.0
#include "apps/perf_server.h"

#include <algorithm>
#include <vector>

#include "apps/command.h"
#include "apps/fallback_note.h"

namespace mptcpp::apps {
namespace {

constexpr std::uint64_t kBytesPerStep = 4 << 20;

std::span<const std::byte> Zeros() {
  static const std::vector<std::byte> zeros(kMaxPerfSize);
  return zeros;
}

}  // namespace

void PerfServed::OnEvent(const Event& event) {
  if (event.kind == EventKind::kFailed || event.kind == EventKind::kClosed) done_ = true;
}

Instant PerfServed::Step(Instant now) {
  if (done_) return Instant::Infinite();
  if (!has_request_) ReadRequest(now);
  if (!has_request_) return Instant::Infinite();
  switch (request_.mode) {
    case PerfMode::kUpload: return Upload(now);
    case PerfMode::kDownload: return Download(now);
    case PerfMode::kLatency: return Latency(now);
  }
  return Instant::Infinite();
}

void PerfServed::ReadRequest(Instant now) {
  for (auto bytes = endpoint_.Peek(id_); !bytes.empty() && !has_request_; bytes = endpoint_.Peek(id_)) {
    const auto newline = std::ranges::find(bytes, std::byte{'\n'});
    const bool complete = newline != bytes.end();
    const auto n = static_cast<std::size_t>(newline - bytes.begin()) + (complete ? 1 : 0);
    line_.append(reinterpret_cast<const char*>(bytes.data()), n);
    static_cast<void>(endpoint_.Consume(id_, n, now));
    const auto request = complete ? ParseRequest(line_) : std::nullopt;
    if ((complete && !request) || line_.size() > kMaxPerfLine) {  // somebody who does not speak perf
      static_cast<void>(endpoint_.Abort(id_, now));
      done_ = true;
      return;
    }
    if (!complete) continue;
    request_ = *request;
    has_request_ = true;
    started_ = last_byte_ = now;
  }
}

// Reads and forgets up to `limit` bytes.
std::uint64_t PerfServed::Drain(Instant now, std::uint64_t limit) {
  std::uint64_t total = 0;
  while (total < limit) {
    const auto bytes = endpoint_.Peek(id_);
    if (bytes.empty()) break;
    const std::size_t n = std::min<std::uint64_t>(bytes.size(), limit - total);
    static_cast<void>(endpoint_.Consume(id_, n, now));
    total += n;
  }
  if (total > 0) last_byte_ = now;
  received_ += total;
  return total;
}

void PerfServed::Shut(Instant now) {
  if (std::exchange(shut_, true)) return;
  static_cast<void>(endpoint_.ShutdownWrite(id_, now));
}

Instant PerfServed::Upload(Instant now) {
  if (Drain(now, kBytesPerStep) == kBytesPerStep) return now;
  if (!endpoint_.AtEnd(id_) || shut_) return Instant::Infinite();
  const std::string report = FormatReport({received_, (last_byte_ - started_).seconds()});
  static_cast<void>(endpoint_.Write(id_, std::as_bytes(std::span(report)), now));  // an empty send buffer holds a line
  Shut(now);
  return Instant::Infinite();
}

Instant PerfServed::Download(Instant now) {
  Drain(now, kBytesPerStep);
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
  return shut_ ? Instant::Infinite() : now;
}

Instant PerfServed::Latency(Instant now) {
  for (;;) {
    while (owed_ > 0) {
      const auto written = endpoint_.Write(id_, Zeros().first(owed_), now);
      if (!written) return Instant::Infinite();
      owed_ -= *written;
    }
    incomplete_ += Drain(now, request_.request_size - incomplete_);
    if (incomplete_ < request_.request_size) break;
    incomplete_ = 0;
    owed_ = request_.response_size;
  }
  if (endpoint_.AtEnd(id_)) Shut(now);
  return Instant::Infinite();
}

PerfServer::PerfServer(Runtime& runtime, bool once)
    : runtime_(runtime), loop_(runtime.endpoint(), runtime.driver(), *this), once_(once) {
  runtime_.interrupt().WatchOn(loop_);
  runtime_.WatchPaths(loop_);
}

void PerfServer::Accept() {
  for (const ListenerId listener : runtime_.listeners()) {
    for (auto id = runtime_.endpoint().Accept(listener); id; id = runtime_.endpoint().Accept(listener)) {
      served_.push_back(std::make_unique<PerfServed>(runtime_.endpoint(), *id));
      ++accepted_;
    }
  }
}

void PerfServer::OnEvent(const Event& event, Instant) {
  const auto found = std::ranges::find_if(served_, [&](const auto& served) { return served->id() == event.connection; });
  if (found != served_.end()) (*found)->OnEvent(event);
}

Instant PerfServer::Step(Instant now) {
  Accept();
  Instant next = Instant::Infinite();
  for (const auto& served : served_) next = Sooner(next, served->Step(now));
  std::erase_if(served_, [&](const auto& served) {
    if (!served->IsDone()) return false;
    NoteFallback(served->id());
    linger_.Add(runtime_.endpoint(), served->id(), now);
    static_cast<void>(runtime_.endpoint().Release(served->id(), now));
    return true;
  });
  if (runtime_.interrupt().count() > 0) {
    for (const auto& served : served_) static_cast<void>(runtime_.endpoint().Abort(served->id(), now));
    done_ = true;
  } else if (once_ && accepted_ > 0 && served_.empty()) {
    done_ = now >= linger_.until();
    next = linger_.until();
  }
  return next;
}

void PerfServer::NoteFallback(ConnectionId id) {
  const auto info = runtime_.endpoint().Info(id);
  if (info && noted_.insert(info->fallback).second) PrintFallbackNote(runtime_.endpoint(), id);
}

int PerfServer::Run() {
  loop_.Run();
  return kExitSuccess;
}

}  // namespace mptcpp::apps
