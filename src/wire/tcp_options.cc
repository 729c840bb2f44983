// SPDX-License-Identifier: Apache-2.0
#include "wire/tcp_options.h"

#include <algorithm>

#include "base/endian.h"
#include "wire/mptcp_subtype.h"

namespace mptcpp::wire {
namespace {

// NOP NOP Timestamps: how practically every segment of an established connection begins (RFC 7323 appendix A).
constexpr std::uint32_t kAlignedTimestamps = 0x0101080a;
constexpr std::size_t kAlignedTimestampsLength = 12;

Timestamps LoadTimestamps(const std::byte* p) { return {.value = Load32(p), .echo_reply = Load32(p + 4)}; }

void TakeSack(std::span<const std::byte> option, TcpOptions& out) {
  const std::size_t length = option.size() - 2;
  if (length == 0 || length % 8 != 0 || length / 8 > out.sack.size()) return;
  out.sack_count = static_cast<std::uint8_t>(length / 8);
  for (std::size_t i = 0; i < out.sack_count; ++i) {
    const std::byte* p = option.data() + 2 + 8 * i;
    out.sack[i] = {.left = SeqNum(Load32(p)), .right = SeqNum(Load32(p + 4))};
  }
}

// An empty cookie is a request; otherwise 4 to 16 bytes, an even number (RFC 7413 4.1.1).
void TakeFastOpen(std::span<const std::byte> option, TcpOptions& out) {
  const std::size_t length = option.size() - 2;
  if (length != 0 && (length < 4 || length > 16 || length % 2 != 0)) return;
  out.has_fast_open = true;
  out.fast_open_cookie = option.subspan(2);
}

void TakeSynOption(std::span<const std::byte> option, TcpOptions& out) {
  const std::byte* p = option.data();
  switch (Load8(p)) {
    case kKindMss:
      if (option.size() == 4) out.mss = Load16(p + 2);
      break;
    case kKindWindowScale:
      if (option.size() == 3) out.window_scale = Load8(p + 2);
      break;
    case kKindSackPermitted:
      if (option.size() == 2) out.sack_permitted = true;
      break;
    case kKindFastOpen: TakeFastOpen(option, out); break;
    default: break;
  }
}

// One whole option of at least two bytes.
void TakeOption(std::span<const std::byte> option, SegmentView& out) {
  switch (Load8(option.data())) {
    case kMptcpKind:
      // Two bytes have no subtype: not an MPTCP option.
      if (option.size() >= 3 && out.mptcp_count < kMaxMptcpOptions) out.mptcp[out.mptcp_count++] = option;
      break;
    case kKindTimestamps:
      if (option.size() == 10) out.options.timestamps = LoadTimestamps(option.data() + 2);
      break;
    case kKindSack: TakeSack(option, out.options); break;
    default:
      // RFC 7323 2.2: a window scale on a segment without SYN MUST be ignored; RFC 7413 4.1.1 the same for the cookie.
      if (out.flags.syn) TakeSynOption(option, out.options);
      break;
  }
}

}  // namespace

void WalkOptions(std::span<const std::byte> bytes, SegmentView& out) {
  out.options = TcpOptions{};
  out.mptcp_count = 0;
  if (bytes.size() >= kAlignedTimestampsLength && Load32(bytes.data()) == kAlignedTimestamps) {
    out.options.timestamps = LoadTimestamps(bytes.data() + 4);
    bytes = bytes.subspan(kAlignedTimestampsLength);
  }
  while (!bytes.empty()) {
    const std::uint8_t kind = Load8(bytes.data());
    if (kind == kKindEol) return;
    if (kind == kKindNop) {
      bytes = bytes.subspan(1);
      continue;
    }
    if (bytes.size() < 2) return;
    const std::size_t length = Load8(bytes.data() + 1);
    if (length < 2 || length > bytes.size()) return;
    TakeOption(bytes.first(length), out);
    bytes = bytes.subspan(length);
  }
}

std::size_t WriteMss(std::span<std::byte> out, std::uint16_t mss) {
  if (out.size() < 4) return 0;
  Store8(out.data(), kKindMss);
  Store8(out.data() + 1, 4);
  Store16(out.data() + 2, mss);
  return 4;
}

std::size_t WriteSackPermitted(std::span<std::byte> out) {
  if (out.size() < 2) return 0;
  Store8(out.data(), kKindSackPermitted);
  Store8(out.data() + 1, 2);
  return 2;
}

std::size_t WriteWindowScale(std::span<std::byte> out, std::uint8_t shift) {
  if (out.size() < 3) return 0;
  Store8(out.data(), kKindWindowScale);
  Store8(out.data() + 1, 3);
  Store8(out.data() + 2, shift);
  return 3;
}

std::size_t WriteTimestamps(std::span<std::byte> out, Timestamps timestamps) {
  if (out.size() < 10) return 0;
  Store8(out.data(), kKindTimestamps);
  Store8(out.data() + 1, 10);
  Store32(out.data() + 2, timestamps.value);
  Store32(out.data() + 6, timestamps.echo_reply);
  return 10;
}

std::size_t WriteFastOpen(std::span<std::byte> out, std::span<const std::byte> cookie) {
  const std::size_t length = 2 + cookie.size();
  if (out.size() < length) return 0;
  Store8(out.data(), kKindFastOpen);
  Store8(out.data() + 1, static_cast<std::uint8_t>(length));
  std::ranges::copy(cookie, out.begin() + 2);
  return length;
}

std::size_t WriteSack(std::span<std::byte> out, std::span<const SackBlock> blocks) {
  if (out.size() < 10 || blocks.empty()) return 0;
  std::size_t count = (out.size() - 2) / 8;
  if (count > 4) count = 4;
  if (count > blocks.size()) count = blocks.size();
  Store8(out.data(), kKindSack);
  Store8(out.data() + 1, static_cast<std::uint8_t>(2 + 8 * count));
  for (std::size_t i = 0; i < count; ++i) {
    Store32(out.data() + 2 + 8 * i, blocks[i].left.value());
    Store32(out.data() + 6 + 8 * i, blocks[i].right.value());
  }
  return 2 + 8 * count;
}

std::size_t WriteNops(std::span<std::byte> out, std::size_t count) {
  if (out.size() < count) return 0;
  for (std::size_t i = 0; i < count; ++i) Store8(out.data() + i, kKindNop);
  return count;
}

}  // namespace mptcpp::wire
