// SPDX-License-Identifier: Apache-2.0
// Which version a listener answers and a client offers (RFC 8684 3.1).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

ConnectionOptions Speaking(VersionPolicy policy) {
  ConnectionOptions options;
  options.version = policy;
  return options;
}

// Covers: CAP-11
TEST(VersionChoice, AListenerOfBothVersionsAnswersEachClientInItsOwn) {
  Bench bench;
  bench.Listen(Speaking(VersionPolicy::kAuto));
  Flow& old_client = bench.NewFlow();
  old_client.peer().version = 0;
  old_client.Send(Syn().Mss(1460).MpCapable());
  old_client.Expect(SynAck().MpCapable().Version(0));
  Flow& new_client = bench.NewFlow({Bench::kPeerAddress, 40001});
  new_client.Send(Syn().Mss(1460).MpCapable());
  new_client.Expect(SynAck().MpCapable().Version(1));
  Flow& newest_client = bench.NewFlow({Bench::kPeerAddress, 40002});
  newest_client.Send(Syn().Mss(1460).MpCapable().Version(2));
  newest_client.Expect(SynAck().MpCapable().Version(1));
}

// Covers: CAP-10, CAP-12, CAP-13
TEST(VersionChoice, AClientTriesVersion0WhereVersion1IsNotAnsweredAndRemembers) {
  Bench bench;
  Flow& first_try = bench.Connect(Speaking(VersionPolicy::kAuto));
  first_try.Expect(Syn().MpCapable().Version(1));
  first_try.Send(SynAck().Mss(1460));  // to an RFC 6824 listener four bytes are no MP_CAPABLE
  first_try.Expect(RstAck().NoMptcp());
  EXPECT_FALSE(bench.HasEvent(EventKind::kFailed));
  EXPECT_FALSE(bench.HasEvent(EventKind::kSubflowClosed));
  first_try.peer().version = 0;
  Flow& retry = bench.ExpectNewFlow(first_try, Syn().MpCapable());
  retry.Send(SynAck().Mss(1460).MpCapable());
  retry.Expect(Ack(1).MpCapable());
  EXPECT_EQ(bench.Info().version, MptcpVersion::k0);
  EXPECT_EQ(bench.Info().first_tuple.local, retry.theirs());
  ASSERT_EQ(bench.Subflows().size(), 1u);
  EXPECT_EQ(bench.Subflows()[0].id, SubflowId(0)) << "still the first subflow";
  EXPECT_EQ(bench.CounterOf(Counter::kMPCapableSYNRetry), 1u);

  Flow& next = bench.Connect(Speaking(VersionPolicy::kAuto));
  next.peer().version = 0;
  next.Expect(Syn().MpCapable());  // no detour any more
}

// Covers: CAP-12, CAP-13
TEST(VersionChoice, APeerWithoutMultipathIsRememberedToo) {
  Bench bench;
  Flow& first_try = bench.Connect(Speaking(VersionPolicy::kAuto));
  first_try.Expect(Syn().MpCapable());
  first_try.Send(SynAck().Mss(1460));
  first_try.Expect(RstAck());
  first_try.peer().version = 0;
  Flow& retry = bench.ExpectNewFlow(first_try, Syn().MpCapable());
  retry.Send(SynAck().Mss(1460));
  retry.Expect(Ack(1).NoMptcp());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kPeerNotCapable);

  Flow& next = bench.Connect(Speaking(VersionPolicy::kAuto));
  next.Expect(Syn().MpCapable());
  next.Send(SynAck().Mss(1460));
  next.Expect(Ack(1).NoMptcp());  // no second attempt

  bench.Advance(EndpointOptions().version_memory);  // it may have learnt better meanwhile
  Flow& later = bench.Connect(Speaking(VersionPolicy::kAuto));
  later.Expect(Syn().MpCapable());
  later.Send(SynAck().Mss(1460));
  later.Expect(RstAck());
}

// Covers: CAP-12
TEST(VersionChoice, AnAnswerInTheOtherVersionIsTakenAtItsWord) {
  Bench bench;
  Flow& first_try = bench.Connect(Speaking(VersionPolicy::kAuto));
  first_try.Expect(Syn().MpCapable().Version(1));
  first_try.Send(SynAck().Mss(1460).MpCapable().Version(0));
  first_try.Expect(RstAck());
  first_try.peer().version = 0;
  bench.ExpectNewFlow(first_try, Syn().MpCapable());
}

TEST(VersionChoice, AFixedVersionIsNeverChanged) {
  for (const VersionPolicy policy : {VersionPolicy::kVersion0, VersionPolicy::kVersion1}) {
    Bench bench;
    Flow& peer = bench.Connect(Speaking(policy));
    peer.peer().version = policy == VersionPolicy::kVersion0 ? 0 : 1;
    peer.Expect(Syn().MpCapable());
    peer.Send(SynAck().Mss(1460));
    peer.Expect(Ack(1).NoMptcp());
    EXPECT_EQ(bench.Info().fallback, FallbackReason::kPeerNotCapable);
  }
}

TEST(VersionChoice, ARetryThatNobodyAnswersTimesOut) {
  Bench bench;
  ConnectionOptions options = Speaking(VersionPolicy::kAuto);
  options.tcp.syn_retries = 1;
  Flow& first_try = bench.Connect(options);
  first_try.Expect(Syn().MpCapable());
  first_try.Send(SynAck().Mss(1460));
  first_try.Expect(RstAck());
  first_try.peer().version = 0;
  bench.ExpectNewFlow(first_try, Syn().MpCapable());
  bench.Advance(Duration::Seconds(20));
  EXPECT_EQ(bench.failure(), Error::kTimedOut);
}

}  // namespace
}  // namespace mptcpp::conformance
