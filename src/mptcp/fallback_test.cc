// SPDX-License-Identifier: Apache-2.0
// What happens when the payload is changed, or the options vanish, in the middle (RFC 8684 3.7).
#include "mptcp/connection_pair.h"

namespace mptcpp::core {
namespace {

constexpr std::uint64_t kMega = 1'000'000;

bool Has(const TestWire& wire, wire::MptcpSubtype subtype) {
  for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
    if (wire::SubtypeOf(wire.view.mptcp[i]) == subtype) return true;
  }
  return false;
}
std::optional<wire::Dss> DssIn(const TestWire& wire) {
  for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
    if (wire::SubtypeOf(wire.view.mptcp[i]) == wire::MptcpSubtype::kDss) return wire::ParseDss(wire.view.mptcp[i]);
  }
  return std::nullopt;
}

// Flips a bit in one segment with payload after `after` segments on `path`.
auto Corruptor(ConnectionPair& pair, int path, std::uint64_t after, bool& done) {
  return [&pair, path, after, &done](TestWire& wire) {
    if (done || wire.path != path || pair.segments < after || wire.view.payload.size() < 100 ||
        wire.to != ConnectionPair::kServer)
      return true;
    done = true;
    wire.bytes.back() ^= std::byte{0x40};
    wire.Mend();
    return true;
  };
}

// Covers: FB-11, FB-13, FB-18, FB-20
TEST(Fallback, ChangedPayloadOnTheOnlySubflowLeadsToTcp) {
  ConnectionPair pair;
  pair.client().options.checksum = true;
  pair.Open();
  pair.Run(Duration::Millis(50));
  bool corrupted = false;
  bool mp_fail = false;
  bool mp_fail_back = false;
  bool infinite = false;
  bool options_after = false;
  auto corrupt = Corruptor(pair, 0, pair.segments + 60, corrupted);
  pair.filter = [&](TestWire& wire) {
    if (Has(wire, wire::MptcpSubtype::kFail)) (wire.to == ConnectionPair::kClient ? mp_fail : mp_fail_back) = true;
    const auto dss = DssIn(wire);
    const bool is_infinite = dss && dss->mapping && dss->mapping->length == 0;
    infinite |= is_infinite;
    if (pair.server().read > 2 * kMega && wire.view.mptcp_count > 0) options_after = true;
    return corrupt(wire);
  };
  pair.check = true;
  pair.server().reading = true;
  pair.client().to_write = 3 * kMega;
  // The application gets what TCP delivered, the changed byte included: the stream test would complain, so only count.
  pair.server().reading = false;
  std::uint64_t got = 0;
  std::uint64_t wrong = 0;
  std::byte buffer[65536];
  ASSERT_TRUE(pair.RunUntil([&] {
    while (true) {
      const auto n = pair.server().connection->Read(buffer, pair.now);
      if (!n || *n == 0) break;
      for (std::size_t i = 0; i < *n; ++i) wrong += buffer[i] != TestByte(got + i);
      got += *n;
    }
    return got == 3 * kMega;
  }));
  EXPECT_EQ(wrong, 1u);
  EXPECT_TRUE(corrupted && mp_fail && mp_fail_back && infinite);
  EXPECT_FALSE(options_after);
  EXPECT_EQ(pair.s().Info().fallback, FallbackReason::kChecksum);
  EXPECT_EQ(pair.c().Info().fallback, FallbackReason::kPeerReportedFailure);
  EXPECT_EQ(pair.c().Info().mode, Mode::kInfiniteMapping);
  EXPECT_EQ(pair.server().host[Counter::kDSSCorruptionFallback], 1u);
  // It ends with plain FINs.
  ASSERT_TRUE(pair.c().ShutdownWrite(pair.now));
  ASSERT_TRUE(pair.s().ShutdownWrite(pair.now));
  EXPECT_TRUE(pair.RunUntil([&] { return pair.c().IsFinished() && pair.s().IsFinished(); }, Duration::Seconds(200)));
  EXPECT_FALSE(pair.c().failure() || pair.s().failure());
}

