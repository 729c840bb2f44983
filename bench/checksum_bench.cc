// SPDX-License-Identifier: Apache-2.0
// The checksum routine: bytes per second, alone and while copying, beside a plain copy.
#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

#include "wire/checksum.h"

namespace mptcpp::wire {
namespace {

void Sum(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  for (auto _ : state) {
    Checksum sum;
    sum.Add(bytes);
    benchmark::DoNotOptimize(sum.Folded());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Sum)->Arg(1460)->Arg(65536);

void SumAndCopy(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  std::vector<std::byte> to(bytes.size());
  for (auto _ : state) {
    Checksum sum;
    sum.AddAndCopy(bytes, to.data());
    benchmark::DoNotOptimize(sum.Folded());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(SumAndCopy)->Arg(1460)->Arg(65536);

void CopyOnly(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  std::vector<std::byte> to(bytes.size());
  for (auto _ : state) {
    std::memcpy(to.data(), bytes.data(), bytes.size());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(CopyOnly)->Arg(1460)->Arg(65536);

}  // namespace
}  // namespace mptcpp::wire

BENCHMARK_MAIN();
