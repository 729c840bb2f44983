// SPDX-License-Identifier: Apache-2.0
// The server side of `mptcpp perf`: one PerfServed per connection does what its first line asks for.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "apps/linger.h"
#include "apps/perf_protocol.h"
#include "apps/runtime.h"
#include "drivers/event_loop.h"

namespace mptcpp::apps {

class PerfServed {
 public:
  PerfServed(Endpoint& endpoint, ConnectionId id) : endpoint_(endpoint), id_(id) {}
  ConnectionId id() const { return id_; }
  Instant Step(Instant now);
  void OnEvent(const Event& event);
  bool IsDone() const { return done_; }

 private:
  void ReadRequest(Instant now);
  Instant Upload(Instant now);
  Instant Download(Instant now);
  Instant Latency(Instant now);
  std::uint64_t Drain(Instant now, std::uint64_t limit);
  void Shut(Instant now);

  Endpoint& endpoint_;
  ConnectionId id_;
  std::string line_;
  bool has_request_ = false;
  PerfRequest request_;
  Instant started_, last_byte_;
  std::uint64_t received_ = 0, sent_ = 0;
  std::uint64_t owed_ = 0;        // bytes of the response that is under way
  std::uint64_t incomplete_ = 0;  // bytes of the request that is arriving
  bool shut_ = false;
  bool done_ = false;
};

class PerfServer : public drivers::Application {
 public:
  PerfServer(Runtime& runtime, bool once);
  int Run();

  void OnEvent(const Event& event, Instant now) override;
  Instant Step(Instant now) override;
  bool IsDone() const override { return done_; }

 private:
  void Accept();
  void NoteFallback(ConnectionId id);

  Runtime& runtime_;
  drivers::EventLoop loop_;
  Linger linger_;
  bool once_;
  std::uint64_t accepted_ = 0;
  std::set<FallbackReason> noted_;  // each reason is said once, however many connections it met
  std::vector<std::unique_ptr<PerfServed>> served_;
  bool done_ = false;
};

}  // namespace mptcpp::apps
