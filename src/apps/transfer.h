// SPDX-License-Identifier: Apache-2.0
// One connection between an input and an output, like netcat: both directions at once, and the end of the input closes only our
// direction. Done when both have ended in order, or at the first failure (which aborts the connection).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "apps/stream_input.h"
#include "apps/stream_output.h"
#include "drivers/event_loop.h"
#include "mptcpp/endpoint.h"

namespace mptcpp::apps {

class Transfer {
 public:
  Transfer(Endpoint& endpoint, drivers::EventLoop& loop, ConnectionId id, StreamInput input, StreamOutput output);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  ConnectionId id() const { return id_; }
  // Of this connection only.
  void OnEvent(const Event& event, Instant now);
  // Moves what can be moved. Returns `now` if there is more to do at once.
  Instant Step(Instant now);
  // Ends it early and in order as far as that goes: no more input, and what still arrives is not wanted.
  void Interrupt(Instant now);

  bool IsDone() const { return done_; }
  bool IsEstablished() const { return established_; }
  // One line, once done and only if it failed.
  const std::optional<std::string>& failure() const { return failure_; }
  // Called with everything that is received, before it is written.
  void SetObserver(std::function<void(std::span<const std::byte>)> observer) { observer_ = std::move(observer); }

 private:
  bool MoveInput(Instant now);
  bool FillBuffer();
  bool MoveOutput(Instant now);
  void OnEndOfOutput();
  void FailWith(std::string message, Instant now);
  void WaitForInput();
  void WaitForOutput(bool wait);

  Endpoint& endpoint_;
  drivers::EventLoop& loop_;
  ConnectionId id_;
  StreamInput input_;
  StreamOutput output_;
  std::function<void(std::span<const std::byte>)> observer_;
  std::vector<std::byte> buffer_;  // read, not yet written to the connection
  std::size_t begin_ = 0, end_ = 0;
  int watched_input_ = -1, watched_output_ = -1;
  bool input_readable_ = false;  // or a regular file, which always is
  bool input_waits_ = false;     // the descriptor can be waited for
  bool input_ended_ = false;
  bool output_blocked_ = false;
  bool output_ended_ = false;
  bool shut_down_ = false;
  bool established_ = false;
  bool closed_ = false;
  bool interrupted_ = false;
  bool done_ = false;
  std::optional<std::string> failure_;
};

// What a failed connection means for the person at the terminal.
std::string DescribeFailure(Error error, bool was_established);

}  // namespace mptcpp::apps
