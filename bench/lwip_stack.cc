// SPDX-License-Identifier: Apache-2.0
#include "lwip_stack.h"

#include <lwip/init.h>
#include <lwip/ip4.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

namespace mptcpp::bench::lwip {
namespace {

constexpr std::uint16_t kPort = 5001;

struct InFlight {
  pbuf* packet;
  netif* to;
};

struct World {
  netif client{}, server{};
  std::deque<InFlight> wire;
  tcp_pcb* listener = nullptr;
};
World world;

// One end of a connection.
struct Peer {
  tcp_pcb* pcb = nullptr;
  std::uint64_t received = 0;
  std::uint64_t to_send = 0;
  bool connected = false;
  bool closed = false;  // the other side closed, or the connection is gone
};

std::array<std::byte, 65536> payload{};
std::array<std::byte, 65536> sink{};
std::vector<Peer*> waiting;  // where the next accepted connections go, last first

err_t Output(netif* from, pbuf* packet, const ip4_addr_t*) {
  pbuf* copy = pbuf_alloc(PBUF_RAW, packet->tot_len, PBUF_RAM);
  if (!copy) return ERR_MEM;
  pbuf_copy(copy, packet);
  world.wire.push_back({copy, from == &world.client ? &world.server : &world.client});
  return ERR_OK;
}

err_t InitInterface(netif* interface) {
  interface->name[0] = 'b';
  interface->name[1] = 'b';
  interface->output = Output;
  interface->mtu = 1500;
  interface->flags = NETIF_FLAG_LINK_UP;
  return ERR_OK;
}

ip4_addr_t Address(std::uint8_t net) {
  ip4_addr_t address;
  IP4_ADDR(&address, 10, 0, net, 1);
  return address;
}

void AddInterface(netif& interface, std::uint8_t net) {
  const ip4_addr_t address = Address(net);
  ip4_addr_t mask, gateway;
  IP4_ADDR(&mask, 255, 255, 255, 0);
  ip4_addr_set_zero(&gateway);
  netif_add(&interface, &address, &mask, &gateway, nullptr, InitInterface, ip4_input);
  netif_set_up(&interface);
}

void Fill(Peer& peer) {
  while (peer.to_send > 0) {
    const auto n = static_cast<u16_t>(std::min<std::uint64_t>({peer.to_send, tcp_sndbuf(peer.pcb), 65535}));
    if (n == 0 || tcp_write(peer.pcb, payload.data(), n, TCP_WRITE_FLAG_COPY) != ERR_OK) break;
    peer.to_send -= n;
  }
  tcp_output(peer.pcb);
}

err_t OnReceive(void* arg, tcp_pcb* pcb, pbuf* data, err_t) {
  auto& peer = *static_cast<Peer*>(arg);
  if (!data) {
    peer.closed = true;
    return ERR_OK;
  }
  pbuf_copy_partial(data, sink.data(), data->tot_len, 0);
  peer.received += data->tot_len;
  tcp_recved(pcb, data->tot_len);
  pbuf_free(data);
  return ERR_OK;
}

err_t OnSent(void* arg, tcp_pcb*, u16_t) {
  Fill(*static_cast<Peer*>(arg));
  return ERR_OK;
}

void OnError(void* arg, err_t) {
  auto& peer = *static_cast<Peer*>(arg);
  peer.pcb = nullptr;
  peer.closed = true;
}

err_t OnConnected(void* arg, tcp_pcb*, err_t) {
  auto& peer = *static_cast<Peer*>(arg);
  peer.connected = true;
  Fill(peer);
  return ERR_OK;
}

void Attach(Peer& peer, tcp_pcb* pcb) {
  peer.pcb = pcb;
  tcp_arg(pcb, &peer);
  tcp_recv(pcb, OnReceive);
  tcp_sent(pcb, OnSent);
  tcp_err(pcb, OnError);
  tcp_nagle_disable(pcb);
}

err_t OnAccept(void*, tcp_pcb* pcb, err_t error) {
  if (error != ERR_OK || waiting.empty()) return ERR_ABRT;
  Peer& peer = *waiting.back();
  waiting.pop_back();
  Attach(peer, pcb);
  peer.connected = true;
  return ERR_OK;
}

void Connect(Peer& client, Peer& server) {
  waiting.push_back(&server);
  tcp_pcb* pcb = tcp_new();
  Attach(client, pcb);
  tcp_bind_netif(pcb, &world.client);
  ip_addr_t to;
  ip_addr_copy_from_ip4(to, Address(2));
  tcp_connect(pcb, &to, kPort, OnConnected);
}

void Deliver() {
  while (!world.wire.empty()) {
    const InFlight next = world.wire.front();
    world.wire.pop_front();
    next.to->input(next.packet, next.to);
  }
}

// Until `done`, or nothing has happened for too long to be worth waiting for.
template <typename Done>
bool RunUntil(Done done) {
  const Stopwatch patience;
  while (!done()) {
    Deliver();
    sys_check_timeouts();
    if (world.wire.empty() && patience.Seconds() > 60) return false;
  }
  return true;
}

bool Finish(Peer& client, Peer& server) {
  tcp_close(client.pcb);
  if (!RunUntil([&] { return server.closed; })) return false;
  if (server.pcb) tcp_close(server.pcb);
  Deliver();
  for (Peer* peer : {&client, &server}) peer->pcb = nullptr;
  return true;
}

// TIME-WAIT is a list that every SYN walks. lwIP's clock of half a second is turned until it is empty.
void ForgetTimeWait() {
  while (tcp_tw_pcbs) tcp_slowtmr();
}

}  // namespace

void Start() {
  lwip_init();
  AddInterface(world.client, 1);
  AddInterface(world.server, 2);
  tcp_pcb* pcb = tcp_new();
  tcp_bind_netif(pcb, &world.server);
  tcp_bind(pcb, IP_ADDR_ANY, kPort);
  world.listener = tcp_listen_with_backlog(pcb, 255);
  tcp_accept(world.listener, OnAccept);
}

BulkResult Bulk(std::uint64_t bytes) {
  Peer client, server;
  Connect(client, server);
  if (!RunUntil([&] { return server.connected && client.connected; })) return {};
  const Stopwatch watch;
  client.to_send = bytes;
  Fill(client);
  if (!RunUntil([&] { return server.received == bytes; })) return {};
  const double seconds = watch.Seconds();
  if (!Finish(client, server)) return {};
  ForgetTimeWait();
  return {bytes, seconds};
}

RateResult ConnectAndClose(std::uint64_t connections) {
  constexpr std::uint64_t kBetweenClearings = 64;
  double seconds = 0;
  for (std::uint64_t done = 0; done < connections; done += kBetweenClearings) {
    const Stopwatch watch;
    for (std::uint64_t i = 0; i < kBetweenClearings; ++i) {
      Peer client, server;
      Connect(client, server);
      if (!RunUntil([&] { return server.connected && client.connected; })) return {};
      if (!Finish(client, server)) return {};
    }
    seconds += watch.Seconds();
    ForgetTimeWait();
  }
  return {connections / kBetweenClearings * kBetweenClearings, seconds};
}

MemoryResult IdleMemory(std::uint64_t connections) {
  std::vector<Peer> clients(connections), servers(connections);
  waiting.reserve(1);
  const std::size_t before = HeapInUse();
  for (std::uint64_t i = 0; i < connections; ++i) {
    Connect(clients[i], servers[i]);
    if (!RunUntil([&] { return servers[i].connected && clients[i].connected; })) return {};
    for (Peer* peer : {&clients[i], &servers[i]}) {
      peer->to_send = 1000;
      Fill(*peer);
    }
    if (!RunUntil([&] { return servers[i].received == 1000 && clients[i].received == 1000; })) return {};
  }
  // The last delayed ACKs, so that nobody keeps a segment for retransmission.
  for (int i = 0; i < 2; ++i) tcp_fasttmr();
  Deliver();
  const double used = static_cast<double>(HeapInUse() - before);
  for (std::uint64_t i = 0; i < connections; ++i) {
    if (!Finish(clients[i], servers[i])) return {};
  }
  ForgetTimeWait();
  return {connections, used / static_cast<double>(2 * connections)};
}

}  // namespace mptcpp::bench::lwip
