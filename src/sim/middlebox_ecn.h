// SPDX-License-Identifier: Apache-2.0
// Boxes that do not know ECN: one clears the IP field on the way (with a CE mark that a router before it made), one clears
// the TCP flags of the negotiation, one drops SYNs that ask for it, one drops whatever says that it is ECN-capable. And a router that
// does know it: it marks instead of dropping.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

struct EcnOptions {
  bool clear_field = false;      // IP: ECT and CE become Not-ECT
  bool clear_syn_flags = false;  // ECE and CWR of SYN and SYN/ACK
  bool drop_syn = false;         // SYNs with ECE and CWR
  bool drop_capable = false;     // IP: ECT and CE
  std::int64_t mark_every = 0;   // of so many ECN-capable packets one gets CE; 0: none
  Directions directions{};
};

class EcnBleacher final : public Middlebox {
 public:
  explicit EcnBleacher(const EcnOptions& options) : options_(options) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters, EcnOptions options);

 private:
  void Process(PacketPtr packet, Direction direction) override;

  EcnOptions options_;
  std::int64_t capable_seen_ = 0;
};

}  // namespace mptcpp::sim
