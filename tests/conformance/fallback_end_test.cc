// SPDX-License-Identifier: Apache-2.0
// The end of a connection that fell back to TCP (RFC 8684 3.7), when bytes are missing in front of it.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

// A DATA_FIN said that three bytes more would come; the FIN comes in sequence without them. Somebody on the path took them.
TEST(FallbackEnd, AFinInFrontOfAKnownDataFinIsAnError) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp();
  bench.ExchangeOneByte(peer);
  peer.Send(Ack().DataAck(2).DataFin(9));
  peer.Skip();
  peer.Send(Data("more").InfiniteMap(2, 2).DataAck(2));
  peer.ExpectEventually(Ack(6));
  EXPECT_EQ(bench.Info().mode, Mode::kInfiniteMapping);
  EXPECT_EQ(bench.Read(), "more");
  peer.Send(Fin());
  bench.Advance(Duration::Millis(100));
  EXPECT_FALSE(bench.AtEnd()) << "the stream is not complete";
  EXPECT_EQ(bench.failure(), Error::kReset);
}

TEST(FallbackEnd, AFinAtTheKnownDataFinIsTheEnd) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp();
  bench.ExchangeOneByte(peer);
  peer.Send(Ack().DataAck(2).DataFin(6));
  peer.Skip();
  peer.Send(Data("more").InfiniteMap(2, 2).DataAck(2));
  peer.ExpectEventually(Ack(6));
  EXPECT_EQ(bench.Read(), "more");
  peer.Send(Fin());
  bench.Advance(Duration::Millis(100));
  EXPECT_TRUE(bench.AtEnd());
  EXPECT_EQ(bench.failure(), std::nullopt);
}

}  // namespace
}  // namespace mptcpp::conformance
