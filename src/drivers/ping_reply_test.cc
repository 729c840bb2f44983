// SPDX-License-Identifier: Apache-2.0
#include "drivers/ping_reply.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/endian.h"
#include "drivers/test_packet.h"
#include "wire/checksum.h"

namespace mptcpp::drivers {
namespace {

const IpAddress kUs = IpAddress::V4(10, 0, 0, 2);
const IpAddress kThem = IpAddress::V4(10, 0, 0, 1);

TEST(PingReply, EchoesIdentifierAndDataWithARightChecksum) {
  const std::string request("\x08\x00\x00\x00\x12\x34\x00\x01ping!", 13);
  const wire::IpView view{.source = kThem, .destination = kUs, .protocol = wire::kProtocolIcmp, .payload = AsBytes(request)};
  std::array<std::byte, 128> out{};
  const std::size_t length = BuildPingReply(view, out);
  const auto reply = wire::ParseIp(std::span(out).first(length));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->source, kUs);
  EXPECT_EQ(reply->destination, kThem);
  ASSERT_EQ(reply->payload.size(), request.size());
  EXPECT_EQ(Load8(reply->payload.data()), 0);
  EXPECT_EQ(Load16(reply->payload.data() + 4), 0x1234);
  wire::Checksum sum;
  sum.Add(reply->payload);
  EXPECT_TRUE(sum.IsIntact());
}

TEST(PingReply, UsesThePseudoHeaderInIpv6) {
  const std::string request("\x80\x00\x00\x00\x12\x34\x00\x01", 8);
  const wire::IpView view{.source = *IpAddress::Parse("fd00::1"),
                          .destination = *IpAddress::Parse("fd00::2"),
                          .protocol = wire::kProtocolIcmp6,
                          .payload = AsBytes(request)};
  std::array<std::byte, 128> out{};
  const std::size_t length = BuildPingReply(view, out);
  const auto reply = wire::ParseIp(std::span(out).first(length));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(Load8(reply->payload.data()), 129);
  wire::Checksum sum = wire::PseudoHeader(view.destination, view.source, wire::kProtocolIcmp6, 8);
  sum.Add(reply->payload);
  EXPECT_TRUE(sum.IsIntact());
}

TEST(PingReply, AnswersNothingElse) {
  std::array<std::byte, 128> out{};
  for (const std::string& message : {std::string("\x00\x00\x00\x00\x00\x00\x00\x00", 8), std::string("\x08\x00\x00", 3),
                                     std::string("\x03\x01\x00\x00\x00\x00\x00\x00", 8)}) {
    const wire::IpView view{.source = kThem, .destination = kUs, .protocol = wire::kProtocolIcmp, .payload = AsBytes(message)};
    EXPECT_EQ(BuildPingReply(view, out), 0u);
  }
}

}  // namespace
}  // namespace mptcpp::drivers
