// SPDX-License-Identifier: Apache-2.0
// The captive portal: whatever is opened through it, it answers itself, in the name of whoever was meant, with a page that says
// where to log in. It knows no MPTCP; a nosy one answers an MP_JOIN with an MP_JOIN of its own, whose HMAC cannot be right.
// Nothing from the path's `from` side gets through.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"
#include "wire/tcp_segment.h"

namespace mptcpp::sim {

class SegmentEdit;

struct PortalOptions {
  std::string page = "HTTP/1.0 302 Found\r\nLocation: http://login.example/\r\n\r\n";
  bool fake_join = false;
};

class CaptivePortal final : public Middlebox {
 public:
  explicit CaptivePortal(PortalOptions options) : options_(std::move(options)) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  struct Flow {
    SeqNum isn, next;  // ours, and the next byte of the client
    bool answered = false;
  };
  void Process(PacketPtr packet, Direction direction) override;
  void AnswerSyn(const SegmentEdit& syn);
  void AnswerData(Flow& flow, const SegmentEdit& segment);
  // A segment to the client of `received`.
  void Send(const SegmentEdit& received, SeqNum seq, SeqNum ack, wire::TcpFlags flags, std::span<const std::byte> options,
            std::string_view payload);

  PortalOptions options_;
  std::map<FourTuple, Flow> flows_;
};

}  // namespace mptcpp::sim
