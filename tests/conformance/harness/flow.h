// SPDX-License-Identifier: Apache-2.0
// One subflow as the scripted peer sees it: its numbers, what came and is not yet expected, and the words Send and Expect.
// Made by Bench; all flows of one connection share a Peer, which holds the keys.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "conformance/harness/segment.h"
#include "crypto/keys.h"
#include "crypto/keys_v0.h"
#include "trace/describe.h"
#include "wire/tcp_segment.h"

namespace mptcpp::conformance {

class Bench;

// What the scripted side knows of one MPTCP connection.
struct Peer {
  std::uint64_t own_key = 0x0102030405060708;
  std::optional<std::uint64_t> their_key{};  // learned from the first MP_CAPABLE that carries it
  bool checksum = false;                     // negotiated: DSS of ours carry one unless the script says otherwise

  std::uint8_t version = 1;                  // that both speak: 0 hashes with SHA-1, and has other forms of some options

  Dsn own_idsn() const { return Material(own_key).idsn; }
  Token own_token() const { return Material(own_key).token; }
  Dsn their_idsn() const { return Material(their_key.value()).idsn; }
  Token their_token() const { return Material(their_key.value()).token; }
  // The first 20 bytes of the HMAC of whom these keys and nonces belong to, own first.
  static std::array<std::byte, 20> Proof(std::uint8_t version, std::uint64_t own, std::uint64_t peer, std::uint32_t own_nonce,
                                         std::uint32_t peer_nonce);

 private:
  crypto::KeyMaterial Material(std::uint64_t key) const {
    return version == 0 ? crypto::DeriveV0(crypto::Key(key)) : crypto::Derive(crypto::Key(key));
  }
};

// A segment that the endpoint sent. Owns its bytes; `view` points into them.
struct Captured {
  Instant at;
  std::vector<std::byte> bytes;
  IpAddress source, destination;
  wire::SegmentView view;
};
using CapturedPtr = std::unique_ptr<Captured>;

class Flow {
 public:
  Flow(Bench& bench, std::shared_ptr<Peer> peer, const SocketAddress& own, const SocketAddress& theirs, std::uint32_t own_isn);

  // Sends now. Without Seq() it is the next in sequence, without Acking() it acknowledges all that was expected so far.
  void Send(Segment segment);
  // The next segment of the endpoint on this flow must be this one and come within `within`. Aborts the script otherwise, with
  // what came instead and the whole conversation. Returns when it came.
  Instant Expect(const Segment& segment, Duration within = Duration::Seconds(1),
                 std::source_location where = std::source_location::current());
  // Like Expect, but not before `after` from now.
  Instant ExpectAfter(const Segment& segment, Duration after, Duration within,
                      std::source_location where = std::source_location::current());
  // Skips segments until one matches.
  Instant ExpectEventually(const Segment& segment, Duration within = Duration::Seconds(3),
                           std::source_location where = std::source_location::current());
  // Nothing comes for so long.
  void ExpectNothing(Duration time = Duration::Millis(300), std::source_location where = std::source_location::current());
  // Takes the next segment whatever it is.
  CapturedPtr Take(Duration within = Duration::Seconds(1), std::source_location where = std::source_location::current());
  // Forgets what has come so far; later acknowledgments cover it.
  void Skip();
  // Text of all payload that came in Expect()ed segments, in order.
  const std::string& received() const { return received_; }
  bool HasWaiting() const { return !waiting_.empty(); }

  Peer& peer() { return *peer_; }
  const std::shared_ptr<Peer>& shared_peer() const { return peer_; }
  const SocketAddress& own() const { return own_; }
  const SocketAddress& theirs() const { return theirs_; }
  std::uint32_t own_nonce = 0xaabbccdd;
  std::uint32_t their_nonce = 0;
  std::uint32_t next_seq() const { return snd_nxt_; }     // relative
  std::uint32_t acked_seq() const { return rcv_nxt_; }
  std::uint16_t default_window = 65535;
  trace::NumberBases Incoming() const;   // bases for segments of the endpoint
  trace::NumberBases Outgoing() const;

 private:
  friend class Bench;
  bool Owns(const Captured& captured) const;
  void Deliver(CapturedPtr captured);
  bool WaitForOne(Duration within);
  void Account(const Captured& captured);   // after it was expected or skipped
  std::string Conversation() const;
  [[noreturn]] void Abort(const std::string& message, const std::source_location& where) const;

  Bench& bench_;
  std::shared_ptr<Peer> peer_;
  SocketAddress own_, theirs_;
  SeqNum own_isn_;
  std::optional<SeqNum> their_isn_;
  std::uint32_t snd_nxt_ = 0, rcv_nxt_ = 0;
  std::deque<CapturedPtr> waiting_;
  std::string received_;
  std::vector<std::string> log_;
};

// Builds the bytes of `segment` (encode.cc), and says in words why `captured` is not what was expected, empty if it is
// (match.cc).
std::vector<std::byte> Encode(const Flow& flow, const Segment& segment, SeqNum seq, SeqNum ack);
std::string Mismatch(const Flow& flow, const Segment& expected, const Captured& captured);

}  // namespace mptcpp::conformance
