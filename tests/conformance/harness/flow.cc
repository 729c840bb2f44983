// SPDX-License-Identifier: Apache-2.0
#include "conformance/harness/flow.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/harness/bench.h"
#include "wire/mptcp_options.h"

namespace mptcpp::conformance {

Flow::Flow(Bench& bench, std::shared_ptr<Peer> peer, const SocketAddress& own, const SocketAddress& theirs, std::uint32_t own_isn)
    : bench_(bench), peer_(std::move(peer)), own_(own), theirs_(theirs), own_isn_(own_isn) {}

std::array<std::byte, 20> Peer::Proof(std::uint8_t version, std::uint64_t own, std::uint64_t peer, std::uint32_t own_nonce,
                                      std::uint32_t peer_nonce) {
  if (version == 0) return crypto::JoinHmacV0(crypto::Key(own), crypto::Key(peer), own_nonce, peer_nonce);
  const auto whole = crypto::JoinHmac(crypto::Key(own), crypto::Key(peer), own_nonce, peer_nonce);
  std::array<std::byte, 20> proof;
  std::copy_n(whole.begin(), proof.size(), proof.begin());
  return proof;
}

trace::NumberBases Flow::Incoming() const {
  trace::NumberBases bases{.seq = their_isn_.value_or(SeqNum(0)), .ack = own_isn_, .dsn = std::nullopt, .data_ack = peer_->own_idsn()};
  if (peer_->their_key) bases.dsn = peer_->their_idsn();
  return bases;
}

trace::NumberBases Flow::Outgoing() const {
  const auto in = Incoming();
  return {.seq = in.ack, .ack = in.seq, .dsn = in.data_ack, .data_ack = in.dsn};
}

void Flow::Send(Segment segment) {
  const auto seq = static_cast<std::uint32_t>(segment.seq.value_or(snd_nxt_));
  const auto ack = static_cast<std::uint32_t>(segment.ack.value_or(rcv_nxt_));
  const SeqNum their_base = their_isn_.value_or(SeqNum(0));
  // A bare RST in answer to nothing carries no acknowledgment.
  const auto bytes = Encode(*this, segment, own_isn_ + seq, segment.flags.ack ? their_base + ack : SeqNum(0));
  RxPacket rx;
  rx.source = own_.address;
  rx.destination = theirs_.address;
  rx.segment = bytes;
  rx.checksum_verified = true;  // a wrong checksum is for the endpoint to find
  wire::SegmentView view;
  const bool parsed = wire::ParseSegment(rx, view) == wire::ParseResult::kOk;
  log_.push_back(fmt::format("{:12.3f} ms  peer > endpoint  {}", static_cast<double>(bench_.now().nanos() - 1'000'000'000) / 1e6,
                             parsed ? trace::Describe(view, Outgoing()) : "malformed"));
  if (!segment.seq) snd_nxt_ = seq + view.SequenceLength();
  bench_.Inject(*this, bytes);
}

bool Flow::Owns(const Captured& captured) const {
  return captured.view.source == theirs_ && captured.view.destination == own_;
}

// What the peer learns as a packet comes, whether or not the script looks at it later.
void Flow::Deliver(CapturedPtr captured) {
  const wire::SegmentView& v = captured->view;
  if (v.flags.syn) their_isn_ = v.seq;
  for (std::size_t i = 0; i < v.mptcp_count; ++i) {
    if (const auto capable = wire::ParseMpCapable(v.mptcp[i]); capable && wire::SubtypeOf(v.mptcp[i]) == wire::MptcpSubtype::kCapable) {
      if (capable->sender_key && !peer_->their_key) peer_->their_key = capable->sender_key;
    }
    if (wire::SubtypeOf(v.mptcp[i]) != wire::MptcpSubtype::kJoin || !v.flags.syn) continue;
    if (const auto syn = wire::ParseMpJoinSyn(v.mptcp[i])) their_nonce = syn->nonce;
    if (const auto syn_ack = wire::ParseMpJoinSynAck(v.mptcp[i])) their_nonce = syn_ack->nonce;
  }
  log_.push_back(fmt::format("{:12.3f} ms  endpoint > peer  {}", static_cast<double>(captured->at.nanos() - 1'000'000'000) / 1e6,
                             trace::Describe(v, Incoming())));
  waiting_.push_back(std::move(captured));
}

bool Flow::WaitForOne(Duration within) {
  return bench_.AdvanceUntil([this] { return !waiting_.empty(); }, within);
}

void Flow::Account(const Captured& captured) {
  const wire::SegmentView& v = captured.view;
  if (!their_isn_) return;
  const std::uint32_t start = v.seq.DistanceFrom(*their_isn_);
  const std::uint32_t end = start + v.SequenceLength();
  if (start > rcv_nxt_ || end <= rcv_nxt_) return;
  const std::size_t known = rcv_nxt_ > start ? rcv_nxt_ - start : 0;
  if (!v.flags.syn && known < v.payload.size()) {
    received_.append(reinterpret_cast<const char*>(v.payload.data()) + known, v.payload.size() - known);
  }
  rcv_nxt_ = end;
}

Instant Flow::Expect(const Segment& segment, Duration within, std::source_location where) {
  return ExpectAfter(segment, Duration::Zero(), within, where);
}

Instant Flow::ExpectAfter(const Segment& segment, Duration after, Duration within, std::source_location where) {
  const Instant begun = bench_.now();
  if (!WaitForOne(within)) {
    Abort(fmt::format("expected  {}\nnothing came within {:.3f} ms", segment.ToString(), within.seconds() * 1e3), where);
  }
  const Captured& first = *waiting_.front();
  if (const std::string why = Mismatch(*this, segment, first); !why.empty()) {
    Abort(fmt::format("expected  {}\ncame      {}\n{}", segment.ToString(), trace::Describe(first.view, Incoming()), why), where);
  }
  const Instant at = first.at;
  if (after > Duration::Zero() && at - begun < after) {
    Abort(fmt::format("expected  {}\ncame too early: after {:.3f} ms instead of {:.3f} ms", segment.ToString(),
                      (at - begun).seconds() * 1e3, after.seconds() * 1e3), where);
  }
  Account(first);
  waiting_.pop_front();
  return at;
}

Instant Flow::ExpectEventually(const Segment& segment, Duration within, std::source_location where) {
  const Instant end = bench_.now() + within;
  for (std::string last = "nothing";;) {
    const Duration left = end - bench_.now();
    if (left < Duration::Zero() || !WaitForOne(left)) {
      Abort(fmt::format("expected  {}\nit did not come within {:.3f} ms; last: {}", segment.ToString(), within.seconds() * 1e3, last),
            where);
    }
    const CapturedPtr captured = std::move(waiting_.front());
    waiting_.pop_front();
    Account(*captured);
    const std::string why = Mismatch(*this, segment, *captured);
    if (why.empty()) return captured->at;
    last = trace::Describe(captured->view, Incoming()) + " (" + why + ")";
  }
}

void Flow::ExpectNothing(Duration time, std::source_location where) {
  if (!WaitForOne(time)) return;
  Abort(fmt::format("expected nothing for {:.3f} ms\ncame      {}", time.seconds() * 1e3,
                    trace::Describe(waiting_.front()->view, Incoming())), where);
}

CapturedPtr Flow::Take(Duration within, std::source_location where) {
  if (!WaitForOne(within)) Abort(fmt::format("expected any segment\nnothing came within {:.3f} ms", within.seconds() * 1e3), where);
  CapturedPtr captured = std::move(waiting_.front());
  waiting_.pop_front();
  Account(*captured);
  return captured;
}

void Flow::Skip() {
  for (const auto& captured : waiting_) Account(*captured);
  waiting_.clear();
}

std::string Flow::Conversation() const {
  std::string text;
  for (const std::string& line : log_) text += "  " + line + "\n";
  return text;
}

void Flow::Abort(const std::string& message, const std::source_location& where) const {
  throw ScriptFailed(fmt::format("{}:{}\n{}\nthe conversation on this flow:\n{}", where.file_name(), where.line(), message, Conversation()));
}

}  // namespace mptcpp::conformance
