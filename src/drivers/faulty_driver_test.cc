// SPDX-License-Identifier: Apache-2.0
#include "drivers/faulty_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/endian.h"
#include "drivers/test_packet.h"

namespace mptcpp::drivers {
namespace {

const SocketAddress kLocal{IpAddress::V4(10, 0, 0, 1), 1};
const SocketAddress kSecond{IpAddress::V4(10, 0, 1, 1), 1};
const SocketAddress kRemote{IpAddress::V4(10, 0, 0, 2), 2};

// Remembers what it was asked to send, and delivers what a test puts in.
class RecordingDriver : public Driver {
 public:
  std::span<const DriverFd> fds() const override { return {}; }
  std::uint64_t generation() const override { return 0; }
  std::size_t ReceiveBatch(std::span<RxPacket> out) override {
    const std::size_t n = std::min(out.size(), incoming.size());
    std::copy_n(incoming.begin(), n, out.begin());
    incoming.erase(incoming.begin(), incoming.begin() + static_cast<std::ptrdiff_t>(n));
    return n;
  }
  std::size_t ReceiveErrors(std::span<wire::IcmpError>) override { return 0; }
  bool CanSend() const override { return true; }
  void Send(std::span<const TxPacket> packets, Instant) override {
    for (const TxPacket& packet : packets) {
      std::string payload;
      for (std::size_t i = 0; i < packet.slice_count; ++i) {
        payload.append(reinterpret_cast<const char*>(packet.slices[i].data()), packet.slices[i].size());
      }
      sent.push_back({Load32(packet.header.data() + 4), payload});
      checksums.push_back(Load16(packet.header.data() + 16));
    }
  }
  void Flush(Instant) override {}
  const DriverStatistics& statistics() const override { return statistics_; }

  std::vector<std::pair<std::uint32_t, std::string>> sent;
  std::vector<std::uint16_t> checksums;
  std::vector<RxPacket> incoming;

 private:
  DriverStatistics statistics_;
};

class FaultyDriverTest : public testing::Test {
 protected:
  void Make(PathFaults faults, std::uint64_t seed = 1) {
    auto inner = std::make_unique<RecordingDriver>();
    inner_ = inner.get();
    std::vector<PathFaults> all;
    all.push_back(faults);
    driver_ = std::make_unique<FaultyDriver>(std::move(inner), all, seed);
  }
  void Send(const TxPacket& packet) { driver_->Send(std::span(&packet, 1), now_); }
  void AdvanceTo(Duration since_start) {
    now_ = Instant() + since_start;
    driver_->Flush(now_);
  }

  RecordingDriver* inner_ = nullptr;
  std::unique_ptr<FaultyDriver> driver_;
  Instant now_;
};

TEST_F(FaultyDriverTest, WithoutFaultsEverySegmentPassesInOrder) {
  Make({.local = kLocal.address});
  Send(MakeDataPacket(kLocal, kRemote, 100, "abcdefg", 3));
  using Sent = std::vector<std::pair<std::uint32_t, std::string>>;
  EXPECT_EQ(inner_->sent, (Sent{{100, "abc"}, {103, "def"}, {106, "g"}}));
  EXPECT_THAT(inner_->checksums, testing::Each(0)) << "the driver below completes them";
}

TEST_F(FaultyDriverTest, LosesAboutTheShareThatWasAskedForAndCountsIt) {
  Make({.local = kLocal.address, .loss = 0.1});
  for (std::uint32_t i = 0; i < 10'000; ++i) Send(MakeDataPacket(kLocal, kRemote, i, "x", 100));
  EXPECT_NEAR(static_cast<double>(driver_->faults().lost), 1000, 100);
  EXPECT_EQ(inner_->sent.size() + driver_->faults().lost, 10'000u);
}

TEST_F(FaultyDriverTest, OneSeedMeansOneFate) {
  std::vector<std::pair<std::uint32_t, std::string>> first;
  for (int run = 0; run < 2; ++run) {
    Make({.local = kLocal.address, .loss = 0.5}, /*seed=*/7);
    for (std::uint32_t i = 0; i < 100; ++i) Send(MakeDataPacket(kLocal, kRemote, i, "x", 100));
    if (run == 0) first = inner_->sent;
  }
  EXPECT_EQ(inner_->sent, first);
}

TEST_F(FaultyDriverTest, Duplicates) {
  Make({.local = kLocal.address, .duplication = 1});
  Send(MakeDataPacket(kLocal, kRemote, 5, "x", 100));
  EXPECT_EQ(inner_->sent.size(), 2u);
  EXPECT_EQ(driver_->faults().duplicated, 1u);
}

TEST_F(FaultyDriverTest, ALimitedRateSpreadsSegmentsAndDropsWhatTheQueueCannotHold) {
  // 1000 bytes with header take 1 ms; the queue holds 5 ms.
  Make({.local = kLocal.address, .rate = Rate::BytesPerSecond(1'000'000), .queue = Duration::Millis(5)});
  const std::string payload(980, 'x');
  for (std::uint32_t i = 0; i < 10; ++i) Send(MakeDataPacket(kLocal, kRemote, i, payload, 1000));
  EXPECT_TRUE(inner_->sent.empty());
  EXPECT_EQ(driver_->NextDeadline(), Instant() + Duration::Millis(1));
  AdvanceTo(Duration::Millis(3));
  EXPECT_EQ(inner_->sent.size(), 3u);
  AdvanceTo(Duration::Millis(100));
  EXPECT_EQ(inner_->sent.size(), 6u);
  EXPECT_EQ(driver_->faults().overflowed, 4u);
  EXPECT_TRUE(driver_->NextDeadline().IsInfinite());
}

TEST_F(FaultyDriverTest, DelayKeepsThePayload) {
  Make({.local = kLocal.address, .delay = Duration::Millis(2)});
  {
    const std::string gone_after_the_call = "payload";
    Send(MakeDataPacket(kLocal, kRemote, 1, gone_after_the_call, 100));
  }
  AdvanceTo(Duration::Millis(1));
  EXPECT_TRUE(inner_->sent.empty());
  AdvanceTo(Duration::Millis(2));
  ASSERT_EQ(inner_->sent.size(), 1u);
  EXPECT_EQ(inner_->sent[0].second, "payload");
}

TEST_F(FaultyDriverTest, ABlackHoleSwallowsBothDirectionsOfItsPathOnly) {
  Make({.local = kLocal.address});
  driver_->SetBlackHole(kLocal.address, true);
  Send(MakeDataPacket(kLocal, kRemote, 1, "x", 100));
  Send(MakeDataPacket(kSecond, kRemote, 2, "y", 100));
  ASSERT_EQ(inner_->sent.size(), 1u);
  EXPECT_EQ(inner_->sent[0].first, 2u);
  RxPacket in;
  in.destination = kLocal.address;
  RxPacket other;
  other.destination = kSecond.address;
  inner_->incoming = {in, other};
  std::vector<RxPacket> out(4);
  EXPECT_EQ(driver_->ReceiveBatch(out), 1u);
  EXPECT_EQ(out[0].destination, kSecond.address);
  driver_->SetBlackHole(kLocal.address, false);
  Send(MakeDataPacket(kLocal, kRemote, 3, "z", 100));
  EXPECT_EQ(inner_->sent.size(), 2u);
  EXPECT_EQ(driver_->faults().swallowed, 2u);
}

}  // namespace
}  // namespace mptcpp::drivers
