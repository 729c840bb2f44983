// SPDX-License-Identifier: Apache-2.0
// What an attacker on or off the path does not get (RFC 8684 5).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/endian.h"
#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"

namespace mptcpp::conformance {
namespace {

using wire::MptcpSubtype;

bool Contains(std::span<const std::byte> bytes, std::uint64_t key) {
  std::array<std::byte, 8> wanted;
  Store64(wanted.data(), key);
  return !std::ranges::search(bytes, wanted).empty();
}

// Everything of a segment but the two options in which keys belong.
std::vector<std::byte> WithoutKeyOptions(const Captured& segment) {
  std::vector<std::byte> bytes = segment.bytes;
  for (const MptcpSubtype subtype : {MptcpSubtype::kCapable, MptcpSubtype::kFastclose}) {
    const auto option = RawOption(segment, subtype);
    if (option.empty()) continue;
    std::fill_n(bytes.begin() + (option.data() - segment.bytes.data()), option.size(), std::byte{0});
  }
  return bytes;
}

// Covers: SEC-3
TEST(Secrecy, KeysTravelInMpCapableAndMpFastcloseOnly) {
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .signal = true, .subflow = true}, bench.now()));
  Flow& first = bench.Connect();
  std::vector<CapturedPtr> seen;
  const auto collect = [&seen](Flow& flow) {
    while (flow.HasWaiting()) seen.push_back(flow.Take());
  };
  collect(first);
  first.Send(SynAck().Mss(1460).SackPermitted().MpCapable());
  collect(first);
  bench.Write("abcd");
  collect(first);
  first.Send(Data("efgh").Map(1, 1, 4).DataAck(5));
  bench.Advance(Duration::Millis(50));
  Flow& second = bench.ExpectNewFlow(first, Syn());
  second.Send(SynAck().Mss(1460).MpJoin(0));
  second.Send(Ack().DataAck(5));
  bench.Write(std::string(3000, 'x'));
  ASSERT_TRUE(bench.endpoint().SetBackup(bench.connection, SubflowId(1), true, bench.now()));
  bench.Advance(Duration::Seconds(1));
  collect(first);
  collect(second);
  bench.Abort();
  bench.Advance(Duration::Seconds(10));
  collect(first);
  collect(second);
  ASSERT_GT(seen.size(), 10u);
  bool ours = false, theirs = false;
  for (const CapturedPtr& segment : seen) {
    EXPECT_FALSE(Contains(WithoutKeyOptions(*segment), first.peer().own_key));
    EXPECT_FALSE(Contains(WithoutKeyOptions(*segment), *first.peer().their_key));
    theirs |= Contains(segment->bytes, first.peer().own_key);
    ours |= Contains(segment->bytes, *first.peer().their_key);
  }
  EXPECT_TRUE(ours && theirs) << "the search finds them where they belong";
}

// Covers: SEC-1, SEC-2, JOIN-21
TEST(Secrecy, AReplayedJoinFails) {
  Bench bench;
  Flow& first = bench.AcceptMptcp();
  bench.ExchangeOneByte(first);
  Flow& genuine = bench.Join(first);
  const auto hmac = crypto::JoinHmac(crypto::Key(first.peer().own_key), crypto::Key(*first.peer().their_key), genuine.own_nonce,
                                     genuine.their_nonce);
  Flow& replay = bench.NewFlow(first, {IpAddress::V4(203, 0, 113, 66), 6666});
  replay.own_nonce = genuine.own_nonce;
  replay.Send(Syn().Mss(1460).MpJoin(2));  // byte for byte the SYN that was overheard
  replay.Expect(SynAck());
  EXPECT_NE(replay.their_nonce, genuine.their_nonce);
  Segment third = Ack().Raw({30, 24, 0x10, 0});  // and the third ACK
  third.raw.insert(third.raw.end(), hmac.begin(), hmac.begin() + 20);
  replay.Send(third);
  EXPECT_TRUE(replay.Take()->view.flags.rst);
  EXPECT_EQ(bench.Info().subflow_count, 2);
}

// Whoever cannot receive at the address that it claims does not learn our nonce.
// Covers: SEC-1
TEST(Secrecy, AJoinFromAnAddressOfSomebodyElseIsNeverCompleted) {
  Bench bench;
  Flow& first = bench.AcceptMptcp();
  bench.ExchangeOneByte(first);
  Flow& spoofed = bench.NewFlow(first, {IpAddress::V4(203, 0, 113, 66), 6666});
  spoofed.Send(Syn().Mss(1460).MpJoin(2));
  spoofed.Expect(SynAck());
  spoofed.their_nonce = 0;  // the SYN/ACK went elsewhere
  spoofed.Send(Ack().MpJoin(2));
  EXPECT_TRUE(spoofed.Take()->view.flags.rst);
  EXPECT_EQ(bench.Info().subflow_count, 1);
}

}  // namespace
}  // namespace mptcpp::conformance
