// SPDX-License-Identifier: Apache-2.0
// One side of a scenario: a simulated host and the program on it, which does what the scenario tells it to and reads whatever
// arrives. All of it goes through the public API. A call that the endpoint refuses is a failure of the scenario.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mptcpp/endpoint.h"
#include "scenarios/recorder.h"
#include "sim/application.h"
#include "sim/host.h"

namespace mptcpp::scenarios {

class World;

class Party final : public sim::Application {
 public:
  Party(World& world, sim::Host& host, bool is_client) : world_(world), host_(host), is_client_(is_client) {}

  // --- a connection ---
  void Listen(const SocketAddress& local, const ConnectionOptions& options);
  void Connect(const SocketAddress& local, const SocketAddress& remote, const ConnectionOptions& options);
  void Write(std::string_view text);
  void WriteBytes(std::size_t count);  // of a pattern that the other side checks
  void Shutdown();
  void Close();
  void Abort();
  void StopReading() { reads_ = false; }
  void ReadOn();

  // --- paths. Addresses are numbered from 1, as in the names of the pictures; subflows from 1, too ---
  void Join(int own_address, int their_address = 1, bool backup = false);
  void JoinBetween(const SocketAddress& own, const SocketAddress& theirs, bool backup = false);
  void CloseSubflow(int subflow);
  void SetBackup(int subflow, bool backup);
  void Announce(int own_address);
  int AnnounceOther(const IpAddress& address);  // of nobody here; its id
  void Withdraw(int address_id);
  // For the path manager: an address to use for subflows or to announce.
  AddressId AddPathEndpoint(int own_address, bool subflow, bool signal, bool backup = false);
  void RemovePathEndpoint(AddressId id);

  // --- lying: the next `times` segments that `edit` is for leave this host changed ---
  void Lie(Edit edit, int times = 1);

  // What was read and what happened so far is not part of the story.
  void Forget();
  // Nor is the connection itself.
  void StartOver();

  // --- knowing ---
  Words Facts() const;
  std::string FactsText() const;
  const std::string& received() const { return received_; }
  std::uint64_t received_bytes() const { return received_bytes_; }
  bool Has(EventKind kind) const;
  ConnectionInfo Info() const;
  std::vector<SubflowInfo> Subflows() const;
  Endpoint& endpoint() { return host_.endpoint(); }
  const Endpoint& endpoint() const { return host_.endpoint(); }
  ConnectionId connection() const { return connection_; }
  IpAddress AddressOf(int number) const;

  void OnEvent(const Event& event, Instant now) override;
  bool IsDone() const override { return false; }

 private:
  template <typename T>
  void Check(const Expected<T>& result, std::string_view what);
  // So that the second address has the id 1 wherever it appears.
  void KnowAddress(int own_address);
  void WritePending();
  void Read(Instant now);
  void AddStateFacts(Words& words) const;

  World& world_;
  sim::Host& host_;
  bool is_client_;
  bool reads_ = true;
  bool knows_second_ = false;
  ConnectionId connection_;
  std::vector<Event> events_;
  std::string received_;              // as long as it is short
  std::uint64_t received_bytes_ = 0;
  std::uint64_t wrong_bytes_ = 0;     // of the pattern
  std::uint64_t written_pattern_ = 0, read_pattern_ = 0;
  std::uint64_t pending_ = 0;         // bytes of the pattern that wait for room
};

}  // namespace mptcpp::scenarios
