// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_gateway.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

constexpr std::string_view kInside = "PORT 192,168,0,37,133,67\r\n";  // 26 bytes
constexpr std::string_view kOutside = "PORT 5,6,7,8,123,45\r\n";      // 21

class GatewayTest : public ::testing::Test {
 protected:
  void Open(GatewayOptions options) {
    bench_.Add(std::make_unique<Gateway>(std::move(options)));
    bench_.There({.flags = "S", .seq = 999});
    bench_.Back({.flags = "SA", .seq = 4999, .ack = 1000});
    bench_.Take();
  }
  BoxBench bench_;
};

TEST_F(GatewayTest, FtpPortAndEverythingBehindItMovesByFiveBytes) {
  Open({.find = "PORT 192,168,0,37,133,67", .replace = "PORT 5,6,7,8,123,45"});
  bench_.There({.flags = "PA", .seq = 1000, .ack = 5000, .payload = kInside});
  bench_.Back({.seq = 5000, .ack = 1021, .payload = "200 ok\r\n"});
  bench_.There({.flags = "PA", .seq = 1026, .ack = 5008, .payload = "LIST\r\n"});
  bench_.Back({.seq = 5008, .ack = 1021, .options = "0101050a 000003fd 00000403"});
  bench_.There({.flags = "FA", .seq = 1032, .ack = 5008});
  bench_.Back({.seq = 5008, .ack = 1028});
  EXPECT_EQ(bench_.Take(),
            (Lines{bench_.IsThere({.flags = "PA", .seq = 1000, .ack = 5000, .payload = kOutside}),
                   bench_.IsBack({.seq = 5000, .ack = 1026, .payload = "200 ok\r\n"}),
                   bench_.IsThere({.flags = "PA", .seq = 1021, .ack = 5008, .payload = "LIST\r\n"}),
                   bench_.IsBack({.seq = 5008, .ack = 1026, .options = "0101050a 00000402 00000408"}),
                   bench_.IsThere({.flags = "FA", .seq = 1027, .ack = 5008}), bench_.IsBack({.seq = 5008, .ack = 1033})}));
}

TEST_F(GatewayTest, RetransmissionsGiveTheSameBytesHoweverTheyAreCut) {
  Open({.find = "PORT 192,168,0,37,133,67", .replace = "PORT 5,6,7,8,123,45"});
  bench_.There({.seq = 1000, .payload = kInside});
  for (std::uint32_t cut = 1; cut < kInside.size(); ++cut) {
    bench_.There({.seq = 1000, .payload = kInside.substr(0, cut)});
    bench_.There({.seq = 1000 + cut, .payload = kInside.substr(cut)});
  }
  for (const std::string& line : bench_.Take()) {
    const std::size_t header = line.rfind(' ') + 1;
    const std::uint32_t seq = static_cast<std::uint32_t>(std::stoul(line.substr(header + 8, 8), nullptr, 16));
    const std::string payload = line.substr(header + 40);
    const std::string expected = ToHex(std::as_bytes(std::span(kOutside)));
    EXPECT_EQ(payload, expected.substr((seq - 1000) * 2, payload.size()));
  }
}

TEST_F(GatewayTest, ChangesBytesAtAPositionWithoutChangingTheLength) {
  Open({.at = 2, .remove = 2, .replace = "XY"});
  bench_.There({.seq = 1000, .ack = 5000, .payload = "abcdef"});
  bench_.Back({.seq = 5000, .ack = 1006, .payload = "ghijkl"});
  EXPECT_EQ(bench_.Take(), (Lines{bench_.IsThere({.seq = 1000, .ack = 5000, .payload = "abXYef"}),
                                  bench_.IsBack({.seq = 5000, .ack = 1006, .payload = "ghXYkl"})}));
}

TEST_F(GatewayTest, InsertsAndRemovesAndTranslatesPartialAcks) {
  Open({.at = 3, .remove = 0, .replace = "+++", .directions = {.there = true, .back = false}});
  bench_.There({.seq = 1000, .ack = 5000, .payload = "abcdef"});
  EXPECT_EQ(bench_.Take(), Lines{bench_.IsThere({.seq = 1000, .ack = 5000, .payload = "abc+++def"})});
  const std::pair<std::uint32_t, std::uint32_t> acks[] = {{1003, 1003}, {1005, 1003}, {1007, 1004}, {1009, 1006}};
  for (const auto& [from_receiver, to_sender] : acks) {
    bench_.Back({.seq = 5000, .ack = from_receiver});
    EXPECT_EQ(bench_.Take(), Lines{bench_.IsBack({.seq = 5000, .ack = to_sender})});
  }
}

TEST_F(GatewayTest, RemovedBytesCountAsAcknowledgedOnceTheyWereSent) {
  Open({.at = 3, .remove = 2, .replace = "", .directions = {.there = true, .back = false}});
  bench_.There({.seq = 1000, .ack = 5000, .payload = "abc"});
  bench_.Back({.seq = 5000, .ack = 1003});
  bench_.There({.seq = 1003, .ack = 5000, .payload = "def"});
  bench_.Back({.seq = 5000, .ack = 1004});
  EXPECT_EQ(bench_.Take(),
            (Lines{bench_.IsThere({.seq = 1000, .ack = 5000, .payload = "abc"}), bench_.IsBack({.seq = 5000, .ack = 1003}),
                   bench_.IsThere({.seq = 1003, .ack = 5000, .payload = "f"}), bench_.IsBack({.seq = 5000, .ack = 1006})}));
}

TEST_F(GatewayTest, StopsAfterSoManyTimes) {
  Open({.find = "a", .replace = "bb", .times = 1});
  bench_.There({.seq = 1000, .payload = "aa"});
  bench_.There({.seq = 1002, .payload = "a"});
  EXPECT_EQ(bench_.Take(),
            (Lines{bench_.IsThere({.seq = 1000, .payload = "bba"}), bench_.IsThere({.seq = 1003, .payload = "a"})}));
}

}  // namespace
}  // namespace mptcpp::sim
