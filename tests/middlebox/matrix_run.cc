// SPDX-License-Identifier: Apache-2.0
// One cell of the matrix: its world, its run, and which letter that was.
#include <sstream>

#include "middlebox/matrix.h"
#include "middlebox/world.h"

namespace mptcpp::boxes {
namespace {

constexpr std::uint64_t kBytes = 120'000, kBytesBack = 110'000;
constexpr Duration kLimit = Duration::Seconds(900);
constexpr Duration kAfterwards = Duration::Seconds(5);  // what has ended must be silent, too

sim::ParameterMap ParametersOf(const Cell& cell) {
  sim::ParameterMap parameters = cell.row->parameters;
  if (cell.row->kind == "nat") parameters["outside"] = World::PublicAddress(cell.when == When::kJoin ? 1 : 0).ToString();
  if (cell.row->kind == "balance") {
    parameters["virtual"] = World::VirtualAddress().ToString();
    parameters["servers"] = World::ServerAddress().ToString();
  }
  if (cell.row->ways == BoxRow::Ways::kDirections) {
    constexpr const char* kWords[] = {"there", "back", "both"};
    parameters["direction"] = kWords[static_cast<std::size_t>(cell.way)];
  }
  if (cell.when != When::kJoin && !cell.row->from_the_start) {
    parameters["phase"] = sim::kPhaseNames[static_cast<std::size_t>(cell.when)];
    parameters["only"] = "first";
  }
  if (cell.row->lasting) parameters["lasting"] = "true";
  return parameters;
}

WorldOptions OptionsOf(const Cell& cell) {
  WorldOptions options{.paths = cell.paths, .checksum = cell.checksum, .bytes = kBytes, .bytes_back = kBytesBack};
  options.from_server = cell.way == Way::kAtServer;
  options.to_virtual_address = cell.row->kind == "balance";
  // With something to say at once, the client's third segment is its first data (RFC 8684 3.1).
  if (cell.when == When::kThirdAck) options.pause = Duration::Millis(50);
  options.tcp.keepalive_idle = Duration::Seconds(60);  // what a dead peer has left behind ends, too
  if (cell.row->kind.ends_with("-ecn") || cell.row->kind.ends_with("-ecn-syn") || cell.row->kind.ends_with("-ecn-capable")) options.tcp.ecn = true;
  if (cell.row->harm == Harm::kProxy || cell.row->harm == Harm::kLossyProxy) options.buffer = Bytes::MiB(16);
  return options;
}

bool Acted(const World& world, std::size_t path, std::size_t index) {
  const sim::MiddleboxCounters& counters = world.paths[path]->middleboxes().boxes()[index]->counters();
  return counters.dropped + counters.changed + counters.injected > 0;
}

bool IsMultipath(const sim::TransferResult& side) { return side.mode == Mode::kMultipath; }

Outcome Intact(const World& world, const Cell& cell) {
  const auto& client = world.client_result();
  const auto& server = world.server_result();
  if (IsMultipath(client) != IsMultipath(server)) return Outcome::kMixed;
  if (!IsMultipath(client)) {
    const bool from_handshake = client.fallback != FallbackReason::kChecksum && client.mode == Mode::kPlainTcp &&
                                server.mode == Mode::kPlainTcp && server.fallback != FallbackReason::kChecksum;
    return from_handshake ? Outcome::kTcp : Outcome::kInfinite;
  }
  if (cell.paths > 1 && client.info.subflows_total < 2) return Outcome::kNoJoin;
  const bool lost = world.Count(Counter::kMPRstTx) > 0 || world.subflow_errors() > 0 || client.info.subflows_total > cell.paths;
  return lost ? Outcome::kSubflowLost : Outcome::kMultipath;
}

Outcome Judge(const World& world, const Cell& cell, bool done) {
  const auto& client = world.client_result();
  if (!client.established) return client.failure ? Outcome::kRefused : Outcome::kHang;
  if (world.accepted == 0) {
    if (client.failure) return Outcome::kError;
    return client.mode == Mode::kPlainTcp && client.bytes_received > 0 ? Outcome::kPortal : Outcome::kHang;
  }
  if (!done) return Outcome::kHang;
  if (!world.HasNoWrongByte()) {
    const bool told = client.fallback == FallbackReason::kChecksum || world.server_result().fallback == FallbackReason::kChecksum ||
                      !IsMultipath(client);
    return told && !IsMultipath(client) && !IsMultipath(world.server_result()) ? Outcome::kAsOnTcp : Outcome::kWrong;
  }
  if (world.IsIntact()) return Intact(world, cell);
  return world.HasFailed() ? Outcome::kError : Outcome::kMixed;
}

std::uint64_t PacketsIn(const World& world) {
  std::uint64_t packets = 0;
  for (sim::Path* path : world.paths) packets += path->there().counters().packets_in + path->back().counters().packets_in;
  return packets;
}

}  // namespace

CellResult RunCell(const Cell& cell) {
  World world(OptionsOf(cell));
  const std::size_t path = cell.when == When::kJoin ? 1 : 0;
  if (cell.row->kind == "block-holes") world.Box(path, "police", {{"burst", "8000"}});  // makes the holes
  for (std::size_t i = 0; i < cell.paths; ++i) {
    if (i == path || cell.row->kind == "balance") world.Box(i, cell.row->kind, ParametersOf(cell));
  }
  const std::size_t index = world.paths[path]->middleboxes().boxes().size() - 1;
  const bool done = world.Run(kLimit);
  Outcome outcome = Judge(world, cell, done);
  if (outcome == Outcome::kMultipath && !Acted(world, path, index)) outcome = Outcome::kIdle;
  world.sim.Run(kAfterwards);
  const std::uint64_t packets = PacketsIn(world);
  std::ostringstream story;
  story << cell.Name() << "\n" << world << "\npackets: " << packets;
  return {outcome, packets, story.str()};
}

}  // namespace mptcpp::boxes
