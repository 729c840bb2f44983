// SPDX-License-Identifier: Apache-2.0
#include "mptcp/connection.h"

#include "mptcp/core.h"

namespace mptcpp::core {

Connection::Connection(ConnectionHost& host, const ConnectionOptions& options)
    : core_(std::make_unique<Core>(host, options, *this)) {}
Connection::~Connection() = default;

Expected<void> Connection::Connect(const SocketAddress& local, const SocketAddress& remote, Instant now) {
  core_->clock = now;
  return core_->OpenFirst(local, remote, now);
}

Expected<void> Connection::AcceptFirst(const wire::SegmentView& syn, Instant now, const PassiveOpening& opening) {
  core_->clock = now;
  return core_->AcceptFirst(syn, opening, now);
}

std::expected<wire::MpJoinSynAck, JoinRefused> Connection::AnswerJoin(const wire::SegmentView& syn,
                                                                        const wire::MpJoinSyn& join, std::uint32_t own_nonce,
                                                                        Instant now) {
  core_->clock = now;
  return core_->AnswerJoin(syn, join, own_nonce);
}

std::expected<void, JoinRefused> Connection::AcceptProvenJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                                 const CookieJoin& cookie, const wire::SegmentView& ack,
                                                                 Instant now) {
  core_->clock = now;
  return core_->AcceptProvenJoin(syn, join, cookie, ack, now);
}

std::uint8_t Connection::half_open_joins() const { return core_->half_open_joins; }
const ConnectionOptions& Connection::options() const { return core_->options; }
std::uint8_t Connection::half_open_joins_limit() const { return core_->options.half_open_joins_limit; }

std::expected<void, JoinRefused> Connection::AcceptJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                           Instant now) {
  core_->clock = now;
  return core_->AcceptJoin(syn, join, std::nullopt, now);
}

void Connection::Receive(std::uint16_t subflow_index, const wire::SegmentView& segment, Instant now) {
  Core& core = *core_;
  core.clock = now;
  if (subflow_index >= kMaxSubflows || core.entries[subflow_index] == nullptr) return;
  SubflowEntry& entry = *core.entries[subflow_index];
  entry.tcp.Receive(segment, now);
  core.Settle(entry, now);
  core.SettleConnection(now);
}

void Connection::ReceiveIcmp(std::uint16_t subflow_index, const wire::IcmpError& error, Instant now) {
  Core& core = *core_;
  core.clock = now;
  if (subflow_index >= kMaxSubflows || core.entries[subflow_index] == nullptr) return;
  SubflowEntry& entry = *core.entries[subflow_index];
  entry.tcp.ReceiveIcmp(error, now);
  core.Settle(entry, now);
  core.SettleConnection(now);
}

bool Connection::GiveWay(std::uint16_t subflow_index, const wire::SegmentView& syn, Instant now) {
  Core& core = *core_;
  core.clock = now;
  if (subflow_index >= kMaxSubflows || core.entries[subflow_index] == nullptr) return false;
  SubflowEntry& entry = *core.entries[subflow_index];
  if (!entry.GivesWayToJoin(syn) && !entry.tcp.GivesWayTo(syn)) return false;
  entry.tcp.Forget();
  core.Reap(now);
  core.SettleConnection(now);
  return true;
}

bool Connection::Transmit(TxPacket& out, Instant now) { return core_->Transmit(out, now); }
Instant Connection::NextDeadline() const { return core_->NextDeadline(); }
void Connection::OnDeadline(Instant now) { core_->OnDeadline(now); }

Expected<std::size_t> Connection::Write(std::span<const std::byte> data, Instant now) {
  Core& core = *core_;
  core.clock = now;
  if (core.failure) return std::unexpected(*core.failure);
  if (!core.close.CanWrite()) return std::unexpected(Error::kShutdown);
  const std::size_t n = core.send.Write(data);
  core.writable_wanted = n < data.size();
  if (n == 0 && !data.empty()) return std::unexpected(Error::kWouldBlock);
  return n;
}

