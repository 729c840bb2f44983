// SPDX-License-Identifier: Apache-2.0
// What a flood costs: a million forged SYNs, joins and ADD_ADDRs against a server whose honest client goes on sending.
// Prints bytes of heap that each flood adds at its worst, and the time per forged segment, answers included.
#include <chrono>
#include <cstdio>

#include "tests/support/flood.h"
#include "tests/support/heap.h"

namespace mptcpp::testing {
namespace {

constexpr std::size_t kForgeries = 1'000'000;
constexpr std::size_t kBatchesPerStep = 50;

bool Measure(const char* name, Forgery kind) {
  UnderFire scene;
  scene.Transfer(200);
  Endpoint& server = scene.world().server;
  const std::size_t before = heap_bytes;
  std::size_t worst = 0;
  std::chrono::steady_clock::duration spent{};
  std::array<TxPacket, 64> answers;
  for (std::size_t sent = 0; sent < kForgeries;) {
    for (std::size_t i = 0; i < kBatchesPerStep; ++i, sent += Forger::kBatch) {
      const auto batch = scene.Prepare(kind);
      const auto begun = std::chrono::steady_clock::now();
      server.Receive(batch, scene.world().now);
      while (server.Transmit(answers, scene.world().now) > 0) {}
      spent += std::chrono::steady_clock::now() - begun;
    }
    scene.Transfer(1);
    if (heap_bytes > before) worst = std::max(worst, heap_bytes - before);
  }
  const double nanos = std::chrono::duration<double, std::nano>(spent).count() / kForgeries;
  const bool whole = scene.Finish();
  std::printf("%-10s %9zu bytes at most   %7.0f ns each   honest transfer %s, %.1f MB\n", name, worst, nanos,
              whole ? "whole" : "BROKEN", static_cast<double>(scene.read()) / 1e6);
  return whole;
}

}  // namespace
}  // namespace mptcpp::testing

int main() {
  using mptcpp::testing::Forgery;
  const bool ok = mptcpp::testing::Measure("SYN", Forgery::kSyn) & mptcpp::testing::Measure("MP_JOIN", Forgery::kJoin) &
                  mptcpp::testing::Measure("ADD_ADDR", Forgery::kAddAddr);
  return ok ? 0 : 1;
}
