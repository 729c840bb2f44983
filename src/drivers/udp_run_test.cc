// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/endian.h"
#include "drivers/test_packet.h"
#include "wire/gso.h"

namespace mptcpp::drivers {
namespace {

const SocketAddress kClient{IpAddress::V4(127, 0, 0, 1), 40000};
const SocketAddress kServer{IpAddress::V4(127, 0, 0, 2), 5000};
constexpr std::size_t kFlagsByteOfDatagram = 1;

std::string Pattern(std::size_t n) {
  std::string text(n, 0);
  for (std::size_t i = 0; i < n; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

// What the kernel would hand over for these bytes.
class UnpackTest : public testing::Test {
 protected:
  std::size_t Unpack(std::span<const std::byte> datagrams, std::size_t size) {
    storage_.assign(kReceiveRoom + datagrams.size(), std::byte{0});
    std::ranges::copy(datagrams, storage_.data() + kReceiveRoom);
    packets_.assign(kMaxGroDatagrams, RxPacket());
    const ReceivedRun run{.datagrams = storage_.data() + kReceiveRoom,
                          .length = datagrams.size(),
                          .datagram_size = size,
                          .source = kClient,
                          .destination = kServer,
                          .ecn = Ecn::kEct0,
                          .arrival = Instant::FromNanos(5)};
    return UnpackRun(run, packets_, ignored_);
  }

  std::vector<std::byte> storage_;
  std::vector<RxPacket> packets_;
  std::uint64_t ignored_ = 0;
};

TEST(StageRun, CutsASuperSegmentIntoDatagramsWithTheirOwnHeaders) {
  const std::string payload = Pattern(2500);
  const TxPacket packet = MakeDataPacket(kClient, kServer, 1000, payload, 1000);
  auto run = std::make_unique<UdpRun>();
  EXPECT_EQ(StageRun(packet, 0, *run), 3u);
  EXPECT_EQ(run->datagrams, 3);
  EXPECT_EQ(run->datagram_size, 1012);
  EXPECT_EQ(run->length, 3 * 12 + 2500u);
  EXPECT_EQ(run->source, kClient);
  EXPECT_EQ(run->destination, kServer);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto datagram = run->Datagram(i);
    EXPECT_EQ(Load32(datagram.data() + 4), 1000 + i * 1000);
    EXPECT_EQ((Load8(datagram.data() + kFlagsByteOfDatagram) & 8) != 0, i == 2) << "PSH belongs on the last";
    EXPECT_EQ(std::memcmp(datagram.data() + 12, payload.data() + i * 1000, datagram.size() - 12), 0);
  }
}

TEST(StageRun, ContinuesInASecondRunWhenOneIsFull) {
  const std::string payload = Pattern(65000);
  const TxPacket packet = MakeDataPacket(kClient, kServer, 0, payload, 500);
  auto run = std::make_unique<UdpRun>();
  std::size_t total = 0;
  std::size_t next = 0;
  int runs = 0;
  while (next < wire::SegmentCount(packet)) {
    next = StageRun(packet, next, *run);
    total += run->length - 12u * run->datagrams;
    ++runs;
    ASSERT_LE(run->datagrams, kMaxRunDatagrams);
  }
  EXPECT_EQ(total, payload.size());
  EXPECT_EQ(runs, 3);  // 130 datagrams of at most 64
}

TEST(StageRun, RefusesUrgentData) {
  TxPacket packet = MakeDataPacket(kClient, kServer, 0, "x", 1000);
  Store8(packet.header.data() + 13, 0x30);
  auto run = std::make_unique<UdpRun>();
  EXPECT_EQ(StageRun(packet, 0, *run), 0u);
}

TEST_F(UnpackTest, MergesWhatWasOneSuperSegment) {
  const std::string payload = Pattern(2500);
  auto run = std::make_unique<UdpRun>();
  StageRun(MakeDataPacket(kClient, kServer, 1000, payload, 1000), 0, *run);
  ASSERT_EQ(Unpack(run->bytes(), run->datagram_size), 1u);
  const RxPacket& packet = packets_[0];
  EXPECT_EQ(PayloadOf(packet), payload);
  EXPECT_EQ(packet.gso_size, 1000);
  EXPECT_EQ(packet.source, kClient.address);
  EXPECT_EQ(packet.destination, kServer.address);
  EXPECT_EQ(packet.ecn, Ecn::kEct0);
  EXPECT_TRUE(packet.checksum_verified);
  wire::SegmentView view;
  ASSERT_EQ(wire::ParseSegment(packet, view), wire::ParseResult::kOk);
  EXPECT_EQ(view.seq, SeqNum(1000));
  EXPECT_EQ(view.source, kClient);
  EXPECT_TRUE(view.flags.psh) << "the flags of the last one count";
}

TEST_F(UnpackTest, OneDatagramIsOneSegment) {
  auto run = std::make_unique<UdpRun>();
  StageRun(MakeDataPacket(kClient, kServer, 9, "hello", 1000), 0, *run);
  ASSERT_EQ(Unpack(run->bytes(), 0), 1u);
  EXPECT_EQ(PayloadOf(packets_[0]), "hello");
  EXPECT_EQ(packets_[0].gso_size, 0);
}

TEST_F(UnpackTest, KeepsApartWhatDoesNotContinue) {
  auto first = std::make_unique<UdpRun>();
  auto second = std::make_unique<UdpRun>();
  StageRun(MakeDataPacket(kClient, kServer, 1000, "first", 1000), 0, *first);
  StageRun(MakeDataPacket(kClient, kServer, 2000, "other", 1000), 0, *second);  // a gap in sequence numbers
  std::vector<std::byte> bytes(first->bytes().begin(), first->bytes().end());
  bytes.insert(bytes.end(), second->bytes().begin(), second->bytes().end());
  ASSERT_EQ(Unpack(bytes, first->length), 2u);
  EXPECT_EQ(PayloadOf(packets_[0]), "first");
  EXPECT_EQ(PayloadOf(packets_[1]), "other");
  EXPECT_EQ(packets_[1].gso_size, 0);
}

TEST_F(UnpackTest, SkipsAndCountsWhatIsNotASegment) {
  auto run = std::make_unique<UdpRun>();
  StageRun(MakeDataPacket(kClient, kServer, 1, "12345678", 1000), 0, *run);
  std::vector<std::byte> bytes(run->length, std::byte{0});  // a first nibble of 0: STUN, not ours
  bytes.insert(bytes.end(), run->bytes().begin(), run->bytes().end());
  ASSERT_EQ(Unpack(bytes, run->length), 1u);
  EXPECT_EQ(PayloadOf(packets_[0]), "12345678");
  EXPECT_EQ(ignored_, 1u);
}

TEST_F(UnpackTest, NothingComesOfAnEmptyDatagram) { EXPECT_EQ(Unpack({}, 0), 0u); }

}  // namespace
}  // namespace mptcpp::drivers
