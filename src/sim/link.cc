// SPDX-License-Identifier: Apache-2.0
#include "sim/link.h"

#include <algorithm>
#include <utility>

namespace mptcpp::sim {
namespace {

constexpr Bytes kLeastDefaultBuffer = Bytes::KiB(64);
constexpr Bytes kInfiniteRateBuffer = Bytes::MiB(64);

}  // namespace

struct Link::ArrivesLater {
  bool operator()(const InFlight& a, const InFlight& b) const {
    return a.arrival != b.arrival ? a.arrival > b.arrival : a.number > b.number;
  }
};

Link::Link(std::string name, const LinkOptions& options, std::uint64_t seed, PacketPool& pool)
    : name_(std::move(name)), options_(options), pool_(pool), random_(seed, name_) {}

Link::~Link() {
  for (const InFlight& entry : in_order_) PacketPtr give_back(entry.packet);
  for (const InFlight& entry : held_back_) PacketPtr give_back(entry.packet);
}

Bytes Link::buffer_limit() const {
  if (options_.buffer) return *options_.buffer;
  if (options_.rate.IsInfinite()) return kInfiniteRateBuffer;
  return Larger(kLeastDefaultBuffer, options_.rate.In(options_.delay * 2));
}

// Two states: outside a burst every packet starts one with a probability that makes the overall loss come out as asked;
// inside, it goes on with 1 - 1/length.
bool Link::DrawLoss() {
  if (options_.loss_burst <= 1) return random_.Chance(options_.loss);
  const double leave = 1 / options_.loss_burst;
  const double enter = options_.loss >= 1 ? 1 : std::min(1.0, leave * options_.loss / (1 - options_.loss));
  in_loss_burst_ = random_.Chance(in_loss_burst_ ? 1 - leave : enter);
  return in_loss_burst_;
}

bool Link::DrawEarlyDrop() {
  if (options_.early_drop <= 0) return false;
  const auto limit = static_cast<double>(buffer_limit().count()), begin = limit / 4;
  return random_.Chance(options_.early_drop * (static_cast<double>(queued_.count()) - begin) / (limit - begin));
}

void Link::Corrupt(Packet& packet) {
  const auto at = random_.Below(packet.length);
  packet.buffer[at] ^= static_cast<std::byte>(1 + random_.Below(255));
  ++counters_.corrupted;
}

void Link::Push(PacketPtr packet, Instant now) {
  FinishTransmissions(now);
  ++counters_.packets_in;
  if (filter_ != nullptr && !filter_->Pass(*packet, now)) {
    ++counters_.dropped_filter;
  } else if (!options_.up) {
    ++counters_.dropped_down;
  } else if (DrawLoss()) {
    ++counters_.lost;
  } else {
    PacketPtr copy;
    if (random_.Chance(options_.duplicate)) copy = pool_.Copy(*packet);
    if (random_.Chance(options_.corrupt)) Corrupt(*packet);
    Enqueue(std::move(packet), now);
    if (copy) {
      ++counters_.duplicated;
      Enqueue(std::move(copy), now);
    }
  }
}

void Link::Enqueue(PacketPtr packet, Instant now) {
  const Bytes size(static_cast<std::int64_t>(packet->wire_length()));
  if (transmitting_) {
    if (queued_ + size > buffer_limit()) {
      ++counters_.dropped_full;
      return;
    }
    if (DrawEarlyDrop()) {
      ++counters_.dropped_early;
      return;
    }
    if (options_.ecn_threshold && queued_ > *options_.ecn_threshold && packet->ecn != Ecn::kNotEct) {
      packet->ecn = Ecn::kCe;
      ++counters_.marked;
    }
    queued_ += size;
    counters_.longest_queue = Larger(counters_.longest_queue, queued_);
    queue_.Push(std::move(packet));
    return;
  }
  transmitting_ = std::move(packet);
  StartTransmission(now);
}

void Link::StartTransmission(Instant now) {
  const Bytes size(static_cast<std::int64_t>(transmitting_->wire_length()));
  transmission_ends_ = now + options_.rate.TimeFor(size);
  FinishTransmissions(now);
}

// Loops because an unlimited rate empties the whole queue at once.
void Link::FinishTransmissions(Instant now) {
  while (transmitting_ && transmission_ends_ <= now) {
    const Instant ended = transmission_ends_;
    Launch(std::move(transmitting_), ended);
    transmitting_ = queue_.Pop();
    if (!transmitting_) {
      transmission_ends_ = Instant::Infinite();
      return;
    }
    const Bytes size(static_cast<std::int64_t>(transmitting_->wire_length()));
    queued_ -= size;
    transmission_ends_ = ended + options_.rate.TimeFor(size);
  }
}

void Link::Launch(PacketPtr packet, Instant now) {
  Instant arrival = now + options_.delay + random_.UniformDuration(options_.jitter);
  if (random_.Chance(options_.reorder)) {
    packet->arrival = arrival + options_.reorder_delay;
    ++counters_.reordered;
    held_back_.push_back({packet->arrival, launched_++, packet.release()});
    std::ranges::push_heap(held_back_, ArrivesLater());
    return;
  }
  // A new, shorter delay must not let packets overtake each other either: reordering is asked for by name.
  arrival = std::max(arrival, last_in_order_arrival_);
  last_in_order_arrival_ = packet->arrival = arrival;
  in_order_.push_back({arrival, launched_++, packet.release()});
}

PacketPtr Link::Pop(Instant now) {
  FinishTransmissions(now);
  const bool any_held_back = !held_back_.empty();
  const bool in_order_first = !in_order_.empty() && (!any_held_back || ArrivesLater()(held_back_.front(), in_order_.front()));
  if (!in_order_first && !any_held_back) return nullptr;
  const InFlight next = in_order_first ? in_order_.front() : held_back_.front();
  if (next.arrival > now) return nullptr;
  if (in_order_first) {
    in_order_.pop_front();
  } else {
    std::ranges::pop_heap(held_back_, ArrivesLater());
    held_back_.pop_back();
  }
  PacketPtr packet(next.packet);
  ++counters_.packets_out;
  counters_.bytes_out += packet->wire_length();
  return packet;
}

Instant Link::NextDeadline() const {
  Instant deadline = transmission_ends_.IsInfinite() ? transmission_ends_ : transmission_ends_ + options_.delay;
  if (!in_order_.empty()) deadline = Sooner(deadline, in_order_.front().arrival);
  return held_back_.empty() ? deadline : Sooner(deadline, held_back_.front().arrival);
}

void Link::Change(const LinkOptions& options, Instant now) {
  FinishTransmissions(now);
  // The rest of the packet in transmission goes at the new rate.
  if (transmitting_ && options.rate != options_.rate) {
    const double left = options_.rate.IsZero() ? static_cast<double>(transmitting_->wire_length())
                                               : (transmission_ends_ - now).seconds() * options_.rate.bytes_per_second();
    transmission_ends_ = now + options.rate.TimeFor(Bytes(static_cast<std::int64_t>(left)));
  }
  options_ = options;
  if (options_.up) return;
  while (queue_.Pop()) ++counters_.dropped_down;
  queued_ = Bytes();
  if (transmitting_) ++counters_.dropped_down;
  transmitting_.reset();
  transmission_ends_ = Instant::Infinite();
}

}  // namespace mptcpp::sim
