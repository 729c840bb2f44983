// SPDX-License-Identifier: Apache-2.0
// One segment as one line of text, with all TCP and MPTCP options, as people who debug MPTCP want to read it:
//   SYN seq 0 win 65535 <mss 1460, sackOK, MP_CAPABLE v1 flags 01>
//   PSH ACK seq 1 ack 1 len 4 win 502 <DSS ack 1 map 1+4 ssn 1>
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "base/seq_num.h"
#include "wire/tcp_segment.h"

namespace mptcpp::trace {

// What is subtracted so that numbers are short. Not given: absolute numbers.
struct NumberBases {
  std::optional<SeqNum> seq;      // the sender's initial sequence number
  std::optional<SeqNum> ack;      // its peer's
  std::optional<Dsn> dsn;         // the sender's initial data sequence number
  std::optional<Dsn> data_ack;    // its peer's
};

std::string Describe(const wire::SegmentView& segment, const NumberBases& bases = {});
std::string DescribeMptcpOption(std::span<const std::byte> option, const NumberBases& bases = {});

}  // namespace mptcpp::trace
