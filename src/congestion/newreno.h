// SPDX-License-Identifier: Apache-2.0
// NewReno (RFC 5681, RFC 6582): one more segment per round trip, half the window at a loss. The yardstick for all others.
#pragma once

#include "congestion/reno_common.h"

namespace mptcpp::congestion {

class NewReno final : public RenoBase {
 public:
  explicit NewReno(const ControllerConfig& config) : RenoBase(config, 0.5) {}
  std::string_view name() const override { return "newreno"; }
  void OnAck(const AckSample& ack) override;
};

}  // namespace mptcpp::congestion