// An option in a segment costs payload, after a fallback as before it.
TEST(Fallback, SegmentsWithAnInfiniteMappingFitTheMtu) {
  for (const bool checksum : {false, true}) {
    ConnectionPair pair;
    pair.client().options.checksum = checksum;
    pair.Open();
    pair.client().to_write = kMega;
    std::size_t longest = 0;
    std::size_t longest_infinite = 0;
    pair.filter = [&](TestWire& wire) {
      if (wire.to == ConnectionPair::kClient) wire.Strip([](wire::MptcpSubtype) { return true; });  // no Data ACK: fallback
      longest = std::max(longest, wire.bytes.size() + 20);
      const auto dss = DssIn(wire);
      if (dss && dss->mapping && dss->mapping->length == 0) longest_infinite = std::max(longest_infinite, wire.bytes.size() + 20);
      return true;
    };
    ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == kMega; })) << checksum;
    EXPECT_GT(longest_infinite, 1400u) << checksum;
    EXPECT_EQ(longest, 1500u) << checksum;
  }
}

// Covers: FB-8, FB-10
TEST(Fallback, ChangedPayloadOnOneOfTwoSubflowsCostsOnlyThatSubflow) {
  ConnectionPair pair;
  pair.client().options.checksum = true;
  for (TestPath& path : pair.paths) path.rate = Rate::MegabitsPerSecond(20);
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.Run(Duration::Millis(100));
  bool corrupted = false;
  bool reset_with_fail = false;
  auto corrupt = Corruptor(pair, 1, pair.segments + 200, corrupted);
  pair.filter = [&](TestWire& wire) {
    reset_with_fail |= wire.view.flags.rst && Has(wire, wire::MptcpSubtype::kFail) && Has(wire, wire::MptcpSubtype::kTcpRst);
    return corrupt(wire);
  };
  pair.TransferAndClose(5 * kMega, 0);
  EXPECT_TRUE(corrupted);
  EXPECT_TRUE(reset_with_fail);
  EXPECT_EQ(pair.c().Info().fallback, FallbackReason::kNone);
  EXPECT_EQ(pair.server().host[Counter::kDSSCorruptionReset], 1u);
}

// Covers: FB-5
TEST(Fallback, OptionsThatVanishOnAJoinedSubflowCostThatSubflow) {
  ConnectionPair pair;
  for (TestPath& path : pair.paths) path.rate = Rate::MegabitsPerSecond(20);
  pair.Open();
  pair.Run(Duration::Millis(50));
  pair.AddPath(1);
  pair.Run(Duration::Millis(100));
  pair.filter = [&](TestWire& wire) {
    if (wire.path == 1 && !wire.view.payload.empty()) wire.Strip([](wire::MptcpSubtype) { return true; });
    return true;
  };
  pair.TransferAndClose(5 * kMega, 0, Duration::Seconds(400));
  EXPECT_EQ(pair.c().Info().fallback, FallbackReason::kNone);
}

// Covers: JOIN-16, JOIN-19
TEST(Fallback, StrippedJoinIsResetAndHarmsNobody) {
  for (const bool syn_ack : {false, true}) {
    ConnectionPair pair;
    pair.Open();
    pair.Run(Duration::Millis(50));
    pair.filter = [&](TestWire& wire) {
      if (wire.path == 1 && wire.view.flags.syn && wire.view.flags.ack == syn_ack)
        wire.Strip([](wire::MptcpSubtype) { return true; });
      return true;
    };
    pair.AddPath(1);
    pair.Run(Duration::Millis(500));
    EXPECT_EQ(pair.c().Info().subflow_count, syn_ack ? 1 : 2);  // without an answer the SYN is repeated
    pair.TransferAndClose(kMega, kMega);
  }
}

