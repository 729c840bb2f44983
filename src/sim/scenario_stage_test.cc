// SPDX-License-Identifier: Apache-2.0
// The seams that real time uses (Stage, HostEdge, Exit), here with virtual time behind them.
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "sim/scenario.h"
#include "sim/scenario_file.h"
#include "wire/gso.h"

namespace mptcpp::sim {
namespace {

constexpr const char* kScenario = R"(duration = "20 s"
[[host]]
name = "client"
addresses = ["10.0.1.1", "10.0.2.1"]
  [[host.endpoint]]
  address = "10.0.2.1"
  flags = ["subflow"]
[[host]]
name = "server"
addresses = ["10.0.9.1"]
[[path]]
name = "one"
from = "10.0.1.1"
to = "10.0.9.1"
rate = "20 Mbit/s"
delay = "10 ms"
[[path]]
name = "two"
from = "10.0.2.1"
to = "10.0.9.1"
rate = "10 Mbit/s"
delay = "20 ms"
loss = "1 %"
[[bulk]]
from = "10.0.1.1"
to = "10.0.9.1:80"
bytes = "3 MB"
)";

Scenario TheScenario() {
  auto scenario = ParseScenario(kScenario, "stage.toml");
  EXPECT_TRUE(scenario.has_value());
  return *scenario;
}

// Cuts what a host sends and puts it into the network; what comes out of the network goes to the host, one packet at a time.
class Door final : public HostEdge, public Exit {
 public:
  Door(Simulation& simulation, Host& host) : simulation_(simulation), host_(host) {}
  void Send(std::span<const TxPacket> packets, Instant now) override {
    for (const TxPacket& packet : packets) {
      for (std::size_t i = 0; i < wire::SegmentCount(packet); ++i) {
        PacketPtr sent = simulation_.TakePacket(kMaxTcpHeader + packet.segment_size);
        sent->length = wire::EmitSegment(packet, i, sent->buffer);
        sent->source = packet.source;
        sent->destination = packet.destination;
        ++sent_;
        simulation_.Inject(std::move(sent), now);
      }
    }
  }
  void Leave(PacketPtr packet, Instant now) override {
    const RxPacket received{.source = packet->source, .destination = packet->destination, .segment = packet->segment(), .arrival = now};
    host_.Receive(std::span(&received, 1), now);
  }
  int sent() const { return sent_; }

 private:
  Simulation& simulation_;
  Host& host_;
  int sent_ = 0;
};

// A clock that ticks: everything happens up to a tick late, as in real time.
class TickingStage final : public Stage {
 public:
  bool IsForeign(const std::string&) const override { return false; }
  void Play(Simulation& simulation, const std::function<bool()>& is_done, Duration limit) override {
    std::vector<std::unique_ptr<Door>> doors;
    const IpAddress addresses[2][2] = {{*IpAddress::Parse("10.0.1.1"), *IpAddress::Parse("10.0.2.1")}, {*IpAddress::Parse("10.0.9.1"), {}}};
    for (std::size_t i = 0; i < 2; ++i) {
      Host& host = *simulation.hosts()[i];
      doors.push_back(std::make_unique<Door>(simulation, host));
      host.set_edge(doors.back().get());
      for (const IpAddress& address : addresses[i]) simulation.SetExit(address, *doors.back());
    }
    const Instant end = simulation.now() + limit;
    while (!is_done() && simulation.now() < end) {
      EXPECT_FALSE(simulation.NextDeadline().IsInfinite());
      simulation.AdvanceTo(simulation.now() + Duration::Micros(200));
    }
    for (const auto& door : doors) sent += door->sent();
  }
  int sent = 0;
};

TEST(ScenarioStage, OverEdgesAndExitsItIsTheSameTransfer) {
  const Scenario scenario = TheScenario();
  const ScenarioResult simulated = RunScenario(scenario);
  TickingStage stage;
  const ScenarioResult played = RunScenario(scenario, {.stage = &stage});
  EXPECT_TRUE(played.real_time);
  EXPECT_TRUE(played.AllIntact());
  EXPECT_GT(stage.sent, 3000);  // nothing has gone past the doors
  const auto seconds = [](const ScenarioResult& result) {
    const BulkOutcome& bulk = result.bulk.at(0);
    EXPECT_EQ(bulk.server.bytes_received, 3'000'000u);
    EXPECT_TRUE(bulk.client.closed);
    EXPECT_EQ(bulk.client.subflows.size(), 2u);
    return (bulk.server.last_byte_at - bulk.client.opened).seconds();
  };
  const double expected = seconds(simulated);
  EXPECT_NEAR(seconds(played), expected, expected / 10);
}

// One host is somebody else's: its packets leave, and that is all.
class ForeignStage final : public Stage {
 public:
  explicit ForeignStage(std::string foreign) : foreign_(std::move(foreign)) {}
  bool IsForeign(const std::string& host) const override { return host == foreign_; }
  void Play(Simulation& simulation, const std::function<bool()>& is_done, Duration) override {
    for (const char* address : {"10.0.1.1", "10.0.2.1", "10.0.9.1"}) simulation.SetExit(*IpAddress::Parse(address), sink);
    simulation.AdvanceTo(simulation.now() + Duration::Millis(500));
    done = is_done();
  }
  struct Sink final : Exit {
    void Leave(PacketPtr, Instant) override { ++packets; }
    int packets = 0;
  } sink;
  bool done = true;

 private:
  std::string foreign_;
};

TEST(ScenarioStage, AForeignServerGetsPacketsAndNoApplication) {
  ForeignStage stage("server");
  const ScenarioResult result = RunScenario(TheScenario(), {.stage = &stage});
  EXPECT_GE(stage.sink.packets, 1);  // the SYN, unanswered
  EXPECT_FALSE(stage.done);
  EXPECT_TRUE(result.bulk.at(0).foreign_server);
  EXPECT_FALSE(result.bulk.at(0).accepted);
  EXPECT_FALSE(result.bulk.at(0).client.established);
}

TEST(ScenarioStage, AForeignClientIsWaitedFor) {
  ForeignStage stage("client");
  const ScenarioResult result = RunScenario(TheScenario(), {.stage = &stage});
  EXPECT_EQ(stage.sink.packets, 0);
  EXPECT_FALSE(stage.done);
  EXPECT_TRUE(result.bulk.at(0).foreign_client);
}

}  // namespace
}  // namespace mptcpp::sim
