// SPDX-License-Identifier: Apache-2.0
// What Multipath TCP adds to a connection setup (as in NSDI 2012, section 5.2): a key, its token, and a place in the table of
// tokens, with more and more connections there already. And what an MP_JOIN costs: finding the token, and the HMAC.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "crypto/keys.h"
#include "seeded_random.h"
#include "stack/token_table.h"

namespace mptcpp::bench {
namespace {

stack::TokenTable TableWith(std::int64_t connections) {
  stack::TokenTable table;
  std::mt19937 random(1);
  while (table.size() < static_cast<std::size_t>(connections)) table.Insert(Token(random()), 0);
  return table;
}

void KeyAndToken(benchmark::State& state) {
  SeededRandom random(2);
  stack::TokenTable table = TableWith(state.range(0));
  for (auto _ : state) {
    const Token token = crypto::Derive(crypto::Key::Generate(random)).token;
    if (table.Insert(token, 0)) table.Erase(token);
  }
}
BENCHMARK(KeyAndToken)->Arg(0)->Arg(100)->Arg(1000)->Arg(10'000)->Arg(100'000);

void FindToken(benchmark::State& state) {
  const stack::TokenTable table = TableWith(state.range(0));
  std::mt19937 random(1);  // the same tokens again
  std::vector<Token> tokens(static_cast<std::size_t>(state.range(0)));
  for (Token& token : tokens) token = Token(random());
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.Find(tokens[next]));
    if (++next == tokens.size()) next = 0;
  }
}
BENCHMARK(FindToken)->Arg(100)->Arg(10'000)->Arg(100'000);

void JoinHmac(benchmark::State& state) {
  const crypto::Key own(1), peer(2);
  std::uint32_t nonce = 0;
  for (auto _ : state) benchmark::DoNotOptimize(crypto::JoinHmac(own, peer, ++nonce, 7));
}
BENCHMARK(JoinHmac);

}  // namespace
}  // namespace mptcpp::bench

BENCHMARK_MAIN();
