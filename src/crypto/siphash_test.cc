// SPDX-License-Identifier: Apache-2.0
#include "crypto/siphash.h"

#include <gtest/gtest.h>

namespace mptcpp::crypto {
namespace {

std::array<std::byte, 64> Counting() {
  std::array<std::byte, 64> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

// The authors' vectors: key 00 01 .. 0f, message 00 01 .. (n - 1), for n = 0 .. 15.
TEST(SipHash, Agrees24WithThePublishedVectors) {
  constexpr std::array<std::uint64_t, 16> kExpected{
      0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
      0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
      0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5};
  const auto bytes = Counting();
  const auto key = std::span(bytes).first<16>();
  for (std::size_t n = 0; n < kExpected.size(); ++n) {
    EXPECT_EQ((SipHash<2, 4>(key)(std::span(bytes).first(n))), kExpected[n]) << n;
  }
}

TEST(SipHash, Agrees13WithTheReferenceImplementation) {
  const auto bytes = Counting();
  EXPECT_EQ((SipHash<1, 3>(std::span(bytes).first<16>())({})), 0xabac0158050fc4dcu);
  const std::array<std::byte, 16> zero{};
  EXPECT_EQ((SipHash<1, 3>(zero)({})), 0xd1fba762150c532cu);
  EXPECT_EQ((SipHash<1, 3>(zero)(std::span(bytes).first(1))), 0x68a914128e01e473u);
}

}  // namespace
}  // namespace mptcpp::crypto