Expected<std::size_t> Connection::Read(std::span<std::byte> out, Instant now) {
  Core& core = *core_;
  core.clock = now;
  const std::size_t n = core.receive.Read(out);
  if (n > 0) {
    core.AfterReading(now);
    return n;
  }
  if (out.empty() || AtEnd()) return 0;
  if (core.failure) return std::unexpected(*core.failure);
  return std::unexpected(Error::kWouldBlock);
}

std::span<const std::byte> Connection::Peek() const { return core_->receive.Peek(); }

Expected<void> Connection::Consume(std::size_t n, Instant now) {
  if (n > core_->receive.readable()) return std::unexpected(Error::kInvalidArgument);
  core_->clock = now;
  core_->receive.Consume(n);
  core_->AfterReading(now);
  return {};
}

bool Connection::AtEnd() const {
  return core_->peer_fin_taken && core_->receive.readable() == 0 && core_->failure != Error::kAborted;  // Abort() drops what was unread
}

Expected<void> Connection::ShutdownWrite(Instant now) { return core_->ShutdownWrite(now); }
Expected<void> Connection::Close(Instant now) { return core_->Close(now); }
Expected<void> Connection::Abort(Instant now) { return core_->Abort(now); }

Expected<SubflowId> Connection::AddSubflow(const SocketAddress& local, const SocketAddress& remote, bool backup, Instant now) {
  return core_->AddSubflow(local, remote, backup, now);
}
Expected<void> Connection::CloseSubflow(SubflowId id, Instant now) { return core_->CloseSubflow(id, now); }
Expected<void> Connection::SetScheduler(std::string_view name) { return core_->SetScheduler(name); }
Expected<void> Connection::SetPreference(SubflowId id, const PathPreference& preference) { return core_->SetPreference(id, preference); }
Expected<void> Connection::SetBackup(SubflowId id, bool backup, Instant now) { return core_->SetBackup(id, backup, now); }
Expected<void> Connection::SetCongestion(std::string_view choice, Instant now) { return core_->SetCongestion(choice, now); }
Expected<void> Connection::SetSubflowCongestion(SubflowId id, std::string_view named, Instant now) {
  return core_->SetSubflowCongestion(id, named, now);
}
Expected<AddressId> Connection::Announce(const SocketAddress& address, Instant now) { return core_->Announce(address, now); }
Expected<void> Connection::Withdraw(AddressId id, Instant now) { return core_->Withdraw(id, now); }

void Connection::OnPathEndpointAdded(const KnownPathEndpoint& endpoint, Instant now) {
  core_->clock = now;
  core_->OnEndpointAdded(endpoint);
  core_->SettleConnection(now);
}
void Connection::OnPathEndpointRemoved(AddressId id, Instant now) { core_->OnEndpointRemoved(id, now); }
void Connection::OnPathEndpointBackup(AddressId id, bool backup, Instant now) { core_->OnEndpointBackup(id, backup, now); }

bool Connection::IsEstablished() const { return core_->established; }
bool Connection::IsFastOpenPending() const {
  bool pending = false;
  core_->ForEach([&](const SubflowEntry& entry) {
    pending |= entry.tcp.IsFastOpen() && entry.tcp.state() == tcp::State::kSynReceived;
  });
  return pending;
}
bool Connection::IsFinished() const {
  return core_->alive == 0 && (core_->failure.has_value() || core_->close.state() == DataState::kClosed);
}
std::optional<Error> Connection::failure() const { return core_->failure; }
ConnectionInfo Connection::Info() const { return core_->Info(); }
std::size_t Connection::Subflows(std::span<SubflowInfo> out) const { return core_->Subflows(out); }
const char* Connection::Inconsistency() const { return core_->Inconsistency(); }

}  // namespace mptcpp::core
