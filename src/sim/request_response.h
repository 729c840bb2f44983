// SPDX-License-Identifier: Apache-2.0
// Small exchanges at a fixed pace: the client sends a request every interval, the server answers each with a response. Measures
// what an interactive user feels. Both streams are verified patterns.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "sim/host.h"
#include "sim/transfer.h"

namespace mptcpp::sim {

struct RequestPlan {
  Duration interval = Duration::Millis(100);
  std::uint32_t request_bytes = 200;
  std::uint32_t response_bytes = 1000;
  std::uint32_t count = 0;  // then half-close; 0: as long as the simulation runs
};

struct RequestResult {
  bool established = false, closed = false;
  std::optional<Error> failure;
  std::uint32_t sent = 0, answered = 0;
  std::optional<std::uint64_t> first_difference;
  std::vector<Duration> latencies;  // in order of the requests
};

class RequestClient final : public Application {
 public:
  RequestClient(Host& host, const RequestPlan& plan) : host_(host), plan_(plan) { result_.latencies.reserve(plan.count); }
  void Connect(const SocketAddress& local, const SocketAddress& remote, const ConnectionOptions& options, Instant at);
  void OnEvent(const Event& event, Instant now) override;
  Instant NextDeadline() const override { return next_; }
  void OnDeadline(Instant now) override;
  bool IsDone() const override { return released_; }
  const RequestResult& result() const { return result_; }
  ConnectionId connection() const { return connection_; }

 private:
  void SendRequest(Instant now);
  void Flush(Instant now);
  void Read(Instant now);
  void End(std::optional<Error> failure, Instant now);

  Host& host_;
  RequestPlan plan_;
  SocketAddress local_, remote_;
  ConnectionOptions options_;
  ConnectionId connection_;
  Instant next_ = Instant::Infinite();
  Pattern request_pattern_{11}, response_pattern_{12};
  std::uint64_t queued_ = 0, written_ = 0, received_ = 0;
  std::deque<Instant> waiting_;  // when each unanswered request was made
  RequestResult result_;
  bool released_ = false, shut_down_ = false;
};

// The other side: one per accepted connection; half-closes when the client has.
class RequestServer final : public Application {
 public:
  RequestServer(Host& host, const RequestPlan& plan, ConnectionId connection, Instant now);
  void OnEvent(const Event& event, Instant now) override;
  bool IsDone() const override { return released_; }
  std::optional<std::uint64_t> first_difference() const { return first_difference_; }

 private:
  void Work(Instant now);

  Host& host_;
  RequestPlan plan_;
  ConnectionId connection_;
  Pattern request_pattern_{11}, response_pattern_{12};
  std::uint64_t received_ = 0, written_ = 0;
  std::optional<std::uint64_t> first_difference_;
  bool released_ = false, shut_down_ = false;
};

}  // namespace mptcpp::sim
