// SPDX-License-Identifier: Apache-2.0
// What every benchmark of whole stacks measures, whoever's stack it is: the same three numbers, in the same units.
#pragma once

#include <malloc.h>
#include <time.h>

#include <cstddef>
#include <cstdint>

namespace mptcpp::bench {

// Processor time of this thread: nothing here ever waits, and other work on the machine does not count.
class Stopwatch {
 public:
  double Seconds() const { return Now() - start_; }

 private:
  static double Now() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
  }
  double start_ = Now();
};

// Bytes that malloc has given out (operator new included), rounding and headers counted.
inline std::size_t HeapInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// A bulk transfer: both hosts, both directions (data and ACKs) on one thread.
struct BulkResult {
  std::uint64_t bytes = 0;  // payload that the receiving application got; 0: the transfer did not finish
  double seconds = 0;
  double NanosPerSegment() const { return seconds * 1e9 * 1460 / static_cast<double>(bytes); }
  double GigabitsPerSecond() const { return static_cast<double>(bytes) * 8e-9 / seconds; }
};

// Connections opened and closed one after the other, without data.
struct RateResult {
  std::uint64_t connections = 0;  // 0: it did not finish
  double seconds = 0;
  double PerSecond() const { return static_cast<double>(connections) / seconds; }
};

// Heap per connection and host, after one kilobyte went each way and was read.
struct MemoryResult {
  std::uint64_t connections = 0;  // 0: it did not finish
  double bytes_each = 0;
};

}  // namespace mptcpp::bench
