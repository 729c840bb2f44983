// SPDX-License-Identifier: Apache-2.0
#include "scenarios/party.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenarios/world.h"

namespace mptcpp::scenarios {
namespace {

constexpr std::size_t kShortText = 64;  // what was read is shown as it is up to this length

// The pattern of WriteBytes().
char PatternAt(std::uint64_t position) { return static_cast<char>('a' + position % 23); }

std::string_view NameOf(Mode mode) {
  switch (mode) {
    case Mode::kNegotiating: return "negotiating";
    case Mode::kMultipath: return "multipath";
    case Mode::kInfiniteMapping: return "infinite-mapping";
    case Mode::kPlainTcp: return "tcp";
  }
  return "?";
}

std::string_view NameOf(Error error) {
  switch (error) {
    case Error::kRefused: return "failed=refused";
    case Error::kTimedOut: return "failed=timed-out";
    case Error::kReset: return "failed=reset";
    case Error::kUnreachable: return "failed=unreachable";
    case Error::kAborted: return "failed=aborted";
    default: return "failed=other";
  }
}

}  // namespace

IpAddress Party::AddressOf(int number) const {
  return is_client_ ? IpAddress::V4(10, 0, static_cast<std::uint8_t>(number), 1) : IpAddress::V4(10, 0, 9, static_cast<std::uint8_t>(number));
}

template <typename T>
void Party::Check(const Expected<T>& result, std::string_view what) {
  if (!result) world_.Require(false, fmt::format("{} of the {}: {}", what, is_client_ ? "client" : "server", ToString(result.error())));
  host_.Kick();
}

void Party::KnowAddress(int own_address) {
  if (own_address == 2 && !knows_second_) AddPathEndpoint(own_address, false, false);
}

void Party::Listen(const SocketAddress& local, const ConnectionOptions& options) {
  const auto listener = endpoint().Listen(local, options, 16);
  Check(listener, "Listen()");
  if (listener) host_.Bind(*listener, *this);
}

void Party::Connect(const SocketAddress& local, const SocketAddress& remote, const ConnectionOptions& options) {
  const auto made = endpoint().Connect(local, remote, options, world_.now());
  if (made) host_.Bind(connection_ = *made, *this);
  Check(made, "Connect()");
}

void Party::Write(std::string_view text) {
  const auto taken = endpoint().Write(connection_, std::as_bytes(std::span(text)), world_.now());
  Check(taken, "Write()");
  if (taken) world_.Require(*taken == text.size(), "Write() did not take everything");
}

void Party::WriteBytes(std::size_t count) {
  pending_ += count;
  WritePending();
  host_.Kick();
}

void Party::WritePending() {
  constexpr std::size_t kChunk = 16'384;
  while (pending_ > 0) {
    std::string bytes(std::min<std::size_t>(pending_, kChunk), ' ');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = PatternAt(written_pattern_ + i);
    const auto taken = endpoint().Write(connection_, std::as_bytes(std::span(bytes)), world_.now());
    if (!taken) return world_.Require(taken.error() == Error::kWouldBlock, "WriteBytes() is refused");
    pending_ -= *taken;
    written_pattern_ += *taken;
  }
}

void Party::Shutdown() { Check(endpoint().ShutdownWrite(connection_, world_.now()), "ShutdownWrite()"); }
void Party::Close() { Check(endpoint().Close(connection_, world_.now()), "Close()"); }
void Party::Abort() { Check(endpoint().Abort(connection_, world_.now()), "Abort()"); }
void Party::ReadOn() {
  reads_ = true;
  Read(world_.now());
  host_.Kick();
}

void Party::Join(int own_address, int their_address, bool backup) {
  KnowAddress(own_address);
  const FourTuple first = Info().first_tuple;
  const Party& other = is_client_ ? world_.server : world_.client;
  JoinBetween({AddressOf(own_address), is_client_ ? first.local.port : std::uint16_t{0}},
              {other.AddressOf(their_address), first.remote.port}, backup);
}

void Party::JoinBetween(const SocketAddress& own, const SocketAddress& theirs, bool backup) {
  Check(endpoint().AddSubflow(connection_, own, theirs, backup, world_.now()), "AddSubflow()");
}

void Party::CloseSubflow(int subflow) {
  Check(endpoint().CloseSubflow(connection_, SubflowId(static_cast<std::uint16_t>(subflow - 1)), world_.now()), "CloseSubflow()");
}
void Party::SetBackup(int subflow, bool backup) {
  Check(endpoint().SetBackup(connection_, SubflowId(static_cast<std::uint16_t>(subflow - 1)), backup, world_.now()), "SetBackup()");
}
void Party::Announce(int own_address) {
  KnowAddress(own_address);
  Check(endpoint().Announce(connection_, {AddressOf(own_address), 0}, world_.now()), "Announce()");
}
int Party::AnnounceOther(const IpAddress& address) {
  const auto id = endpoint().Announce(connection_, {address, 0}, world_.now());
  Check(id, "Announce()");
  return id.value_or(AddressId(0)).value();
}
void Party::Withdraw(int address_id) {
  Check(endpoint().Withdraw(connection_, AddressId(static_cast<std::uint8_t>(address_id)), world_.now()), "Withdraw()");
}
AddressId Party::AddPathEndpoint(int own_address, bool subflow, bool signal, bool backup) {
  knows_second_ = knows_second_ || own_address == 2;
  const auto id = endpoint().AddPathEndpoint({.address = AddressOf(own_address), .signal = signal, .subflow = subflow, .backup = backup},
                                             world_.now());
  Check(id, "AddPathEndpoint()");
  return id.value_or(AddressId(0));
}
void Party::RemovePathEndpoint(AddressId id) { Check(endpoint().RemovePathEndpoint(id, world_.now()), "RemovePathEndpoint()"); }

void Party::Lie(Edit edit, int times) { world_.recorder.Lie(is_client_, std::move(edit), times); }

void Party::OnEvent(const Event& event, Instant now) {
  if (event.kind == EventKind::kAcceptable) {
    const auto accepted = endpoint().Accept(event.listener);
    if (accepted) host_.Bind(connection_ = *accepted, *this);
    if (!accepted) return;
  }
  if (event.kind == EventKind::kWritable) WritePending();
  events_.push_back(event);
  if (reads_) Read(now);
}

void Party::Read(Instant now) {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    const auto got = endpoint().Read(connection_, buffer, now);
    if (!got || *got == 0) return;
    for (const std::byte byte : std::span(buffer).first(*got)) {
      const char c = static_cast<char>(byte);
      if (received_.size() <= kShortText) received_ += c;
      wrong_bytes_ += c != PatternAt(read_pattern_++);
    }
    received_bytes_ += *got;
  }
}

