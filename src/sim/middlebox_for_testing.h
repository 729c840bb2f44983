// SPDX-License-Identifier: Apache-2.0
// A bench for one box: segments in from both sides, what comes out compared byte by byte. Segments are written in a few words
// and assembled by the wire room, checksum included, so a box that forgets to seal shows. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hex_for_testing.h"
#include "sim/middlebox_chain.h"
#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

// One segment of the conversation on the bench. Ports and addresses follow from the direction unless given.
struct Seg {
  std::string_view flags = "A";  // of S A F R P E(ce) C(wr) U
  std::uint32_t seq = 0, ack = 0;
  std::string_view options = {};  // hexadecimal, spaces allowed; padded with NOPs
  std::string_view payload = {};
  std::uint16_t window = 1000;
  std::uint16_t urgent = 0;
  SocketAddress from = {}, to = {};
  Ecn ecn = Ecn::kNotEct;
};

class BoxBench {
 public:
  static inline const SocketAddress kClient{IpAddress::V4(192, 168, 0, 37), 5000};
  static inline const SocketAddress kServer{IpAddress::V4(203, 0, 113, 5), 21};

  template <typename Box>
  Box& Add(std::unique_ptr<Box> box) {
    return chain_.Add(std::move(box));
  }

  void There(const Seg& segment) { chain_.Enter(Make(segment, Direction::kThere), Direction::kThere, now_); }
  void Back(const Seg& segment) { chain_.Enter(Make(segment, Direction::kBack), Direction::kBack, now_); }
  void Run(Duration time) {
    const Instant end = now_ + time;
    while (chain_.NextDeadline() <= end) {
      now_ = std::max(now_, chain_.NextDeadline());
      chain_.Run(now_);
    }
    now_ = end;
  }

  // What came out since the last call, one line each.
  std::vector<std::string> Take() { return std::exchange(out_, {}); }
  // What a line of Take() looks like for this segment.
  std::string IsThere(const Seg& segment) { return Line(*Make(segment, Direction::kThere), Direction::kThere); }
  std::string IsBack(const Seg& segment) { return Line(*Make(segment, Direction::kBack), Direction::kBack); }

  PacketPtr Make(const Seg& segment, Direction direction) {
    const bool there = direction == Direction::kThere;
    const SocketAddress from = segment.from.address.IsNone() ? (there ? kClient : kServer) : segment.from;
    const SocketAddress to = segment.to.address.IsNone() ? (there ? kServer : kClient) : segment.to;
    const wire::HeaderFields fields{.source_port = from.port,
                                    .destination_port = to.port,
                                    .seq = SeqNum(segment.seq),
                                    .ack = SeqNum(segment.ack),
                                    .flags = Flags(segment.flags),
                                    .window = segment.window};
    PacketPtr made =
        MakeSegment(pool_, from.address, to.address, fields, FromHex(segment.options), std::as_bytes(std::span(segment.payload)));
    made->ecn = segment.ecn;
    if (segment.urgent != 0) {
      SegmentEdit edit(*made);
      edit.set_urgent(segment.urgent);
      edit.Seal();
    }
    return made;
  }
  MiddleboxChain& chain() { return chain_; }
  PacketPool& pool() { return pool_; }
  Instant now() const { return now_; }

 private:
  static wire::TcpFlags Flags(std::string_view text) {
    const auto has = [text](char c) { return text.find(c) != std::string_view::npos; };
    return {.fin = has('F'),
            .syn = has('S'),
            .rst = has('R'),
            .psh = has('P'),
            .ack = has('A'),
            .urg = has('U'),
            .ece = has('E'),
            .cwr = has('C')};
  }
  std::string Line(const Packet& packet, Direction direction) {
    return (direction == Direction::kThere ? "there " : "back ") + packet.source.ToString() + " > " +
           packet.destination.ToString() + " ecn " + std::to_string(static_cast<int>(packet.ecn)) + " " + ToHex(packet.segment());
  }

  PacketPool pool_;
  Instant now_ = Instant::FromNanos(1'000'000'000);
  std::vector<std::string> out_;
  MiddleboxChain chain_{"path", 1, pool_,
                        [this](PacketPtr packet, Direction direction, Instant) { out_.push_back(Line(*packet, direction)); }};
};

using Lines = std::vector<std::string>;

}  // namespace mptcpp::sim
