// SPDX-License-Identifier: Apache-2.0
// The application-level gateway that rewrites payload: text that it finds in a segment, or bytes at a position of
// the stream. When the length changes it shifts the sequence numbers of everything behind, and acknowledgments and SACK blocks
// the other way. The classic is FTP behind a NAT, where the client's address travels as text:
//   PORT 192,168,0,37,133,67  ->  PORT 5,6,7,8,123,45
// TCP never notices. MPTCP's mappings do not shift, and its checksum, if there is one, no longer fits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "sim/middlebox.h"
#include "sim/middlebox_flow.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

struct GatewayOptions {
  std::string find;                   // looked for within one segment; empty: `at` says where
  std::optional<std::uint64_t> at{};  // position in the stream, 0 is the first byte
  std::size_t remove = 0;             // bytes that disappear there
  std::string replace;                // what stands there instead
  std::uint32_t times = UINT32_MAX;   // per flow and direction, for `find`
  Directions directions{};
};

// The bytes of one direction, and how their numbers differ before and behind the gateway.
class EditedStream {
 public:
  explicit EditedStream(SeqNum first_byte) : start_(first_byte) {}
  // `remove` bytes from the position on give way to `text`; with remove 0 it is put before the byte that stands there.
  void Edit(std::uint64_t at, std::size_t remove, std::string text);
  std::size_t edit_count() const { return edits_.size(); }
  bool IsEdited(std::uint64_t position) const;

  std::uint64_t PositionOf(SeqNum seq) const;
  SeqNum Outgoing(SeqNum seq) const;  // of the sender's numbers
  SeqNum Incoming(SeqNum ack) const;  // of the receiver's
  std::string Outgoing(SeqNum seq, std::string_view payload) const;
  // The sender has sent up to here, a FIN included.
  void Saw(SeqNum end) { highest_ = std::max(highest_, Widen(end)); }

 private:
  struct Change {
    std::uint64_t at, old_length, new_length;
    std::string text;
    bool keeps_byte;
  };
  static constexpr std::uint64_t kBase = std::uint64_t{1} << 32;  // so that a position before the start is a number, too
  std::uint64_t Widen(SeqNum seq) const;
  const Change* Find(std::uint64_t position) const;

  SeqNum start_;
  std::uint64_t highest_ = kBase;  // end of what the sender has sent
  std::vector<Change> edits_;      // by position
};

class Gateway final : public Middlebox {
 public:
  explicit Gateway(GatewayOptions options) : options_(std::move(options)) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  using Flow = PerDirection<std::optional<EditedStream>>;
  void Process(PacketPtr packet, Direction direction) override;
  void Begin(Flow& flow, const SegmentEdit& segment, Direction direction) const;
  void LookFor(EditedStream& stream, SeqNum seq, std::string_view payload) const;
  static void RewriteAck(const EditedStream& opposite, SegmentEdit& segment);

  GatewayOptions options_;
  std::map<FourTuple, Flow> flows_;
};

}  // namespace mptcpp::sim
