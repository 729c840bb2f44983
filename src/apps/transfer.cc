// SPDX-License-Identifier: Apache-2.0
#include "apps/transfer.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <utility>

namespace mptcpp::apps {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr std::size_t kBytesPerStep = 1 << 20;  // per direction, so that segments are handled in between

}  // namespace

std::string DescribeFailure(Error error, bool was_established) {
  if (was_established) return fmt::format("the connection broke: {}", ToString(error));
  switch (error) {
    case Error::kRefused:
    case Error::kUnreachable:
      return fmt::format("cannot connect: {}; is `mptcpp listen` running there, with the same driver and port?", ToString(error));
    case Error::kTimedOut: return fmt::format("cannot connect: {}; check address, port and firewall", ToString(error));
    default: return fmt::format("cannot connect: {}", ToString(error));
  }
}

Transfer::Transfer(Endpoint& endpoint, drivers::EventLoop& loop, ConnectionId id, StreamInput input, StreamOutput output)
    : endpoint_(endpoint), loop_(loop), id_(id), input_(std::move(input)), output_(std::move(output)), buffer_(kBuffer) {
  if (input_.fd() < 0) {
    input_ended_ = true;
    return;
  }
  input_waits_ = loop_.Watch(input_.fd(), EPOLLIN, [this](std::uint32_t) {
    input_readable_ = true;
    loop_.Change(watched_input_, 0);  // until it was read: a full send buffer must not make the loop spin
  });
  input_readable_ = !input_waits_;
  if (input_waits_) watched_input_ = input_.fd();
}

Transfer::~Transfer() {
  if (watched_input_ >= 0) loop_.Unwatch(watched_input_);
  if (watched_output_ >= 0) loop_.Unwatch(watched_output_);
}

void Transfer::OnEvent(const Event& event, Instant now) {
  if (event.kind == EventKind::kEstablished) established_ = true;
  if (event.kind == EventKind::kFailed) FailWith(DescribeFailure(event.error, established_), now);
  if (event.kind == EventKind::kClosed) closed_ = true;
}

Instant Transfer::Step(Instant now) {
  if (done_) return Instant::Infinite();
  const bool more_output = !interrupted_ && MoveOutput(now);
  const bool more_input = !done_ && !closed_ && MoveInput(now);
  // What arrived is still to be written after the connection is over, at the pace of the reader.
  if (closed_ && (output_ended_ || interrupted_)) done_ = true;
  return more_output || more_input ? now : Instant::Infinite();
}

// True if there is more to do without waiting.
bool Transfer::MoveInput(Instant now) {
  for (std::size_t moved = 0; moved < kBytesPerStep;) {
    if (begin_ == end_ && !FillBuffer()) break;
    const auto written = endpoint_.Write(id_, std::span(buffer_).subspan(begin_, end_ - begin_), now);
    if (!written) {
      if (written.error() != Error::kWouldBlock && written.error() != Error::kShutdown)
        FailWith(DescribeFailure(written.error(), established_), now);
      return false;
    }
    begin_ += *written;
    moved += *written;
    if (begin_ == end_ && moved >= kBytesPerStep) return true;
  }
  if (failure_) {
    FailWith(*failure_, now);
  } else if (input_ended_ && begin_ == end_ && !shut_down_) {
    shut_down_ = true;
    static_cast<void>(endpoint_.ShutdownWrite(id_, now));  // it can only be down already
  }
  return begin_ != end_;
}

bool Transfer::FillBuffer() {
  if (input_ended_ || !input_readable_) return false;
  const auto n = input_.Read(buffer_);
  if (!n) {
    failure_ = n.error().message;
    return false;
  }
  if (input_waits_) {
    input_readable_ = false;
    loop_.Change(watched_input_, *n == 0 ? 0 : static_cast<std::uint32_t>(EPOLLIN));
  }
  begin_ = 0;
  end_ = *n;
  input_ended_ = *n == 0;
  return *n > 0;
}

// True if there is more to do without waiting.
bool Transfer::MoveOutput(Instant now) {
  if (output_blocked_ || output_ended_) return false;
  for (std::size_t moved = 0; moved < kBytesPerStep;) {
    const auto bytes = endpoint_.Peek(id_);
    if (bytes.empty()) {
      if (endpoint_.AtEnd(id_) || closed_) OnEndOfOutput();
      if (failure_) FailWith(*failure_, now);
      return false;
    }
    const auto written = output_.Write(bytes);
    if (!written) {
      FailWith(written.error().message, now);
      return false;
    }
    if (*written == 0) {
      WaitForOutput(true);
      return false;
    }
    if (observer_) observer_(bytes.first(*written));
    static_cast<void>(endpoint_.Consume(id_, *written, now));
    moved += *written;
  }
  return true;
}

void Transfer::OnEndOfOutput() {
  output_ended_ = true;
  if (watched_output_ >= 0) loop_.Unwatch(std::exchange(watched_output_, -1));
  if (const auto committed = output_.Commit(); !committed) failure_ = committed.error().message;
}

void Transfer::WaitForOutput(bool wait) {
  output_blocked_ = wait;
  if (watched_output_ >= 0) {
    loop_.Change(watched_output_, wait ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
    return;
  }
  const bool watched = loop_.Watch(output_.fd(), EPOLLOUT, [this](std::uint32_t) { WaitForOutput(false); });
  if (watched) {
    watched_output_ = output_.fd();
  } else {
    output_blocked_ = false;
  }
}

void Transfer::Interrupt(Instant now) {
  interrupted_ = true;
  static_cast<void>(endpoint_.Close(id_, now));
}

void Transfer::FailWith(std::string message, Instant now) {
  if (done_) return;
  failure_ = std::move(message);
  static_cast<void>(endpoint_.Abort(id_, now));
  done_ = true;
}

}  // namespace mptcpp::apps
