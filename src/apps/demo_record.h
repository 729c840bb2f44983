// SPDX-License-Identifier: Apache-2.0
// What the demo measures: plain values that the terminal view and the report read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"

namespace mptcpp::apps {

struct DemoPath {
  std::string address;
  Rate rate;  // its limit
  Duration delay;
  std::uint64_t bytes_acked = 0;
  std::uint64_t bytes_retransmitted = 0;
  std::uint64_t bytes_reinjected = 0;
  std::uint32_t retransmissions = 0;
  Duration smoothed_rtt, min_rtt;
  bool black_hole = false;  // now
};

// Bytes acknowledged per path since the sample before.
struct DemoSample {
  Duration at;                       // since the start
  std::vector<std::uint64_t> bytes;  // in the order of DemoRecord::paths
};

// In-order bytes at the receiver.
struct DemoDelivery {
  Duration at;
  std::uint64_t total = 0;
};

struct DemoMark {
  Duration at;
  std::string text;
};

struct DemoRecord {
  std::string file_name;
  std::uint64_t file_size = 0;
  std::vector<DemoPath> paths;
  std::vector<DemoSample> samples;
  std::vector<DemoDelivery> deliveries;
  std::vector<DemoMark> marks;
  Duration duration;
  Duration longest_gap;
  std::string sent_hash, received_hash;
  std::string fallback;  // why it became plain TCP; empty: it did not
  bool completed = false;

  bool IsIntact() const { return completed && sent_hash == received_hash; }
};

}  // namespace mptcpp::apps
