// SPDX-License-Identifier: Apache-2.0
// The SYN proxy in front of a server: answers SYNs itself and opens a connection to the server only when the client has
// completed the handshake; from then on it shifts numbers, because the server's initial number is not the one that it gave. It
// speaks MSS and SACK and nothing else, so the connection is TCP without timestamps and window scaling. The server is on the
// path's `to` side.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class SegmentEdit;

class SynProxy final : public Middlebox {
 public:
  SynProxy() = default;
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  struct Flow {
    enum class State : std::uint8_t { kAnswered, kOpening, kSpliced } state = State::kAnswered;
    SeqNum client_isn, proxy_isn;
    std::uint32_t shift = 0;  // server's initial number minus ours
    std::uint16_t client_mss = 536;
    bool sack = false;
    Instant syn_sent;
    PacketQueue waiting;  // from the client, for the server's answer
  };
  void Process(PacketPtr packet, Direction direction) override;
  void FromClient(PacketPtr packet);
  void FromServer(PacketPtr packet);
  void AnswerSyn(const SegmentEdit& syn);
  void SendSyn(Flow& flow, const FourTuple& tuple);
  void Splice(Flow& flow, const SegmentEdit& syn_ack);
  void ForwardToServer(const Flow& flow, PacketPtr packet);

  std::map<FourTuple, Flow> flows_;
};

}  // namespace mptcpp::sim
