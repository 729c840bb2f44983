// SPDX-License-Identifier: Apache-2.0
// Classes of boxes that are made of several, or that show in several subflows of one path only: ECMP, terminating proxies, inspection
// of half a stream, pieces cut at every offset.
#include "middlebox/world.h"

namespace mptcpp::boxes {
namespace {

// RFC 8684 3.9.1: subflows that differ in a port only may take different ways, and so use them all.
// Covers: HEU-3
TEST(EcmpEndToEnd, SubflowsBetweenTheSameAddressesUseSeveralLegs) {
  World world({.bytes = 1'000'000, .bytes_back = 0});
  world.connection.ports_per_path = 4;
  world.Box(0, "ecmp", {{"legs", "2"}, {"step", "10ms"}});
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  EXPECT_EQ(world.client_result().info.subflows_total, 4u) << world;
}

// A leg dies after the first subflow was set up: whichever it is, some subflow is on the other one.
TEST(EcmpEndToEnd, ADeadLegIsNotTheEnd) {
  for (const char* dead : {"1", "2"}) {
    World world({.bytes = 1'000'000});
    world.connection.ports_per_path = 6;
    world.Box(0, "ecmp", {{"legs", "2"}, {"dead", dead}, {"phase", "mid-stream"}, {"lasting", "true"}});
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << dead << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << dead << "\n" << world;
    EXPECT_GT(world.paths[0]->middleboxes().boxes()[0]->counters().dropped, 0u);
  }
}

// A proxy that ends connections and makes its own has no options to pass on: no option in the SYN, ACKs of its own.
TEST(ProxyEndToEnd, ATerminatingProxyMeansTcp) {
  World world({.buffer = Bytes::MiB(16)});
  Watcher& at_client = world.Watch(0);
  world.Box(0, "strip-syn", {{"synack", "true"}, {"third_ack", "true"}, {"data", "true"}});
  world.Box(0, "ack-proxy");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kPlainTcp, FallbackReason::kPeerNotCapable);
  EXPECT_MODE(world.server_result(), Mode::kPlainTcp, FallbackReason::kPeerNotCapable);
  EXPECT_EQ(at_client.options_seen(), 0u);
}

// An inspector that sees half of a stream makes nothing of it and kills the flow: the other one carries on.
// Covers: MB-14
TEST(InspectionEndToEnd, FlowsThatAreHalfAStreamAreKilled) {
  for (const char* kind : {"inject-rst", "inject-fin"}) {
    for (const char* direction : {"there", "back", "both"}) {
      World world({.paths = 2, .bytes = 1'000'000, .bytes_back = 1'000'000});
      world.Box(1, kind, {{"only", "joins"}, {"direction", direction}, {"after_bytes", "20000"}});
      EXPECT_TRUE(world.Run(Duration::Seconds(120))) << kind << " " << direction << "\n" << world;
      EXPECT_TRUE(world.IsIntact()) << kind << " " << direction << "\n" << world;
      EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
      EXPECT_GT(world.paths[1]->middleboxes().boxes()[0]->counters().injected, 0u);
    }
  }
}

// A slow path with seconds of buffer, and a window that it could fill: the other path must not wait for it.
TEST(PolicerEndToEnd, ADeepBufferDoesNotHoldBackTheOther) {
  World world({.paths = 2, .bytes = 3'000'000, .bytes_back = 0});
  world.connection.receive_buffer = world.connection.initial_receive_buffer = Bytes::KiB(256);
  world.paths[1]->Change([](sim::LinkOptions& link) {
    link.rate = Rate::MegabitsPerSecond(1);
    link.buffer = Bytes::MiB(1);
  });
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  // Path 0 alone: 2.5 s and a little.
  EXPECT_LT((world.server_result().last_byte_at - world.server_result().first_byte_at).seconds(), 3.0) << world;
}

// Covers: MB-7
TEST(SplitEndToEnd, AtEveryOffset) {
  for (int first = 1; first < 1460; ++first) {
    World world({.checksum = true, .bytes = 3'000, .bytes_back = 1'500});
    world.Box(0, "split", {{"first", std::to_string(first)}, {"size", "60000"}, {"options", first % 2 == 0 ? "copy" : "mptcp-first"}});
    EXPECT_TRUE(world.Run() && world.IsIntact()) << first << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  }
}

}  // namespace
}  // namespace mptcpp::boxes
