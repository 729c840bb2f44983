// SPDX-License-Identifier: Apache-2.0
// Everything that can be configured, with units, ranges, defaults and where the default comes from.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/ip_address.h"
#include "base/time.h"
#include "base/units.h"
#include "mptcpp/scheduler.h"
#include "mptcpp/token_shard.h"

namespace mptcpp::congestion {
struct ControllerInfo;
}

namespace mptcpp {

// Packetization layer path MTU discovery (RFC 8899, RFC 4821). ICMP "too big" counts in every mode.
enum class MtuProbing : std::uint8_t {
  kOff,        // only ICMP; the configured size is tried again after mtu_raise
  kBlackHole,  // starts with `mtu`; searches upwards with probes once the path has shown that it takes less
  kAlways,     // starts with base_mtu and searches upwards from there
};

// Properties of the TCP below every subflow.
struct TcpOptions {
  std::uint16_t mtu = 1500;                                  // IP packet size of the paths, 576 .. 65535 (MSS = mtu - 40 / - 60, RFC 9293 3.7.1)
  MtuProbing mtu_probing = MtuProbing::kBlackHole;
  std::uint16_t base_mtu = 1200;                             // RFC 8899 5.1.2: assumed to work when larger sizes vanish; IPv6: at least 1280
  Duration mtu_raise = Duration::Seconds(600);               // PMTU_RAISE_TIMER (RFC 8899 5.1.1): larger sizes are tried again after this
  Duration min_rto = Duration::Millis(200);                  // RFC 6298 says 1 s SHOULD; 200 ms is Linux's floor
  Duration max_rto = Duration::Seconds(60);                  // RFC 6298 (2.5): at least 60 s
  Duration initial_rto = Duration::Seconds(1);               // RFC 6298 2.1
  Duration delayed_ack = Duration::Millis(40);               // RFC 9293 MUST-40: below 500 ms
  Duration user_timeout = Duration::Seconds(100);            // unacknowledged for so long: the subflow is dead (R2, RFC 9293 3.8.3)
  std::uint8_t syn_retries = 6;                              // then the connection attempt fails
  Duration keepalive_idle = Duration::Zero();                // Zero: off (RFC 9293 3.8.4)
  Duration keepalive_interval = Duration::Seconds(15);
  std::uint8_t keepalive_probes = 5;
  Duration time_wait = Duration::Seconds(60);                // 2 MSL; 60 s is Linux's
  bool no_delay = false;                                     // true: no Nagle algorithm (RFC 9293 MUST-17)
  bool timestamps = true;                                    // RFC 7323
  bool strict_timestamps = false;                            // true: drop a segment without timestamps on a connection that has them
  bool sack = true;                                          // RFC 2018
  bool window_scaling = true;
  bool ecn = false;                                          // RFC 3168: ask for it
  bool answer_ecn = true;                                    // RFC 3168: use it if the peer asks
  bool pacing = true;
  std::uint32_t initial_window_segments = 10;                // RFC 6928
};

// The version that a connection speaks: its number in MP_CAPABLE.
enum class MptcpVersion : std::uint8_t { k0 = 0, k1 = 1 };  // RFC 6824, RFC 8684

// Which versions may be spoken (RFC 8684 3.1; docs/decisions/version-0.md says why version 0 has to be asked for).
enum class VersionPolicy : std::uint8_t {
  kVersion1,  // Connect() offers version 1, a listener answers it
  kVersion0,  // the same with version 0
  kAuto,      // Connect() offers 1, or 0 to a peer that is known to speak only that, and tries the other one if the first is
              // answered without MP_CAPABLE; a listener answers each client in its own version
};

// Properties of one connection. Copied when it is made: by Connect() for a client, by Listen() for every connection of that
// listener. All limits are listed with what happens at them in docs/limits.md.
struct ConnectionOptions {
  bool multipath = true;                     // false: plain TCP, no option of kind 30
  VersionPolicy version = VersionPolicy::kVersion1;
  // TCP Fast Open (RFC 7413; RFC 8684 appendix B). Client: asks a server for a cookie, and with one sends what Write() was given
  // before the first Transmit() in the SYN. Listener: hands out cookies and takes data in the SYN. Such data may arrive twice if
  // the network duplicates the SYN (RFC 7413 2): only for requests that bear it, so off unless asked for.
  bool fast_open = false;
  std::uint16_t fast_open_pending_limit = 16;  // listener: opened by a cookie, third ACK not seen (RFC 7413 5.1); 0 .. 65535
  bool checksum = false;                     // flag A: DSS checksums (RFC 8684 3.3.1). Off as in Linux: the TCP checksum is there already
  bool refuse_checksum = false;              // a peer that sets flag A gets plain TCP (RFC 8684 3.1: checksums forbidden here)
  bool deny_join_initial_address = false;    // flag C in our MP_CAPABLE
  // "lia"; "bbr,lia": the first subflow takes the first name, the second the second, further ones the last;
  // "mpcc-loss:beta=11.35": with parameters (docs/defaults.md). Empty: the default of the endpoint
  std::string congestion;
  std::string scheduler;                     // empty: the default of the endpoint
  Bytes send_buffer = Bytes::MiB(6);         // upper bound; grows up to it with the window (RFC 8684 3.3.5: at least the receive buffer)
  Bytes receive_buffer = Bytes::MiB(6);      // upper bound of the shared window (Linux's tcp_rmem[2])
  Bytes initial_receive_buffer = Bytes::KiB(256);  // where autotuning starts
  std::uint8_t subflows_limit = 8;           // subflows besides the first that we open or accept (`ip mptcp limits set subflows`)
  std::uint8_t add_addr_accepted_limit = 8;  // announced addresses that we act on
  std::uint8_t addresses_limit = 64;         // announced addresses that we remember, 0 .. 64
  std::uint8_t half_open_joins_limit = 4;    // joins of the peer's that have not proven themselves; more are answered statelessly
  std::uint16_t announced_joins_per_minute = 20;  // subflows that we open because an address was announced (RFC 8684 5)
  std::uint8_t syn_retransmits_before_tcp = 2;   // then SYN without MP_CAPABLE (RFC 8684 3.9.3; Linux's default)
  bool tcp_after_refusal = false;            // a SYN with MP_CAPABLE met a RST: try once without (a firewall, or nobody listens)
  Duration close_timeout = Duration::Seconds(60);   // a connection without any subflow waits this long for a new one
  Duration add_addr_timeout = Duration::Seconds(120);  // upper bound of the ADD_ADDR retransmission interval
  Duration subflow_retry = Duration::Seconds(1);      // a lost subflow is tried again after this, doubling up to 60 s; Zero: never
  bool opportunistic_retransmission = true;  // NSDI 2012, mechanism 1: send again on a faster path what blocks the shared window
  bool penalisation = true;                  // NSDI 2012, mechanism 2: halve the window of the slower subflow that holds it
  std::uint8_t ports_per_path = 1;           // subflows per pair of addresses (ndiffports)
  TcpOptions tcp;
};

// What the operator wants of a path; the scheduler `weighted` acts on it, the others do not ask.
struct PathPreference {
  std::uint8_t weight = 1;              // share of the bytes in the ratio of the weights, 1 .. 255
  std::uint8_t cost = 0;                // only the cheapest usable paths carry data
  Bytes data_cap = Bytes::Infinite();   // payload per subflow; beyond it the path is the last resort
};

// `ip mptcp endpoint` flags, same meaning.
struct PathEndpoint {
  IpAddress address;         // ours
  std::uint16_t port = 0;    // announced with the address when not 0
  bool signal = false;       // announce it to the peer (ADD_ADDR)
  bool subflow = false;      // open a subflow from it to the peer's address
  bool backup = false;       // subflows from it are backup
  bool fullmesh = false;     // open subflows from it to every address of the peer
  PathPreference preference{};  // of subflows from this address, the first one of a connection included
};

// When a listener answers SYNs without keeping anything (RFC 4987 3.6).
enum class SynCookies : std::uint8_t {
  kNever,       // what exceeds the half-open limits is dropped
  kOnPressure,  // what exceeds them gets a cookie: Linux's default (tcp_syncookies = 1)
  kAlways,      // everything does
};

struct EndpointOptions {
  std::string congestion = "cubic";          // see docs/defaults.md for why
  std::string scheduler = "minrtt";
  std::uint32_t max_connections = 100'000;
  std::uint32_t max_half_open = 4096;        // connections in SYN-RECEIVED, all listeners together
  std::uint32_t max_half_open_joins = 4096;  // the same for joins, all connections together
  SynCookies syn_cookies = SynCookies::kOnPressure;
  std::uint32_t challenge_acks_per_second = 1000;  // RFC 5961 10; Linux's default until 2022, then unlimited
  Bytes receive_memory = Bytes::MiB(256);    // of received data, in use; above it nothing out of order is kept
  Duration fast_open_key_lifetime = Duration::Seconds(24 * 3600);  // of the key behind cookies; the one before stays valid as long
  std::uint32_t fast_open_cache = 1024;      // servers whose cookie is remembered; the one unused for longest makes room
  std::uint16_t first_ephemeral_port = 32768;
  std::uint16_t last_ephemeral_port = 60999;
  bool answer_unknown = true;                // RST for segments of no connection (false beside a kernel that owns the address)
  // Congestion controllers of yours (congestion/registry.h), found before the built-in ones; list and entries outlive the endpoint.
  std::span<const congestion::ControllerInfo* const> controllers;
  std::span<const scheduler::SchedulerInfo> schedulers;  // yours, beside the built-in ones; outlives the endpoint
  Duration blackhole_timeout = Duration::Seconds(3600);  // a path that swallowed MP_CAPABLE gets plain TCP for so long, twice as long
                                                    // each time it happens again, 64 times at most; Zero: no such memory (Linux's)
  Duration version_memory = Duration::Seconds(86400);    // VersionPolicy::kAuto: how long it is known what a peer speaks; Zero: not at all
  TokenShard token_shard;                    // our tokens lie in this part of all tokens; invalid: Connect() and Listen() refuse
  Bytes slab_pool = Bytes::MiB(64);          // free buffer memory that is kept for reuse
};

}  // namespace mptcpp
