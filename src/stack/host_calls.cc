// SPDX-License-Identifier: Apache-2.0
// Calls of the application that concern more than one connection.
#include <algorithm>

#include "congestion/registry.h"
#include "scheduler/scheduler.h"
#include "stack/host.h"

namespace mptcpp::stack {
namespace {

bool CanBeLocal(const IpAddress& address) { return !address.IsUnspecified() && !address.IsMulticast(); }

}  // namespace

Host::Host(EndpointOptions options, RandomSource& random)
    : options_(std::move(options)),
      random_(random),
      secret_(random),
      slabs_(options_.slab_pool),
      challenge_acks_(options_.challenge_acks_per_second),
      fast_open_cache_(options_.fast_open_cache),
      fast_open_cookies_(secret_, options_.fast_open_key_lifetime),
      tuples_(secret_),
      path_memory_(options_) {}

Host::~Host() = default;

ConnectionOptions Host::WithDefaults(ConnectionOptions options) const {
  if (options.congestion.empty()) options.congestion = options_.congestion;
  if (options.scheduler.empty()) options.scheduler = options_.scheduler;
  return options;
}

bool Host::NamesAreKnown(const ConnectionOptions& options) const {
  return congestion::ControllerChoice::Parse(options.congestion, options_.controllers) &&
         scheduler::FindScheduler(options.scheduler, options_.schedulers);
}

core::Connection* Host::Find(ConnectionId id) {
  const std::uint32_t index = connections_.IndexOf(id);
  return index == UINT32_MAX ? nullptr : connections_[index].connection.get();
}

const core::Connection* Host::Find(ConnectionId id) const {
  const std::uint32_t index = connections_.IndexOf(id);
  return index == UINT32_MAX ? nullptr : connections_[index].connection.get();
}

Expected<ConnectionId> Host::Connect(const SocketAddress& local, const SocketAddress& remote,
                                     const ConnectionOptions& options, Instant now) {
  const ConnectionOptions full = WithDefaults(options);
  const bool usable = CanBeLocal(local.address) && CanBeLocal(remote.address) && remote.port != 0 &&
                      local.address.family() == remote.address.family() && NamesAreKnown(full);
  if (!usable || !options_.token_shard.IsValid()) return std::unexpected(Error::kInvalidArgument);
  if (connections_.size() >= options_.max_connections) {
    counters_.Add(Counter::kConnectionLimit);
    return std::unexpected(Error::kLimit);
  }
  const std::uint32_t index = connections_.Add(std::make_unique<core::Connection>(*this, full));
  ConnectionSlot& slot = connections_[index];
  slot.held = true;
  if (const auto opened = slot.connection->Connect(local, remote, now); !opened) {
    Destroy(index);
    return std::unexpected(opened.error());
  }
  MarkReady(index);
  return connections_.IdOf(index);
}

Expected<ListenerId> Host::Listen(const SocketAddress& local, const ConnectionOptions& options, std::uint32_t backlog) {
  const ConnectionOptions full = WithDefaults(options);
  if (!NamesAreKnown(full) || !options_.token_shard.IsValid()) return std::unexpected(Error::kInvalidArgument);
  return listeners_.Open(local, full, backlog);
}

Expected<void> Host::CloseListener(ListenerId id, Instant now) {
  Listener* listener = listeners_.Find(id);
  if (!listener) return std::unexpected(Error::kUnknownHandle);
  // Nobody will accept these any more.
  for (std::uint32_t index = 0; index < connections_.slot_count(); ++index) {
    ConnectionSlot& slot = connections_[index];
    if (!slot.connection || slot.listener != id.index || slot.listener_generation != id.generation) continue;
    if (slot.half_open) LeaveHalfOpen(slot);
    slot.listener = UINT32_MAX;
    (void)slot.connection->Abort(now);
    MarkReady(index);
  }
  listeners_.Close(id);
  return {};
}

Expected<ConnectionId> Host::Accept(ListenerId id) {
  Listener* listener = listeners_.Find(id);
  if (!listener) return std::unexpected(Error::kUnknownHandle);
  if (listener->accept_queue.empty()) return std::unexpected(Error::kWouldBlock);
  const std::uint32_t index = listener->accept_queue.front();
  listener->accept_queue.pop_front();
  ConnectionSlot& slot = connections_[index];
  slot.listener = UINT32_MAX;
  slot.held = true;
  const ConnectionId connection = connections_.IdOf(index);
  // What happened before anybody could be told.
  for (unsigned kind = 0; kind <= static_cast<unsigned>(EventKind::kFallback); ++kind) {
    const auto event_kind = static_cast<EventKind>(kind);
    if (!(slot.pending_events & BitOf(event_kind))) continue;
    Event event{.kind = event_kind, .connection = connection};
    if (const auto failure = slot.connection->failure(); failure && event_kind == EventKind::kFailed) {
      event.error = *failure;
      event.has_error = true;
    }
    events_.Push(event);
  }
  return connection;
}

Expected<void> Host::Release(ConnectionId id, Instant now) {
  const std::uint32_t index = connections_.IndexOf(id);
  if (index == UINT32_MAX) return std::unexpected(Error::kUnknownHandle);
  ConnectionSlot& slot = connections_[index];
  slot.held = false;
  slot.pending_events = 0;
  ++slot.generation;
  if (slot.connection->IsFinished()) {
    Destroy(index);
    return {};
  }
  (void)slot.connection->Close(now);
  MarkReady(index);
  return {};
}

Expected<AddressId> Host::AddPathEndpoint(const PathEndpoint& endpoint, Instant now) {
  if (!CanBeLocal(endpoint.address) || endpoint.preference.weight == 0) return std::unexpected(Error::kInvalidArgument);
  if (path_endpoints_.size() >= 255) return std::unexpected(Error::kLimit);
  const auto taken = [this](std::uint8_t id) {
    return id == 0 || std::ranges::any_of(path_endpoints_, [id](const auto& known) { return known.id.value() == id; });
  };
  while (taken(next_address_id_)) ++next_address_id_;
  path_endpoints_.push_back({AddressId(next_address_id_++), endpoint});
  const core::KnownPathEndpoint added = path_endpoints_.back();
  for (std::uint32_t index = 0; index < connections_.slot_count(); ++index) {
    if (!connections_[index].connection) continue;
    connections_[index].connection->OnPathEndpointAdded(added, now);
    MarkReady(index);
  }
  return added.id;
}

Expected<void> Host::RemovePathEndpoint(AddressId id, Instant now) {
  const auto found = std::ranges::find(path_endpoints_, id, &core::KnownPathEndpoint::id);
  if (found == path_endpoints_.end()) return std::unexpected(Error::kUnknownHandle);
  path_endpoints_.erase(found);
  for (std::uint32_t index = 0; index < connections_.slot_count(); ++index) {
    if (!connections_[index].connection) continue;
    connections_[index].connection->OnPathEndpointRemoved(id, now);
    MarkReady(index);
  }
  return {};
}

Expected<void> Host::SetPathEndpointBackup(AddressId id, bool backup, Instant now) {
  const auto found = std::ranges::find(path_endpoints_, id, &core::KnownPathEndpoint::id);
  if (found == path_endpoints_.end()) return std::unexpected(Error::kUnknownHandle);
  found->endpoint.backup = backup;
  for (std::uint32_t index = 0; index < connections_.slot_count(); ++index) {
    if (!connections_[index].connection) continue;
    connections_[index].connection->OnPathEndpointBackup(id, backup, now);
    MarkReady(index);
  }
  return {};
}

}  // namespace mptcpp::stack
