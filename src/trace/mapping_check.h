// SPDX-License-Identifier: Apache-2.0
// Recomputes DSS checksums (RFC 8684 3.3.1) for one direction of one subflow. A mapping may be longer than the segment that
// carries it, so sums are collected as the bytes pass, in any order; bytes that pass twice count once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/seq_num.h"
#include "trace/tracked.h"

namespace mptcpp::trace {

class MappingCheck {
 public:
  struct Mapping {
    std::size_t segment = 0;  // that carries it: returned with the verdict
    Dsn dsn{};
    std::uint32_t subflow_seq = 0;
    SeqNum start{};             // of the payload, absolute
    std::uint16_t length = 0;   // as on the wire
    std::uint16_t payload = 0;  // without the DATA_FIN
    std::uint16_t checksum = 0;
  };
  struct Result {
    std::size_t segment;
    Verdict verdict;
  };

  // A mapping just like one that is being collected is that one, repeated.
  void Add(const Mapping& mapping);
  // Payload that passes; appends the verdicts that it completes.
  void Pass(SeqNum seq, std::span<const std::byte> payload, std::vector<Result>& results);

 private:
  struct Range {
    std::uint32_t begin, end;  // offsets in the mapping's payload
  };
  struct Pending {
    Mapping mapping;
    std::uint64_t sum = 0;  // of 16-bit words, in network order
    std::uint32_t covered = 0;
    std::vector<Range> ranges;  // sorted, disjoint
  };
  static void Cover(Pending& pending, std::uint32_t begin, std::span<const std::byte> bytes);
  static void AddSum(Pending& pending, std::uint32_t begin, std::span<const std::byte> bytes);
  static Verdict Judge(const Pending& pending);

  std::vector<Pending> pending_;
};

}  // namespace mptcpp::trace
