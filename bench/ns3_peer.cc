// SPDX-License-Identifier: Apache-2.0
// The topology of sim_bench in ns-3, with ns-3's own TCP (it has no Multipath TCP): ten bulk connections over one link of 100
// Mbit/s, 40 ms, one BDP of buffer. Built only where Debian's libns3-dev is installed.
#include <ns3/applications-module.h>
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <cstdint>
#include <cstdio>
#include <ctime>

namespace {

std::uint64_t packets = 0, segments = 0;
void OnReceived(ns3::Ptr<const ns3::Packet> packet) {
  ++packets;
  if (packet->GetSize() > 1000) ++segments;
}

}  // namespace

int main() {
  using namespace ns3;
  constexpr double kSeconds = 30;
  Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::TcpNewReno"));
  Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
  Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(16 << 20));
  Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(16 << 20));
  Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(1));
  NodeContainer nodes;
  nodes.Create(2);
  PointToPointHelper link;
  link.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
  link.SetChannelAttribute("Delay", StringValue("20ms"));
  link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("333p"));
  const NetDeviceContainer devices = link.Install(nodes);
  InternetStackHelper().Install(nodes);
  Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
  const Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
  for (std::uint16_t i = 0; i < 10; ++i) {
    const auto port = static_cast<std::uint16_t>(5000 + i);
    BulkSendHelper source("ns3::TcpSocketFactory", InetSocketAddress(interfaces.GetAddress(1), port));
    source.SetAttribute("MaxBytes", UintegerValue(0));
    source.Install(nodes.Get(0)).Start(MilliSeconds(4 * i));
    PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), port)).Install(nodes.Get(1));
  }
  for (std::uint32_t i = 0; i < 2; ++i) devices.Get(i)->TraceConnectWithoutContext("PhyRxEnd", MakeCallback(&OnReceived));
  Simulator::Stop(Seconds(kSeconds));
  const std::clock_t start = std::clock();
  Simulator::Run();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%-34s %9.0f data segments/s %9.0f packets/s   (%.0f s simulated in %.2f s)\n", "ns-3, 10 TCPs, one link",
              static_cast<double>(segments) / seconds, static_cast<double>(packets) / seconds, kSeconds, seconds);
  Simulator::Destroy();
  return 0;
}
