// SPDX-License-Identifier: Apache-2.0
// Options that are not the peer's: mirrored by a box, or numbers of another stream. They prove nothing about the path, and the
// fallback of RFC 8684 3.7 happens as if they were not there. And SYNs that come again in another form (3.1).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

TEST(ForeignOptions, ADataAckOfOtherNumbersIsNone) {
  for (const std::uint64_t offset : {0 - 1'000'000'000ull, 1'000'000'000ull}) {
    Bench bench;
    Flow& peer = bench.ConnectMptcp();
    bench.Write("first");
    peer.Expect(Data("first").MpCapable());
    peer.Send(Ack(6).DataAck(offset));
    bench.Write("second");
    peer.ExpectEventually(Data("second").InfiniteMap(1, 1));
    EXPECT_EQ(bench.Info().fallback, FallbackReason::kNoDataAck);
  }
}

TEST(ForeignOptions, AMappingFarOutsideTheWindowIsNone) {
  for (const std::uint64_t offset : {0 - 1'000'000'000'000ull, 1'000'000'000'000ull}) {
    Bench bench;
    Flow& peer = bench.AcceptMptcp();
    peer.Send(Data("first").Map(offset, 1, 5));
    peer.ExpectEventually(Ack(6));
    EXPECT_EQ(bench.Read(), "first");
    EXPECT_EQ(bench.Info().fallback, FallbackReason::kFirstDataWithoutMapping);
  }
}

// The infinite mapping takes room in the segments that carry it: no packet is larger than the path lets through.
TEST(ForeignOptions, SegmentsWithAnInfiniteMappingAreNotTooLarge) {
  Bench bench;
  Flow& peer = bench.ConnectMptcp();
  bench.Write("first");
  peer.Expect(Data("first").MpCapable());
  peer.Send(Ack(6));
  const std::string full(1440, 'x');
  bench.Write(full + full);
  peer.ExpectEventually(Data(full).InfiniteMap(1, 1));
}

// A path that eats the SYN/ACK: the client tries without the option, and is answered without.
TEST(RepeatedSyn, WithoutTheOptionIsAnsweredWithout) {
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Syn().Seq(0).Mss(1460));
  peer.ExpectEventually(SynAck().NoMptcp());
  peer.Send(Ack());
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Info().mode, Mode::kPlainTcp);
}

// The two SYNs overtook each other, or the first SYN/ACK arrived after all: the third packet decides.
TEST(RepeatedSyn, TheThirdPacketDecides) {
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Syn().Seq(0).Mss(1460));
  peer.ExpectEventually(SynAck().NoMptcp());
  peer.Send(Ack().MpCapable());
  peer.Send(Data("abcd").MpCapable());
  peer.ExpectEventually(Ack(5).DataAck(5), Duration::Millis(500));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
}

}  // namespace
}  // namespace mptcpp::conformance