// Covers: JOIN-14, JOIN-15
TEST(Fallback, WrongHmacsAreReset) {
  for (const std::size_t length : {std::size_t{16}, std::size_t{24}}) {
    ConnectionPair pair;
    pair.Open();
    pair.Run(Duration::Millis(50));
    pair.filter = [&](TestWire& wire) {
      for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
        if (wire.view.mptcp[i].size() != length || wire::SubtypeOf(wire.view.mptcp[i]) != wire::MptcpSubtype::kJoin) continue;
        wire.bytes[static_cast<std::size_t>(wire.view.mptcp[i].data() - wire.bytes.data()) + 6] ^= std::byte{1};
        wire.Mend();
      }
      return true;
    };
    pair.AddPath(1);
    pair.Run(Duration::Seconds(1));
    EXPECT_EQ(pair.c().Info().subflow_count, 1);
    EXPECT_EQ(pair.s().Info().subflow_count, 1);
    EXPECT_EQ(pair.client().host[Counter::kMPJoinSynAckHMacFailure], length == 16 ? 1u : 0u);
    EXPECT_EQ(pair.server().host[Counter::kMPJoinAckHMacFailure], length == 24 ? 1u : 0u);
    pair.TransferAndClose(kMega, 0);
  }
}

// Covers: JOIN-12, JOIN-13
TEST(Fallback, ThirdAckOfAJoinIsRepeatedUntilTheFourthPacket) {
  ConnectionPair pair;
  pair.Open();
  pair.Run(Duration::Millis(50));
  int lost = 0;
  int data_before = 0;
  pair.filter = [&](TestWire& wire) {
    if (wire.path != 1 || wire.view.flags.syn) return true;
    if (wire.to == ConnectionPair::kServer) {
      if (lost < 2 && !wire.view.payload.empty()) ++data_before;
      return true;
    }
    return !(lost < 2 && ++lost);  // the fourth packet, twice
  };
  pair.AddPath(1);
  pair.client().to_write = kMega;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.client().host.Seen(EventKind::kSubflowEstablished) == 1; }));
  EXPECT_EQ(lost, 2);
  EXPECT_EQ(data_before, 0);
  pair.TransferAndClose(kMega, 0);
}

// A proxy that acknowledges what it then loses: the data level's own timer repairs it (RFC 8684 3.3.6).
// Covers: RTX-4, ACK-8
TEST(Fallback, DataAcknowledgedButNotDeliveredIsSentAgain) {
  ConnectionPair pair;
  pair.Open();
  pair.client().to_write = 100'000;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 100'000; }));
  bool blanked = false;
  pair.filter = [&](TestWire& wire) {
    if (blanked || wire.to != ConnectionPair::kServer || wire.view.payload.empty()) return true;
    // The mapping points far beyond the window: the receiver drops the bytes although the subflow took them.
    blanked = true;
    for (std::size_t i = 0; i < wire.view.mptcp_count; ++i) {
      if (wire::SubtypeOf(wire.view.mptcp[i]) != wire::MptcpSubtype::kDss) continue;
      auto dss = wire::ParseDss(wire.view.mptcp[i]);
      dss->mapping->dsn.value += 100'000'000;
      const auto at = static_cast<std::size_t>(wire.view.mptcp[i].data() - wire.bytes.data());
      wire::WriteDss(std::span(wire.bytes).subspan(at, wire.view.mptcp[i].size()), *dss);
    }
    wire.Mend();
    return true;
  };
  pair.client().to_write = 101'000;
  ASSERT_TRUE(pair.RunUntil([&] { return pair.server().read == 101'000; }, Duration::Seconds(5)));
  EXPECT_TRUE(blanked);
  EXPECT_GE(pair.client().host[Counter::kMPTCPRetrans], 1u);
}

}  // namespace
}  // namespace mptcpp::core
