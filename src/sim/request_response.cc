// SPDX-License-Identifier: Apache-2.0
#include "sim/request_response.h"

#include <algorithm>
#include <array>

namespace mptcpp::sim {
namespace {

// Writes the pattern up to `until`; returns how far it came.
std::uint64_t WritePattern(Host& host, ConnectionId connection, const Pattern& pattern, std::uint64_t from, std::uint64_t until,
                           Instant now) {
  std::array<std::byte, 4096> chunk;
  while (from < until) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), until - from));
    pattern.Fill(from, std::span(chunk).first(n));
    const auto taken = host.endpoint().Write(connection, std::span(chunk).first(n), now);
    if (!taken) break;
    from += *taken;
  }
  return from;
}

// Reads all there is; returns the number of bytes received so far.
std::uint64_t ReadPattern(Host& host, ConnectionId connection, const Pattern& pattern, std::uint64_t received,
                          std::optional<std::uint64_t>& first_difference, Instant now) {
  Endpoint& endpoint = host.endpoint();
  for (auto data = endpoint.Peek(connection); !data.empty(); data = endpoint.Peek(connection)) {
    if (!first_difference) first_difference = pattern.FirstDifference(received, data);
    const std::size_t size = data.size();
    received += size;
    if (!endpoint.Consume(connection, size, now)) break;
  }
  return received;
}

}  // namespace

void RequestClient::Connect(const SocketAddress& local, const SocketAddress& remote, const ConnectionOptions& options, Instant at) {
  local_ = local;
  remote_ = remote;
  options_ = options;
  next_ = at;
}

void RequestClient::OnDeadline(Instant now) {
  if (connection_.IsNone()) {
    next_ = Instant::Infinite();
    const auto connection = host_.endpoint().Connect(local_, remote_, options_, now);
    if (!connection) return End(connection.error(), now);
    connection_ = *connection;
    host_.Bind(connection_, *this);
    return;
  }
  SendRequest(now);
}

void RequestClient::OnEvent(const Event& event, Instant now) {
  if (released_) return;
  switch (event.kind) {
    case EventKind::kEstablished:
      result_.established = true;
      return SendRequest(now);
    case EventKind::kReadable:
    case EventKind::kPeerClosed: return Read(now);
    case EventKind::kWritable: return Flush(now);
    case EventKind::kClosed:
      Read(now);
      result_.closed = true;
      return End(std::nullopt, now);
    case EventKind::kFailed: return End(event.has_error ? event.error : Error::kReset, now);
    default: return;
  }
}

void RequestClient::SendRequest(Instant now) {
  const bool last = plan_.count != 0 && result_.sent + 1 >= plan_.count;
  next_ = last ? Instant::Infinite() : now + plan_.interval;
  ++result_.sent;
  queued_ += plan_.request_bytes;
  waiting_.push_back(now);
  Flush(now);
}

void RequestClient::Flush(Instant now) {
  written_ = WritePattern(host_, connection_, request_pattern_, written_, queued_, now);
  if (shut_down_ || plan_.count == 0 || result_.sent < plan_.count || written_ < queued_) return;
  shut_down_ = true;
  static_cast<void>(host_.endpoint().ShutdownWrite(connection_, now));
}

void RequestClient::Read(Instant now) {
  received_ = ReadPattern(host_, connection_, response_pattern_, received_, result_.first_difference, now);
  while (!waiting_.empty() && received_ >= static_cast<std::uint64_t>(result_.answered + 1) * plan_.response_bytes) {
    result_.latencies.push_back(now - waiting_.front());
    waiting_.pop_front();
    ++result_.answered;
  }
}

void RequestClient::End(std::optional<Error> failure, Instant now) {
  result_.failure = failure;
  next_ = Instant::Infinite();
  released_ = true;
  if (!connection_.IsNone()) static_cast<void>(host_.endpoint().Release(connection_, now));
}

RequestServer::RequestServer(Host& host, const RequestPlan& plan, ConnectionId connection, Instant now)
    : host_(host), plan_(plan), connection_(connection) {
  host_.Bind(connection_, *this);
  Work(now);
}

void RequestServer::OnEvent(const Event& event, Instant now) {
  if (released_) return;
  Work(now);
  if (event.kind != EventKind::kClosed && event.kind != EventKind::kFailed) return;
  released_ = true;
  static_cast<void>(host_.endpoint().Release(connection_, now));
}

void RequestServer::Work(Instant now) {
  received_ = ReadPattern(host_, connection_, request_pattern_, received_, first_difference_, now);
  const std::uint64_t owed = received_ / plan_.request_bytes * plan_.response_bytes;
  written_ = WritePattern(host_, connection_, response_pattern_, written_, owed, now);
  if (shut_down_ || written_ < owed || !host_.endpoint().AtEnd(connection_)) return;
  shut_down_ = true;
  static_cast<void>(host_.endpoint().ShutdownWrite(connection_, now));
}

}  // namespace mptcpp::sim
