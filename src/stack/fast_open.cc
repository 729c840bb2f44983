// SPDX-License-Identifier: Apache-2.0
#include "stack/fast_open.h"

#include <array>

#include "base/endian.h"

namespace mptcpp::stack {

wire::FastOpenCookie FastOpenCookies::MakeWith(std::uint64_t key, const IpAddress& client, const IpAddress& server,
                                               std::size_t length) const {
  std::array<std::byte, kLength> bytes;
  Store64(bytes.data(), secret_.Derive(crypto::Derivation::kFastOpen, {{server, 0}, {client, 0}}, key));
  return wire::FastOpenCookie(std::span(bytes).first(length));
}

wire::FastOpenCookie FastOpenCookies::Make(const IpAddress& client, const IpAddress& server, std::size_t length,
                                           Instant now) const {
  return MakeWith(KeyNumber(now), client, server, length);
}

FastOpenCookies::Verdict FastOpenCookies::Check(std::span<const std::byte> cookie, const IpAddress& client,
                                                const IpAddress& server, Instant now) const {
  if (cookie.size() != kLength && cookie.size() != kShortLength) return Verdict::kWrong;
  const std::uint64_t key = KeyNumber(now);
  if (crypto::EqualConstantTime(MakeWith(key, client, server, cookie.size()).view(), cookie)) return Verdict::kValid;
  const bool old = crypto::EqualConstantTime(MakeWith(key - 1, client, server, cookie.size()).view(), cookie);
  return old ? Verdict::kValidByOldKey : Verdict::kWrong;
}

bool FastOpenQueue::TryEnter(std::uint32_t limit, Instant now) {
  while (!lingering_.empty() && lingering_.front() <= now) lingering_.pop_front();
  if (size() >= limit) return false;
  ++pending_;
  return true;
}

void FastOpenQueue::Leave(bool by_reset, Instant now) {
  --pending_;
  if (!by_reset) return;
  if (lingering_.full()) lingering_.set_capacity(std::max<std::size_t>(16, lingering_.capacity() * 2));
  lingering_.push_back(now + kLinger);
}

}  // namespace mptcpp::stack
