// SPDX-License-Identifier: Apache-2.0
// Bulk transfer with a verified pattern, one side of it: writes so many bytes, compares whatever arrives with what the peer must
// have written, and ends in one of several ways. Both sides are the same class, so either direction, or both, may carry data.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "mptcpp/endpoint.h"
#include "sim/application.h"
#include "sim/host.h"
#include "sim/pattern.h"

namespace mptcpp::sim {

enum class CloseMode : std::uint8_t {
  kShutdownWhenSent,  // half-close after the last byte, read on to the peer's end
  kCloseWhenSent,     // full close after the last byte
  kShutdownAtEnd,     // half-close once the peer has
  kAbortWhenSent,
  kStayOpen,
};

struct TransferPlan {
  static constexpr std::uint64_t kEndless = UINT64_MAX;
  std::uint64_t bytes = 0;             // to send; kEndless: as long as the simulation runs
  CloseMode close = CloseMode::kShutdownWhenSent;
  std::uint64_t send_pattern = 1;      // seeds: what we send, and what the peer sends
  std::uint64_t receive_pattern = 2;
  Duration pause{};                    // between the handshake and the first byte written
  Duration bucket = Duration::Millis(100);  // resolution of goodput over time
  bool compare = true;                 // false: the peer sends bytes of its own, which are only counted
};

// What one side saw.
struct TransferResult {
  bool established = false;
  bool peer_closed = false;                      // end of stream, after all its bytes
  bool closed = false;                           // kClosed
  std::optional<Error> failure;
  Mode mode = Mode::kNegotiating;                // as last seen
  FallbackReason fallback = FallbackReason::kNone;
  std::uint64_t bytes_sent = 0;                  // taken by Write()
  std::uint64_t bytes_received = 0;
  std::optional<std::uint64_t> first_difference; // position of the first wrong byte
  Instant opened, established_at, first_byte_at, last_byte_at, ended_at;
  Duration longest_gap;                          // between two arrivals of data
  Instant longest_gap_ended_at;
  std::vector<std::uint64_t> received_per_bucket;  // since `opened`
  ConnectionInfo info;                           // when it ended, or as last refreshed
  std::vector<SubflowInfo> subflows;
  int subflow_errors = 0;                        // subflows reported closed with an error, joins that failed included
};

class Transfer final : public Application {
 public:
  Transfer(Host& host, const TransferPlan& plan);

  // Active open; at `at` if that is later than now.
  void Connect(const SocketAddress& local, const SocketAddress& remote, const ConnectionOptions& options, Instant at);
  // Passive: a connection from Accept().
  void Adopt(ConnectionId connection, Instant now);

  void OnEvent(const Event& event, Instant now) override;
  Instant NextDeadline() const override { return Sooner(connect_at_, write_at_); }
  void OnDeadline(Instant now) override;
  bool IsDone() const override { return released_; }

  ConnectionId connection() const { return connection_; }
  const TransferResult& result() const { return result_; }
  void RefreshInfo();  // copies Info() and Subflows() into the result while the connection lives
  // Bytes received in [from, to) since `opened`, in whole buckets.
  std::uint64_t ReceivedBetween(Duration from, Duration to) const;

 private:
  void Read(Instant now);
  void Record(std::uint64_t bytes, Instant now);
  void Begin(Instant now);
  void Write(Instant now);
  void WhenSent(Instant now);
  void Shutdown(Instant now);
  void End(Instant now);
  void Fail(Error error, Instant now);

  Host& host_;
  TransferPlan plan_;
  Pattern send_pattern_, receive_pattern_;
  SocketAddress local_, remote_;
  ConnectionOptions options_;
  Instant connect_at_ = Instant::Infinite();
  Instant write_at_ = Instant::Infinite();  // the end of the pause
  ConnectionId connection_;
  TransferResult result_;
  bool shut_down_ = false;
  bool deaf_ = false;  // closed both directions: what still comes is not for us
  bool released_ = false;
  // The next bytes to write, made once and offered until they are taken.
  std::vector<std::byte> chunk_;
  std::size_t chunk_used_ = 0;
};

// Listens and gives every accepted connection an application of its own.
class Acceptor final : public Application {
 public:
  using Serve = std::function<void(Host& host, ConnectionId connection, Instant now)>;
  Acceptor(Host& host, const SocketAddress& local, const ConnectionOptions& options, Serve serve, std::uint32_t backlog = 1024);
  void OnEvent(const Event& event, Instant now) override;
  bool IsDone() const override { return true; }
  std::optional<Error> failure() const { return failure_; }

 private:
  Host& host_;
  ListenerId listener_;
  Serve serve_;
  std::optional<Error> failure_;
};

}  // namespace mptcpp::sim
