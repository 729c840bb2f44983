// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_chain.h"

#include <algorithm>
#include <utility>

#include "sim/middlebox_segment.h"
#include "wire/gso.h"

namespace mptcpp::sim {

// Where the box at one position puts its packets. They wait in the chain until the box has returned, so that no box is entered
// while it is still at work.
class MiddleboxChain::Stage final : public Middlebox::Outlet {
 public:
  Stage(MiddleboxChain& chain, std::size_t position) : chain_(chain), position_(position) {}
  void Send(PacketPtr packet, Direction direction, Instant at) override {
    chain_.Launch(std::move(packet), direction, chain_.Next(position_, direction), at);
  }

 private:
  MiddleboxChain& chain_;
  std::size_t position_;
};

struct MiddleboxChain::Later {
  bool operator()(const Travelling& a, const Travelling& b) const { return a.at != b.at ? a.at > b.at : a.number > b.number; }
};

MiddleboxChain::MiddleboxChain(std::string path_name, std::uint64_t seed, PacketPool& pool, Exit exit)
    : path_name_(std::move(path_name)), seed_(seed), pool_(pool), exit_(std::move(exit)) {}

MiddleboxChain::~MiddleboxChain() {
  for (const Travelling& entry : travelling_) PacketPtr give_back(entry.packet);
}

void MiddleboxChain::AddBox(std::unique_ptr<Middlebox> box) {
  const std::size_t position = boxes_.size();
  stages_.push_back(std::make_unique<Stage>(*this, position));
  box->Attach(path_name_ + "/" + std::to_string(position), seed_, pool_, *stages_.back());
  boxes_.push_back(std::move(box));
}

std::size_t MiddleboxChain::Next(std::size_t position, Direction direction) const {
  if (direction == Direction::kBack) return position == 0 ? kOut : position - 1;
  return position + 1 == boxes_.size() ? kOut : position + 1;
}

void MiddleboxChain::Enter(PacketPtr packet, Direction direction, Instant now) {
  if (boxes_.empty()) return exit_(std::move(packet), direction, now);
  if (!IsIntactSegment(*packet)) {
    exit_(std::move(packet), direction, now);
  } else if (packet->gso_size != 0) {
    EnterSplit(*packet, direction, now);
  } else {
    Launch(std::move(packet), direction, direction == Direction::kThere ? 0 : boxes_.size() - 1, now);
  }
  Settle(now);
}

// A host may hand out super-segments to save the simulator work; on a real wire they do not exist.
void MiddleboxChain::EnterSplit(const Packet& super_segment, Direction direction, Instant now) {
  const auto bytes = super_segment.segment();
  TxPacket whole;
  whole.source = super_segment.source;
  whole.destination = super_segment.destination;
  whole.header_length = static_cast<std::uint8_t>(std::to_integer<unsigned>(bytes[12]) / 16 * 4);
  std::ranges::copy(bytes.first(whole.header_length), whole.header.begin());
  whole.header[16] = whole.header[17] = std::byte{0};
  whole.segment_size = super_segment.gso_size;
  whole.AddSlice(bytes.subspan(whole.header_length));
  for (std::size_t i = 0; i < wire::SegmentCount(whole); ++i) {
    PacketPtr part = pool_.Take(std::size_t{whole.header_length} + whole.segment_size);
    part->source = whole.source;
    part->destination = whole.destination;
    part->ecn = super_segment.ecn;
    part->length = wire::EmitSegment(whole, i, part->buffer);
    Launch(std::move(part), direction, direction == Direction::kThere ? 0 : boxes_.size() - 1, now);
  }
}

void MiddleboxChain::Launch(PacketPtr packet, Direction direction, std::size_t position, Instant at) {
  travelling_.push_back({at, launched_++, position, direction, packet.release()});
  std::ranges::push_heap(travelling_, Later());
}

void MiddleboxChain::Settle(Instant now) {
  while (!travelling_.empty() && travelling_.front().at <= now) {
    std::ranges::pop_heap(travelling_, Later());
    const Travelling entry = travelling_.back();
    travelling_.pop_back();
    PacketPtr packet(entry.packet);
    if (entry.position == kOut) {
      exit_(std::move(packet), entry.direction, now);
    } else {
      boxes_[entry.position]->Enter(std::move(packet), entry.direction, now);
    }
  }
}

Instant MiddleboxChain::NextDeadline() const {
  Instant deadline = travelling_.empty() ? Instant::Infinite() : travelling_.front().at;
  for (const auto& box : boxes_) deadline = Sooner(deadline, box->NextDeadline());
  return deadline;
}

void MiddleboxChain::Run(Instant now) {
  Settle(now);
  for (const auto& box : boxes_) {
    if (box->NextDeadline() <= now) box->RunDeadline(now);
    Settle(now);
  }
}

}  // namespace mptcpp::sim
