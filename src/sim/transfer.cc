// SPDX-License-Identifier: Apache-2.0
#include "sim/transfer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mptcpp::sim {
namespace {

constexpr std::size_t kChunk = 64 * 1024;

}  // namespace

Transfer::Transfer(Host& host, const TransferPlan& plan)
    : host_(host), plan_(plan), send_pattern_(plan.send_pattern), receive_pattern_(plan.receive_pattern) {}

void Transfer::Connect(const SocketAddress& local, const SocketAddress& remote, const ConnectionOptions& options, Instant at) {
  local_ = local;
  remote_ = remote;
  options_ = options;
  connect_at_ = at;
}

void Transfer::OnDeadline(Instant now) {
  if (write_at_ <= now) {
    write_at_ = Instant::Infinite();
    plan_.pause = {};
    if (!released_) Write(now);
  }
  if (connect_at_ > now) return;
  connect_at_ = Instant::Infinite();
  result_.opened = now;
  const auto connection = host_.endpoint().Connect(local_, remote_, options_, now);
  if (!connection) return Fail(connection.error(), now);
  connection_ = *connection;
  host_.Bind(connection_, *this);
  if (plan_.pause.IsZero()) Write(now);  // before the handshake, so that its third segment may carry data
}

void Transfer::Adopt(ConnectionId connection, Instant now) {
  connection_ = connection;
  host_.Bind(connection_, *this);
  result_.opened = now;
  result_.established = true;
  result_.established_at = now;
  Read(now);
  Begin(now);
}

void Transfer::OnEvent(const Event& event, Instant now) {
  if (released_) return;
  switch (event.kind) {
    case EventKind::kEstablished:
      result_.established = true;
      result_.established_at = now;
      return Begin(now);
    case EventKind::kReadable:
    case EventKind::kPeerClosed: return Read(now);
    case EventKind::kWritable: return Write(now);
    case EventKind::kSubflowClosed: result_.subflow_errors += event.has_error; return;
    case EventKind::kClosed:
      Read(now);
      if (released_) return;
      result_.closed = true;
      return End(now);
    case EventKind::kFailed: {
      Read(now);
      return Fail(event.has_error ? event.error : Error::kReset, now);
    }
    default: return;
  }
}

void Transfer::Read(Instant now) {
  if (deaf_) return;
  Endpoint& endpoint = host_.endpoint();
  for (auto data = endpoint.Peek(connection_); !data.empty(); data = endpoint.Peek(connection_)) {
    if (plan_.compare && !result_.first_difference) result_.first_difference = receive_pattern_.FirstDifference(result_.bytes_received, data);
    const std::size_t size = data.size();
    Record(size, now);
    if (!endpoint.Consume(connection_, size, now)) return;
  }
  if (result_.peer_closed || !endpoint.AtEnd(connection_)) return;
  result_.peer_closed = true;
  if (plan_.close == CloseMode::kShutdownAtEnd) Shutdown(now);
}

void Transfer::Record(std::uint64_t bytes, Instant now) {
  if (result_.bytes_received == 0) {
    result_.first_byte_at = now;
  } else if (now - result_.last_byte_at > result_.longest_gap) {
    result_.longest_gap = now - result_.last_byte_at;
    result_.longest_gap_ended_at = now;
  }
  result_.last_byte_at = now;
  result_.bytes_received += bytes;
  const auto bucket = static_cast<std::size_t>((now - result_.opened).nanos() / plan_.bucket.nanos());
  if (result_.received_per_bucket.size() <= bucket) result_.received_per_bucket.resize(bucket + 1);
  result_.received_per_bucket[bucket] += bytes;
}

void Transfer::Begin(Instant now) {
  if (plan_.pause.IsZero()) return Write(now);
  write_at_ = now + plan_.pause;
}

void Transfer::Write(Instant now) {
  if (!plan_.pause.IsZero()) return;
  while (result_.bytes_sent < plan_.bytes && !shut_down_) {
    if (chunk_used_ == chunk_.size()) {
      chunk_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, plan_.bytes - result_.bytes_sent)));
      send_pattern_.Fill(result_.bytes_sent, chunk_);
      chunk_used_ = 0;
    }
    const auto taken = host_.endpoint().Write(connection_, std::span(chunk_).subspan(chunk_used_), now);
    if (!taken) return;  // kWouldBlock: kWritable follows; anything else: kFailed does
    chunk_used_ += *taken;
    result_.bytes_sent += *taken;
  }
  if (!shut_down_) WhenSent(now);
}

void Transfer::WhenSent(Instant now) {
  switch (plan_.close) {
    case CloseMode::kShutdownWhenSent: return Shutdown(now);
    case CloseMode::kCloseWhenSent:
      shut_down_ = deaf_ = true;
      static_cast<void>(host_.endpoint().Close(connection_, now));
      return;
    case CloseMode::kAbortWhenSent:
      shut_down_ = deaf_ = true;
      static_cast<void>(host_.endpoint().Abort(connection_, now));
      return;
    case CloseMode::kShutdownAtEnd:
      if (result_.peer_closed) Shutdown(now);
      return;
    case CloseMode::kStayOpen: return;
  }
}

void Transfer::Shutdown(Instant now) {
  if (shut_down_ || result_.bytes_sent < plan_.bytes) return;
  shut_down_ = true;
  static_cast<void>(host_.endpoint().ShutdownWrite(connection_, now));
}

void Transfer::RefreshInfo() {
  if (released_ || connection_.IsNone()) return;
  if (const auto info = host_.endpoint().Info(connection_)) {
    result_.info = *info;
    result_.mode = info->mode;
    result_.fallback = info->fallback;
  }
  std::array<SubflowInfo, 40> subflows;
  if (const auto count = host_.endpoint().Subflows(connection_, subflows)) {
    result_.subflows.assign(subflows.begin(), subflows.begin() + static_cast<std::ptrdiff_t>(*count));
  }
}

void Transfer::End(Instant now) {
  RefreshInfo();
  result_.ended_at = now;
  released_ = true;
  if (!connection_.IsNone()) static_cast<void>(host_.endpoint().Release(connection_, now));
}

void Transfer::Fail(Error error, Instant now) {
  result_.failure = error;
  End(now);
}

std::uint64_t Transfer::ReceivedBetween(Duration from, Duration to) const {
  const auto index = [&](Duration at) {
    return std::min(result_.received_per_bucket.size(), static_cast<std::size_t>(at.nanos() / plan_.bucket.nanos()));
  };
  std::uint64_t sum = 0;
  for (std::size_t i = index(from); i < index(to); ++i) sum += result_.received_per_bucket[i];
  return sum;
}

Acceptor::Acceptor(Host& host, const SocketAddress& local, const ConnectionOptions& options, Serve serve, std::uint32_t backlog)
    : host_(host), serve_(std::move(serve)) {
  const auto listener = host_.endpoint().Listen(local, options, backlog);
  if (!listener) {
    failure_ = listener.error();
    return;
  }
  listener_ = *listener;
  host_.Bind(listener_, *this);
}

void Acceptor::OnEvent(const Event& event, Instant now) {
  if (event.kind != EventKind::kAcceptable) return;
  while (const auto connection = host_.endpoint().Accept(listener_)) serve_(host_, *connection, now);
}

}  // namespace mptcpp::sim
