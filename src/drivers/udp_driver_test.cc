// SPDX-License-Identifier: Apache-2.0
// Over real sockets on loopback: what is sent arrives, or is counted.
#include "drivers/udp_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <string>
#include <vector>

#include "drivers/clock.h"
#include "drivers/test_packet.h"

namespace mptcpp::drivers {
namespace {

const IpAddress kA = IpAddress::V4(127, 0, 0, 1);
const IpAddress kB = IpAddress::V4(127, 0, 0, 2);
const IpAddress kSix = *IpAddress::Parse("::1");

std::unique_ptr<UdpDriver> OpenAt(std::vector<SocketAddress> locals) {
  auto driver = UdpDriver::Open(locals);
  EXPECT_TRUE(driver.has_value()) << (driver ? "" : driver.error().message);
  return std::move(*driver);
}

// Waits for the descriptors, at most 5 s, then takes one batch.
std::vector<RxPacket> ReceiveSome(Driver& driver) {
  std::vector<pollfd> fds;
  for (const DriverFd& entry : driver.fds()) fds.push_back({entry.fd, POLLIN, 0});
  poll(fds.data(), fds.size(), 5000);
  std::vector<RxPacket> packets(kDriverBatch);
  packets.resize(driver.ReceiveBatch(packets));
  return packets;
}

void SendOne(Driver& driver, const TxPacket& packet) { driver.Send(std::span(&packet, 1), MonotonicNow()); }

class UdpDriverTest : public testing::TestWithParam<IpAddress> {};

TEST_P(UdpDriverTest, CarriesASuperSegment) {
  const auto sender = OpenAt({{GetParam(), 0}});
  const auto receiver = OpenAt({{GetParam(), 0}});
  const std::string payload(30'000, 'x');
  TxPacket packet = MakeDataPacket(sender->locals()[0], receiver->locals()[0], 1, payload, 1400);
  packet.ecn = Ecn::kEct0;
  SendOne(*sender, packet);
  std::string received;
  while (received.size() < payload.size()) {
    const auto batch = ReceiveSome(*receiver);
    ASSERT_FALSE(batch.empty());
    for (const RxPacket& p : batch) {
      received += PayloadOf(p);
      EXPECT_EQ(p.source, GetParam());
      EXPECT_EQ(p.destination, GetParam());
      EXPECT_EQ(p.ecn, Ecn::kEct0);
    }
  }
  EXPECT_EQ(received, payload);
  EXPECT_EQ(sender->statistics().packets_sent, 1u);
  EXPECT_TRUE(sender->CanSend());
}

INSTANTIATE_TEST_SUITE_P(BothFamilies, UdpDriverTest, testing::Values(kA, kSix),
                         [](const auto& test) { return test.param.IsV4() ? "V4" : "V6"; });

TEST(UdpDriver, SharesOnePortAmongItsPaths) {
  const auto driver = OpenAt({{kA, 0}, {kB, 0}});
  ASSERT_EQ(driver->locals().size(), 2u);
  EXPECT_NE(driver->locals()[0].port, 0);
  EXPECT_EQ(driver->locals()[0].port, driver->locals()[1].port);
}

TEST(UdpDriver, AWildcardSocketNamesTheAddressThatWasCalled) {
  const auto server = OpenAt({{IpAddress::AnyV4(), 0}});
  const auto client = OpenAt({{kA, 0}});
  const SocketAddress called{kB, server->locals()[0].port};
  SendOne(*client, MakeDataPacket(client->locals()[0], called, 1, "ping", 1000));
  const auto request = ReceiveSome(*server);
  ASSERT_EQ(request.size(), 1u);
  EXPECT_EQ(request[0].destination, kB);
  SendOne(*server, MakeDataPacket(called, client->locals()[0], 1, "pong", 1000));
  const auto reply = ReceiveSome(*client);
  ASSERT_EQ(reply.size(), 1u);
  EXPECT_EQ(PayloadOf(reply[0]), "pong");
  EXPECT_EQ(reply[0].source, kB);
}

TEST(UdpDriver, OpensASocketForAPortThatTheEndpointChose) {
  const auto client = OpenAt({{kA, 0}});
  const auto server = OpenAt({{kA, 0}});
  const auto spare = OpenAt({{kA, 0}});  // knows a port that is free once it is gone
  const SocketAddress other = spare->locals()[0];
  const SocketAddress chosen{kA, static_cast<std::uint16_t>(other.port == 65535 ? 40001 : other.port + 1)};
  SendOne(*client, MakeDataPacket(chosen, server->locals()[0], 1, "hello", 1000));
  if (client->statistics().no_path == 1) GTEST_SKIP() << "port " << chosen.port << " is in use here";
  ASSERT_EQ(ReceiveSome(*server).size(), 1u);
  SendOne(*server, MakeDataPacket(server->locals()[0], chosen, 1, "answer", 1000));
  const auto answer = ReceiveSome(*client);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(PayloadOf(answer[0]), "answer");
}

TEST(UdpDriver, CountsWhatComesFromNoPathOfOurs) {
  const auto client = OpenAt({{kA, 0}});
  SendOne(*client, MakeDataPacket({kB, 1}, {kA, 2}, 1, "lost", 1000));
  EXPECT_EQ(client->statistics().no_path, 1u);
  EXPECT_EQ(client->statistics().packets_sent, 0u);
}

TEST(UdpDriver, ReportsARefusedDatagramWithItsSequenceNumber) {
  const auto client = OpenAt({{kA, 0}});
  SocketAddress nobody;
  {
    const auto gone = OpenAt({{kA, 0}});
    nobody = gone->locals()[0];
  }
  SendOne(*client, MakeDataPacket(client->locals()[0], nobody, 4711, "hello", 1000));
  EXPECT_TRUE(ReceiveSome(*client).empty());
  std::vector<wire::IcmpError> errors(8);
  ASSERT_EQ(client->ReceiveErrors(errors), 1u);
  EXPECT_EQ(errors[0].kind, wire::IcmpKind::kHardUnreachable);
  EXPECT_EQ(errors[0].quoted_seq, SeqNum(4711));
  EXPECT_EQ(errors[0].tuple.local, client->locals()[0]);
  EXPECT_EQ(errors[0].tuple.remote, nobody);
  EXPECT_EQ(client->ReceiveErrors(errors), 0u);
}

TEST(UdpDriver, SaysWhatToDoAboutAPortInUse) {
  const auto first = OpenAt({{kA, 0}});
  const SocketAddress taken = first->locals()[0];
  const auto second = UdpDriver::Open(std::span(&taken, 1));
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, testing::HasSubstr("is in use: choose another port"));
}

TEST(UdpDriver, SaysWhenAnAddressIsNotOurs) {
  const SocketAddress foreign{IpAddress::V4(192, 0, 2, 1), 0};
  const auto driver = UdpDriver::Open(std::span(&foreign, 1));
  ASSERT_FALSE(driver.has_value());
  EXPECT_THAT(driver.error().message, testing::HasSubstr("is not an address of this host"));
}

}  // namespace
}  // namespace mptcpp::drivers
