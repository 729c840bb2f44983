// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys_v0.h"

#include <gtest/gtest.h>

#include <string_view>

#include "base/hex_for_testing.h"

namespace mptcpp::crypto {
namespace {

const Key kKeyA(0x0102030405060708);
const Key kKeyB(0x1112131415161718);

std::span<const std::byte> Text(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(Sha1, AgreesWithFips180AndRfc2202) {
  EXPECT_EQ(ToHex(Sha1(Text("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(ToHex(HmacSha1(Text("Jefe"), Text("what do ya want for nothing?"))), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(DeriveV0, GivesTokenAndIdsn) {
  const KeyMaterial a = DeriveV0(kKeyA);
  EXPECT_EQ(a.token, Token(0xdd5783bc));
  EXPECT_EQ(a.idsn, Dsn(0x3a95ed6e4ebb4ad5));
  const KeyMaterial b = DeriveV0(kKeyB);
  EXPECT_EQ(b.token, Token(0x3383d918));
  EXPECT_EQ(b.idsn, Dsn(0x9e1ae42f702627a9));
}

TEST(JoinHmacV0, PutsOwnKeyAndNonceFirst) {
  EXPECT_EQ(ToHex(JoinHmacV0(kKeyA, kKeyB, 0xaabbccdd, 0x10203040)), "b66429359483ffdf92a6cf5a57ba03465dbf7f8c");
  const Sha1Digest from_b = JoinHmacV0(kKeyB, kKeyA, 0x10203040, 0xaabbccdd);
  EXPECT_EQ(ToHex(from_b), "e5b0bff8738688493550e0580009ddca6c08af28");
  EXPECT_EQ(Leftmost64(from_b), 0xe5b0bff873868849u);
}

}  // namespace
}  // namespace mptcpp::crypto