void Party::Forget() {
  received_.clear();
  received_bytes_ = wrong_bytes_ = written_pattern_ = read_pattern_ = 0;
}

void Party::StartOver() {
  Forget();
  events_.clear();
  connection_ = {};
}

bool Party::Has(EventKind kind) const {
  return std::ranges::any_of(events_, [kind](const Event& event) { return event.kind == kind; });
}

ConnectionInfo Party::Info() const { return endpoint().Info(connection_).value_or(ConnectionInfo{}); }

std::vector<SubflowInfo> Party::Subflows() const {
  std::vector<SubflowInfo> list(40);
  list.resize(endpoint().Subflows(connection_, list).value_or(0));
  return list;
}

void Party::AddStateFacts(Words& words) const {
  const auto add = [&words](std::string text) { words.push_back({.name = std::move(text)}); };
  const ConnectionInfo info = Info();
  add(std::string(NameOf(info.mode)));
  add(std::string(ToString(info.state)));
  add(fmt::format("subflows={}", info.subflow_count));
  if (info.checksum) add("checksum");
  for (const SubflowInfo& subflow : Subflows()) {
    const int number = subflow.id.value() + 1;
    add(fmt::format("tcp{}={}", number, subflow.tcp_state));
    if (subflow.local_backup || subflow.remote_backup) add(fmt::format("backup{}", number));
    if (subflow.health == SubflowHealth::kStale) add(fmt::format("stale{}", number));
  }
  if (info.bytes_reinjected > 0) add("reinjected");
}

// Mode, data state, subflows, what was read, how it ended, and every counter that moved.
Words Party::Facts() const {
  Words words;
  const auto add = [&words](std::string text) { words.push_back({.name = std::move(text)}); };
  if (connection_.IsNone()) {
    add("no-connection");
  } else {
    AddStateFacts(words);
  }
  if (received_bytes_ <= kShortText) {
    add(fmt::format("read=\"{}\"", received_));
  } else {
    add(fmt::format("read={}", received_bytes_));
    add(wrong_bytes_ == 0 ? "intact" : "wrong-bytes");
  }
  for (const Event& event : events_) {
    if (event.kind == EventKind::kFailed) add(std::string(NameOf(event.error)));
  }
  if (Has(EventKind::kEstablished)) add("established");
  if (Has(EventKind::kPeerClosed)) add("peer-closed");
  if (Has(EventKind::kClosed)) add("closed");
  const auto texts = CounterTexts();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::uint64_t value = endpoint().counters()[static_cast<Counter>(i)];
    if (value > 0) add(fmt::format("{}={}", texts[i].name, value));
  }
  return words;
}

std::string Party::FactsText() const {
  std::string text;
  for (const Word& word : Facts()) text += (text.empty() ? "" : " ") + word.name;
  return text;
}

}  // namespace mptcpp::scenarios
