// SPDX-License-Identifier: Apache-2.0
#include "sim/host.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "sim/gro.h"
#include "wire/gso.h"

namespace mptcpp::sim {
namespace {

// A core that hands out more than this at one instant has lost its brakes: better a failed check than a hang.
constexpr int kMostTransmitRounds = 100'000;

}  // namespace

Host::Host(std::string name, const HostOptions& options, std::uint64_t seed, Network& network, EventQueue& queue, PacketPool& pool,
           TraceHash& hash, Instant start)
    : name_(std::move(name)), options_(options), network_(network), queue_(queue), pool_(pool), hash_(hash), start_(start),
      random_(seed, name_), endpoint_(options.endpoint, options.random != nullptr ? *options.random : random_) {}

void Host::Kick() {
  kicked_ = true;
  queue_.Update(*this);
}

void Host::Set(std::vector<Binding>& table, std::uint32_t index, std::uint32_t generation, Application& application) {
  if (table.size() <= index) table.resize(index + 1);
  table[index] = {generation, &application};
}

Application* Host::Find(const std::vector<Binding>& table, std::uint32_t index, std::uint32_t generation) {
  if (index >= table.size() || table[index].generation != generation) return nullptr;
  return table[index].application;
}

void Host::Bind(ConnectionId connection, Application& application) {
  Set(connections_, connection.index, connection.generation, application);
}
void Host::Bind(ListenerId listener, Application& application) {
  Set(listeners_, listener.index, listener.generation, application);
}

bool Host::ApplicationsAreDone() const {
  return std::ranges::all_of(applications_, [](const auto& application) { return application->IsDone(); });
}

void Host::Deliver(PacketPtr packet, Instant now) {
  if (received_.empty()) receive_at_ = now + options_.receive_interval;
  received_.push_back(std::move(packet));
  queue_.Update(*this);
}

Instant Host::NextDeadline() const {
  if (kicked_) return queue_.now();
  return Sooner(Sooner(endpoint_.NextDeadline(), application_deadline_), receive_at_);
}

void Host::Run(Instant now) {
  kicked_ = false;
  if (receive_at_ <= now) ReceiveAll(now);
  Settle(now);
}

void Host::ReceiveAll(Instant now) {
  receive_at_ = Instant::Infinite();
  for (const PacketPtr& packet : received_) {
    // Its payload was counted when it was sent, and its checksum stands in the header.
    hash_.Add(now, name_, std::span<const std::byte>(packet->segment()).first(std::min(packet->length, kMaxTcpHeader)));
    if (observer_ != nullptr) observer_->OnReceived(*packet, now);
  }
  if (options_.merge_on_receive) MergeSegments(received_, pool_);
  if (options_.one_by_one) {
    for (const PacketPtr& packet : received_) {
      ReceiveSome(std::span(&packet, 1), now);
      Settle(now);
    }
  } else {
    ReceiveSome(received_, now);
  }
  received_.clear();
}

void Host::ReceiveSome(std::span<const PacketPtr> packets, Instant now) {
  batch_.clear();
  for (const PacketPtr& packet : packets) {
    RxPacket rx;
    rx.source = packet->source;
    rx.destination = packet->destination;
    rx.segment = packet->segment();
    rx.arrival = packet->arrival;
    rx.gso_size = packet->gso_size;
    rx.checksum_verified = packet->checksum_verified;
    rx.ecn = packet->ecn;
    if (capture_) capture_->Write(now - (start_ - Instant()), rx);
    batch_.push_back(rx);
  }
  endpoint_.Receive(batch_, now);
}

void Host::Receive(std::span<const RxPacket> batch, Instant now) {
  for (const RxPacket& packet : batch) {
    hash_.Add(now, name_, packet.segment);
    if (capture_) capture_->Write(now - (start_ - Instant()), packet);
  }
  endpoint_.Receive(batch, now);
  Kick();
}

void Host::Settle(Instant now) {
  if (endpoint_.NextDeadline() <= now) endpoint_.OnDeadline(now);
  DispatchEvents(now);
  RunApplicationDeadlines(now);
  TransmitAll(now);
  DispatchEvents(now);
}

void Host::DispatchEvents(Instant now) {
  for (std::size_t count; (count = endpoint_.PollEvents(events_)) != 0;) {
    for (const Event& event : std::span(events_).first(count)) {
      Application* application = event.listener.IsNone()
                                     ? Find(connections_, event.connection.index, event.connection.generation)
                                     : Find(listeners_, event.listener.index, event.listener.generation);
      if (application == nullptr) continue;
      application->OnEvent(event, now);
      deadlines_changed_ = true;
    }
  }
}

void Host::RunApplicationDeadlines(Instant now) {
  if (application_deadline_ <= now) {
    // By index: an application may add another one.
    for (std::size_t i = 0; i < applications_.size(); ++i) {
      if (applications_[i]->NextDeadline() <= now) applications_[i]->OnDeadline(now);
    }
    deadlines_changed_ = true;
  }
  if (!deadlines_changed_) return;
  deadlines_changed_ = false;
  application_deadline_ = Instant::Infinite();
  for (const auto& application : applications_) {
    application_deadline_ = Sooner(application_deadline_, application->NextDeadline());
  }
}

void Host::TransmitAll(Instant now) {
  for (int round = 0;; ++round) {
    MPTCPP_CHECK(round < kMostTransmitRounds);
    const std::size_t count = endpoint_.Transmit(transmit_, now);
    if (count == 0) return;
    if (edge_ != nullptr) {
      SendToEdge(std::span(transmit_).first(count), now);
      continue;
    }
    for (const TxPacket& packet : std::span(transmit_).first(count)) {
      if (capture_) capture_->Write(now - (start_ - Instant()), packet);
      const std::size_t segments = wire::SegmentCount(packet);
      if (segments > 1 && options_.keep_super_segments) {
        SendWhole(packet, now);
      } else {
        for (std::size_t i = 0; i < segments; ++i) SendSegment(packet, i, now);
      }
    }
  }
}

void Host::SendToEdge(std::span<const TxPacket> packets, Instant now) {
  for (const TxPacket& packet : packets) {
    hash_.Add(now, name_, packet.header_bytes());
    if (capture_) capture_->Write(now - (start_ - Instant()), packet);
  }
  edge_->Send(packets, now);
}

void Host::SendWhole(const TxPacket& packet, Instant now) {
  TxPacket whole = packet;
  whole.segment_size = static_cast<std::uint16_t>(packet.payload_length);
  PacketPtr sent = pool_.Take(packet.header_length + packet.payload_length);
  sent->length = wire::EmitSegment(whole, 0, sent->buffer);
  sent->source = packet.source;
  sent->destination = packet.destination;
  sent->ecn = packet.ecn;
  sent->gso_size = packet.segment_size;
  Send(std::move(sent), now);
}

void Host::SendSegment(const TxPacket& packet, std::size_t index, Instant now) {
  const std::size_t most = std::min<std::size_t>(packet.payload_length, std::max<std::size_t>(packet.segment_size, 1));
  PacketPtr sent = pool_.Take(packet.header_length + most);
  sent->length = wire::EmitSegment(packet, index, sent->buffer);
  sent->source = packet.source;
  sent->destination = packet.destination;
  sent->ecn = packet.ecn;
  Send(std::move(sent), now);
}

void Host::Send(PacketPtr packet, Instant now) {
  if (observer_ != nullptr) observer_->OnSent(*packet, now);
  hash_.Add(now, name_, packet->segment());
  network_.Send(std::move(packet), now);
}

}  // namespace mptcpp::sim
