// SPDX-License-Identifier: Apache-2.0
// One direction of a path: a drop-tail buffer, a transmitter of some rate, and a wire of some delay, with whatever the wire does
// to packets on the way. It takes packets and gives them back when they arrive; it knows neither hosts nor the event queue, so
// the same model also runs in real time between two devices.
//
//   Push -> [filter] -> lost? -> buffer (drop-tail, ECN mark) -> transmitter (rate) -> wire (delay, jitter) -> Pop
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "sim/packet_pool.h"
#include "sim/random_stream.h"

namespace mptcpp::sim {

struct LinkOptions {
  Rate rate = Rate::Infinite();
  Duration delay{};                    // one way
  Duration jitter{};                   // up to this much more, per packet; order is kept
  std::optional<Bytes> buffer{};        // drop-tail limit of the queue, the packet in transmission not counted;
                                       // not given: one BDP of twice the delay, at least 64 KiB
  double early_drop = 0;               // random drops before the buffer is full (RED without averaging): the probability grows
                                       // from nothing at a quarter of the buffer to this at its end
  std::optional<Bytes> ecn_threshold{}; // a queue longer than this marks ECT packets CE
  double loss = 0;                     // probability per packet, before the buffer
  double loss_burst = 1;               // mean length of a burst of losses (Gilbert model); 1: independent
  double reorder = 0;                  // probability that a packet is held back by reorder_delay and overtaken
  Duration reorder_delay = Duration::Millis(5);
  double duplicate = 0;
  double corrupt = 0;                  // one byte of the segment is changed: the receiver's checksum has to notice
  bool up = true;                      // false: a silent black hole
};

struct LinkCounters {
  std::uint64_t packets_in = 0, packets_out = 0, bytes_out = 0;
  std::uint64_t lost = 0, dropped_full = 0, dropped_early = 0, dropped_down = 0, dropped_filter = 0;
  std::uint64_t reordered = 0, duplicated = 0, corrupted = 0, marked = 0;
  Bytes longest_queue{};
};

// A box in the path. Sees every packet before the link's own behaviour and may change it in place.
class PacketFilter {
 public:
  virtual ~PacketFilter() = default;
  // False: the packet is dropped.
  virtual bool Pass(Packet& packet, Instant now) = 0;
};

class Link {
 public:
  Link(std::string name, const LinkOptions& options, std::uint64_t seed, PacketPool& pool);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // One packet enters at `now`; `now` never goes backwards over all calls.
  void Push(PacketPtr packet, Instant now);
  // The next packet that has arrived at the far end by `now`; null if none. packet->arrival is when.
  PacketPtr Pop(Instant now);
  // When Pop() may have something. The end of a transmission is no event of its own: it is looked at when the packet may have
  // arrived, or when the next one comes.
  Instant NextDeadline() const;

  // New behaviour from now on. Going down loses what is in the buffer; what is on the wire already still arrives.
  void Change(const LinkOptions& options, Instant now);
  void set_filter(PacketFilter* filter) { filter_ = filter; }  // not owned; null: none

  const std::string& name() const { return name_; }
  const LinkOptions& options() const { return options_; }
  const LinkCounters& counters() const { return counters_; }
  Bytes queued() const { return queued_; }
  Bytes buffer_limit() const;

 private:
  struct InFlight {
    Instant arrival;
    std::uint64_t number;
    Packet* packet;
  };
  struct ArrivesLater;
  bool DrawLoss();
  bool DrawEarlyDrop();
  void Corrupt(Packet& packet);
  void Enqueue(PacketPtr packet, Instant now);
  void StartTransmission(Instant now);
  void FinishTransmissions(Instant now);
  void Launch(PacketPtr packet, Instant now);

  std::string name_;
  LinkOptions options_;
  PacketPool& pool_;
  RandomStream random_;
  PacketFilter* filter_ = nullptr;
  LinkCounters counters_;
  PacketQueue queue_;
  Bytes queued_;
  PacketPtr transmitting_;
  Instant transmission_ends_ = Instant::Infinite();
  std::deque<InFlight> in_order_;     // as they were launched, and so as they arrive
  std::vector<InFlight> held_back_;   // those that are overtaken: heap, soonest arrival first
  std::uint64_t launched_ = 0;
  Instant last_in_order_arrival_;
  bool in_loss_burst_ = false;
};

}  // namespace mptcpp::sim
