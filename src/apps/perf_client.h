// SPDX-License-Identifier: Apache-2.0
// The client side of `mptcpp perf`: opens the connections, runs one test on each, and collects what they measured.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/linger.h"
#include "apps/perf_protocol.h"
#include "apps/runtime.h"
#include "drivers/event_loop.h"

namespace mptcpp::apps {

// One connection of a test.
class PerfRun {
 public:
  PerfRun(Endpoint& endpoint, ConnectionId id, const PerfRequest& request);
  ConnectionId id() const { return id_; }
  void OnEvent(const Event& event);
  Instant Step(Instant now);
  bool IsDone() const { return done_; }
  const std::optional<std::string>& failure() const { return failure_; }
  // Bytes of the test that arrived, and the time that took (as the receiver saw it).
  PerfReport report() const { return report_; }
  std::vector<Duration>& latencies() { return latencies_; }

  // As much of the request as fits; Step() does the same once the connection is there.
  void SendRequest(Instant now);

 private:
  Instant Upload(Instant now);
  Instant Download(Instant now);
  Instant Latency(Instant now);
  void ReadReport(Instant now);
  void Shut(Instant now);

  Endpoint& endpoint_;
  ConnectionId id_;
  PerfRequest request_;
  std::string to_send_;  // the line that describes the test
  std::string line_;     // the report, as it arrives
  Instant started_, request_sent_;
  bool established_ = false, shut_ = false, closed_ = false, done_ = false;
  std::uint64_t sent_ = 0, received_ = 0;
  std::uint64_t request_left_ = 0, response_left_ = 0;
  PerfReport report_;
  std::vector<Duration> latencies_;
  std::optional<std::string> failure_;
};

class PerfClient : public drivers::Application {
 public:
  PerfClient(Runtime& runtime, const PerfRequest& request);
  drivers::OrFailure<void> Connect(unsigned connections, Instant now);
  // Until all tests have ended; returns the exit code.
  int Run();
  // Sums over the connections: throughput or percentiles, plus each connection's statistics.
  const nlohmann::ordered_json& result() const { return result_; }

  void OnEvent(const Event& event, Instant now) override;
  Instant Step(Instant now) override;
  bool IsDone() const override { return done_; }

 private:
  void Collect(PerfRun& run, Instant now);
  void Summarise();

  Runtime& runtime_;
  PerfRequest request_;
  drivers::EventLoop loop_;
  Linger linger_;
  std::vector<std::unique_ptr<PerfRun>> runs_;
  PerfReport total_;
  std::vector<Duration> latencies_;
  nlohmann::ordered_json result_;
  bool failed_ = false, done_ = false, noted_ = false;
};

}  // namespace mptcpp::apps
