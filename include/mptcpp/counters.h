// SPDX-License-Identifier: Apache-2.0
// Counters of an endpoint. Where Linux has a MPTcpExt counter of the same meaning, the name is Linux's.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace mptcpp {

// X(Name, "sentence")
#define MPTCPP_COUNTERS(X)                                                                    \
  X(MPCapableSYNRX, "SYNs with MP_CAPABLE received")                                          \
  X(MPCapableSYNTX, "SYNs with MP_CAPABLE sent")                                              \
  X(MPCapableSYNACKRX, "SYN/ACKs with MP_CAPABLE received")                                   \
  X(MPCapableACKRX, "Third ACKs with MP_CAPABLE received")                                    \
  X(MPCapableFallbackACK, "Server-side fallbacks: the third ACK had no usable option")        \
  X(MPCapableFallbackSYNACK, "Client-side fallbacks: the SYN/ACK had no usable option")       \
  X(MPCapableSYNTXDrop, "SYNs sent without MP_CAPABLE after unanswered ones with it")         \
  X(MPCapableSYNTXDisabled, "Connections opened as TCP: the path is known as a black hole")   \
  X(Blackhole, "Paths found to swallow or refuse SYNs with MP_CAPABLE")                       \
  X(MPCapableSYNRetry, "Connections opened again in another version, or as TCP after a RST")  \
  X(MPCapableSYNIgnored, "Version 0 SYNs dropped for their flag B (RFC 6824 3.1)")            \
  X(MPFallbackTokenInit, "Fallbacks because no unique token was found")                       \
  X(MPCurrEstab, "Multipath connections established now")                                     \
  X(MPJoinNoTokenFound, "MP_JOIN with a token of no connection")                              \
  X(MPJoinSynRx, "SYNs with MP_JOIN received")                                                \
  X(MPJoinSynBackupRx, "SYNs with MP_JOIN and the backup flag received")                      \
  X(MPJoinSynAckRx, "SYN/ACKs with MP_JOIN received")                                         \
  X(MPJoinSynAckBackupRx, "SYN/ACKs with MP_JOIN and the backup flag received")               \
  X(MPJoinSynAckHMacFailure, "SYN/ACKs with MP_JOIN and a wrong HMAC")                        \
  X(MPJoinAckRx, "Third ACKs with MP_JOIN received")                                          \
  X(MPJoinAckHMacFailure, "Third ACKs with MP_JOIN and a wrong or missing HMAC")              \
  X(MPJoinRejected, "Joins refused by policy or limit")                                       \
  X(MPJoinSynTx, "SYNs with MP_JOIN sent")                                                    \
  X(MPTCPRetrans, "Segments sent again on another subflow (reinjections)")                    \
  X(DSSNotMatching, "Mappings that contradict an earlier one")                                \
  X(DSSCorruptionFallback, "DSS corruption answered by fallback")                             \
  X(DSSCorruptionReset, "DSS corruption answered by a subflow reset")                         \
  X(InfiniteMapTx, "Infinite mappings sent")                                                  \
  X(InfiniteMapRx, "Infinite mappings received")                                              \
  X(DSSNoMatchTCP, "Mappings that do not cover their segment")                                \
  X(DataCsumErr, "DSS checksum failures")                                                     \
  X(OFOQueueTail, "Data put at the end of the out-of-order range")                            \
  X(OFOQueue, "Data that arrived out of order at data level")                                 \
  X(NoDSSInWindow, "Mappings outside the receive window")                                     \
  X(DuplicateData, "Data that had been received before")                                      \
  X(AddAddr, "ADD_ADDR received")                                                             \
  X(AddAddrTx, "ADD_ADDR sent")                                                               \
  X(EchoAdd, "ADD_ADDR echoes received")                                                      \
  X(EchoAddTx, "ADD_ADDR echoes sent")                                                        \
  X(PortAdd, "ADD_ADDR with a port received")                                                 \
  X(AddAddrDrop, "ADD_ADDR ignored: wrong HMAC, limit, or contradiction")                     \
  X(RmAddr, "REMOVE_ADDR received")                                                           \
  X(RmAddrDrop, "REMOVE_ADDR ignored: unknown id")                                            \
  X(RmAddrTx, "REMOVE_ADDR sent")                                                             \
  X(RmSubflow, "Subflows closed because their address was removed")                           \
  X(MPPrioTx, "MP_PRIO sent")                                                                 \
  X(MPPrioRx, "MP_PRIO received")                                                             \
  X(MPFailTx, "MP_FAIL sent")                                                                 \
  X(MPFailRx, "MP_FAIL received")                                                             \
  X(MPFastcloseTx, "MP_FASTCLOSE sent")                                                       \
  X(MPFastcloseRx, "MP_FASTCLOSE received")                                                   \
  X(MPRstTx, "MP_TCPRST sent")                                                                \
  X(MPRstRx, "MP_TCPRST received")                                                            \
  X(SubflowStale, "Subflows that turned stale")                                               \
  X(SubflowRecover, "Stale subflows that recovered")                                          \
  X(SndWndShared, "Subflow transmissions limited by the shared send window")                  \
  X(WinProbe, "Zero-window probes sent")                                                      \
  X(MPCapableDataFallback, "Fallbacks because the first data came without mapping")           \
  X(DssFallback, "Fallbacks because a DSS was missing or wrong")                              \
  X(SimultConnectFallback, "Fallbacks after a simultaneous open")                             \
  X(FallbackFailed, "Fallbacks that were not possible: the connection was reset")             \
  X(OpportunisticRetrans, "Segments sent again because they blocked the shared window")       \
  X(Penalisations, "Windows halved because their subflow blocked the shared one")             \
  X(BadChecksum, "Segments dropped: TCP checksum wrong")                                      \
  X(BadSegment, "Segments dropped: malformed header")                                         \
  X(NoConnection, "Segments of no connection")                                                \
  X(RstTx, "RST segments sent")                                                               \
  X(RstRx, "RST segments accepted")                                                           \
  X(ChallengeAckTx, "Challenge ACKs sent (RFC 5961)")                                         \
  X(ChallengeAckLimited, "Challenge ACKs withheld by the rate limit")                         \
  X(OutOfWindow, "Segments outside the receive window")                                       \
  X(PawsDrop, "Segments dropped by PAWS (RFC 7323 5)")                                        \
  X(MissingTimestamp, "Segments without timestamps on a connection that negotiated them")     \
  X(AckInvalid, "ACKs of data never sent, or too old (RFC 5961 5)")                           \
  X(SegmentsRetransmitted, "Segments retransmitted on their own subflow")                     \
  X(Timeouts, "Retransmission timeouts")                                                      \
  X(TailLossProbes, "Tail loss probes sent (RFC 8985 7)")                                     \
  X(SpuriousRecoveries, "Loss recoveries undone")                                             \
  X(SpuriousTimeouts, "... because the timeout was spurious (F-RTO, RFC 5682)")               \
  X(EifelUndo, "... because a timestamp said so (Eifel, RFC 3522 and 4015)")                  \
  X(DsackUndo, "... because DSACKs reported every retransmission (RFC 3708)")                 \
  X(DsackRx, "DSACK blocks received")                                                         \
  X(WindowDecays, "Windows reduced because they stayed unused (RFC 7661 4.4.3)")              \
  X(EcnMarksRx, "Segments received with congestion experienced (RFC 3168)")                   \
  X(EcnReductions, "Windows reduced because of an ECN echo (RFC 3168 6.1.2)")                 \
  X(EcnFallback, "Subflows that gave up ECN because marked segments do not get through")      \
  X(MTUPSuccess, "Path MTU probes that arrived (RFC 8899)")                                   \
  X(MTUPFail, "Path MTU probes that were lost")                                               \
  X(MtuBlackHoles, "Black holes of size escaped by going down to the base size")              \
  X(KeepaliveTx, "Keepalive probes sent")                                                     \
  X(ListenOverflow, "SYNs dropped: too many half-open or unaccepted connections")             \
  X(TCPFastOpenActive, "Data in our SYN that the SYN/ACK acknowledged")                       \
  X(TCPFastOpenActiveFail, "SYNs with data whose data was not acknowledged")                  \
  X(TCPFastOpenPassive, "Connections opened by a SYN with a valid cookie")                    \
  X(TCPFastOpenPassiveFail, "SYNs with a wrong cookie")                                       \
  X(TCPFastOpenPassiveAltKey, "Cookies of the previous key accepted")                         \
  X(TCPFastOpenListenOverflow, "Valid cookies not honoured: too many fast opens pending")     \
  X(TCPFastOpenCookieReqd, "SYNs that asked for a cookie")                                    \
  X(TCPFastOpenBlackhole, "Servers towards which fast open was suspended: SYN data vanished") \
  X(SyncookiesSent, "SYN/ACKs sent without keeping state")                                    \
  X(SyncookiesRecv, "Connections and joins rebuilt from a cookie")                            \
  X(SyncookiesFailed, "ACKs whose cookie was wrong or too old")                               \
  X(TCPReqQFullDoCookies, "SYNs answered with a cookie because a half-open limit was reached") \
  X(TCPReqQFullDrop, "SYNs dropped because a half-open limit was reached")                    \
  X(ConnectionLimit, "Connections not opened: max_connections reached")                       \
  X(MPJoinHalfOpenLimit, "Joins beyond a half-open limit")                                    \
  X(AddAddrLimit, "Announced addresses beyond a limit")                                       \
  X(AddAddrRateLimit, "Subflows towards announced addresses put off by the rate limit")       \
  X(TCPOFODrop, "Segments out of order dropped: receive_memory is used up")                   \
  X(RstLimited, "RSTs to strangers withheld: too many are waiting")                           \
  X(IcmpIgnored, "ICMP errors ignored: nothing in flight matched")                            \
  X(UnmappedData, "Payload bytes that arrived before or without their mapping")

enum class Counter : std::uint8_t {
#define MPTCPP_COUNTER_ENUM(name, sentence) k##name,
  MPTCPP_COUNTERS(MPTCPP_COUNTER_ENUM)
#undef MPTCPP_COUNTER_ENUM
  kCount,
};

struct CounterText {
  std::string_view name;
  std::string_view sentence;
};
// In the order of Counter.
std::span<const CounterText> CounterTexts();

class Counters {
 public:
  void Add(Counter counter, std::uint64_t n = 1) { values_[static_cast<std::size_t>(counter)] += n; }
  void Subtract(Counter counter) { values_[static_cast<std::size_t>(counter)] -= 1; }
  std::uint64_t operator[](Counter counter) const { return values_[static_cast<std::size_t>(counter)]; }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Counter::kCount)> values_{};
};

}  // namespace mptcpp
