// SPDX-License-Identifier: Apache-2.0
// The public API: looks the handle up, passes the call on, and lets the host look at the connection afterwards.
#include "mptcpp/endpoint.h"

#include "stack/host.h"

namespace mptcpp {
namespace {

// Calls `call` on the connection of a handle; an unknown one is an error value.
template <typename Call>
auto On(stack::Host& host, ConnectionId id, Call call) -> decltype(call(std::declval<core::Connection&>())) {
  core::Connection* connection = host.Find(id);
  if (!connection) return std::unexpected(Error::kUnknownHandle);
  auto result = call(*connection);
  host.Touch(*connection);
  return result;
}

}  // namespace

Endpoint::Endpoint(EndpointOptions options, RandomSource& random)
    : host_(std::make_unique<stack::Host>(std::move(options), random)) {}
Endpoint::~Endpoint() = default;

void Endpoint::Receive(std::span<const RxPacket> batch, Instant now) { host_->Receive(batch, now); }
void Endpoint::ReceiveIcmp(const wire::IcmpError& error, Instant now) { host_->ReceiveIcmp(error, now); }
std::size_t Endpoint::Transmit(std::span<TxPacket> out, Instant now) { return host_->Transmit(out, now); }
Instant Endpoint::NextDeadline() const { return host_->NextDeadline(); }
void Endpoint::OnDeadline(Instant now) { host_->OnDeadline(now); }
std::size_t Endpoint::PollEvents(std::span<Event> out) { return host_->PollEvents(out); }

Expected<AddressId> Endpoint::AddPathEndpoint(const PathEndpoint& endpoint, Instant now) {
  return host_->AddPathEndpoint(endpoint, now);
}
Expected<void> Endpoint::RemovePathEndpoint(AddressId id, Instant now) { return host_->RemovePathEndpoint(id, now); }
Expected<void> Endpoint::SetPathEndpointBackup(AddressId id, bool backup, Instant now) {
  return host_->SetPathEndpointBackup(id, backup, now);
}

Expected<ConnectionId> Endpoint::Connect(const SocketAddress& local, const SocketAddress& remote,
                                         const ConnectionOptions& options, Instant now) {
  return host_->Connect(local, remote, options, now);
}
Expected<ListenerId> Endpoint::Listen(const SocketAddress& local, const ConnectionOptions& options, std::uint32_t backlog) {
  return host_->Listen(local, options, backlog);
}
Expected<void> Endpoint::CloseListener(ListenerId listener, Instant now) { return host_->CloseListener(listener, now); }
Expected<ConnectionId> Endpoint::Accept(ListenerId listener) { return host_->Accept(listener); }

Expected<std::size_t> Endpoint::Write(ConnectionId id, std::span<const std::byte> data, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.Write(data, now); });
}
Expected<std::size_t> Endpoint::Read(ConnectionId id, std::span<std::byte> out, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.Read(out, now); });
}
std::span<const std::byte> Endpoint::Peek(ConnectionId id) const {
  const core::Connection* connection = std::as_const(*host_).Find(id);
  return connection ? connection->Peek() : std::span<const std::byte>{};
}
Expected<void> Endpoint::Consume(ConnectionId id, std::size_t n, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.Consume(n, now); });
}
bool Endpoint::AtEnd(ConnectionId id) const {
  const core::Connection* connection = std::as_const(*host_).Find(id);
  return connection && connection->AtEnd();
}
Expected<void> Endpoint::ShutdownWrite(ConnectionId id, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.ShutdownWrite(now); });
}
Expected<void> Endpoint::Close(ConnectionId id, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.Close(now); });
}
Expected<void> Endpoint::Abort(ConnectionId id, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.Abort(now); });
}
Expected<void> Endpoint::Release(ConnectionId id, Instant now) { return host_->Release(id, now); }

Expected<SubflowId> Endpoint::AddSubflow(ConnectionId id, const SocketAddress& local, const SocketAddress& remote, bool backup,
                                         Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.AddSubflow(local, remote, backup, now); });
}
Expected<void> Endpoint::CloseSubflow(ConnectionId id, SubflowId subflow, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.CloseSubflow(subflow, now); });
}
Expected<void> Endpoint::SetScheduler(ConnectionId id, std::string_view scheduler) {
  return On(*host_, id, [&](core::Connection& c) { return c.SetScheduler(scheduler); });
}
Expected<void> Endpoint::SetPreference(ConnectionId id, SubflowId subflow, const PathPreference& preference) {
  return On(*host_, id, [&](core::Connection& c) { return c.SetPreference(subflow, preference); });
}
Expected<void> Endpoint::SetBackup(ConnectionId id, SubflowId subflow, bool backup, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.SetBackup(subflow, backup, now); });
}
Expected<void> Endpoint::SetCongestion(ConnectionId id, std::string_view choice, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.SetCongestion(choice, now); });
}
Expected<void> Endpoint::SetSubflowCongestion(ConnectionId id, SubflowId subflow, std::string_view named, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.SetSubflowCongestion(subflow, named, now); });
}
Expected<AddressId> Endpoint::Announce(ConnectionId id, const SocketAddress& address, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.Announce(address, now); });
}
Expected<void> Endpoint::Withdraw(ConnectionId id, AddressId address, Instant now) {
  return On(*host_, id, [&](core::Connection& c) { return c.Withdraw(address, now); });
}

std::size_t Endpoint::FastOpenCookies(std::span<FastOpenEntry> out) const { return host_->known_cookies().List(out); }
void Endpoint::AddFastOpenCookie(const FastOpenEntry& entry) {
  host_->fast_open_cache().OnCookie(entry.server, entry.cookie, entry.mss);
}

Expected<ConnectionInfo> Endpoint::Info(ConnectionId id) const {
  const core::Connection* connection = std::as_const(*host_).Find(id);
  if (!connection) return std::unexpected(Error::kUnknownHandle);
  return connection->Info();
}
Expected<std::size_t> Endpoint::Subflows(ConnectionId id, std::span<SubflowInfo> out) const {
  const core::Connection* connection = std::as_const(*host_).Find(id);
  if (!connection) return std::unexpected(Error::kUnknownHandle);
  return connection->Subflows(out);
}
const Counters& Endpoint::counters() const { return host_->counter_values(); }
std::size_t Endpoint::connection_count() const { return host_->connection_count(); }

}  // namespace mptcpp
