// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.h"

#include <gtest/gtest.h>

#include <cstring>
#include <sstream>
#include <string_view>

#include "base/endian.h"
#include "base/hex_for_testing.h"

namespace mptcpp::crypto {
namespace {

const Key kKeyA(0x0102030405060708);
const Key kKeyB(0x1112131415161718);
constexpr std::uint32_t kNonceA = 0xaabbccdd;
constexpr std::uint32_t kNonceB = 0x10203040;

std::span<const std::byte> Text(std::string_view text) { return std::as_bytes(std::span(text)); }

std::array<std::byte, 8> OnTheWire(const Key& key) {
  std::array<std::byte, 8> bytes;
  Store64(bytes.data(), key.value());
  return bytes;
}

TEST(Sha256, HashesAKeyInNetworkOrder) {
  EXPECT_EQ(ToHex(Sha256(OnTheWire(kKeyA))), "66840dda154e8a113c31dd0ad32f7f3a366a80e8136979d8f5a101d3d29d6f72");
  EXPECT_EQ(ToHex(Sha256(OnTheWire(kKeyB))), "ccad45ac0b2662a91df84d7b5948daea157adc20dea7734a535beea38e087c8e");
  EXPECT_EQ(ToHex(Sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HmacSha256, AgreesWithRfc4231AndTheKernelsSelfCheck) {
  EXPECT_EQ(ToHex(HmacSha256(Text("Jefe"), Text("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(ToHex(HmacSha256(Text("0b0b0b0b0b0b0b0b"), Text("48692054"))),
            "8385e24fb4235ac37556b6b886db106284a1da671699f46db1f235ec622dcafa");
}

TEST(EqualConstantTime, ComparesContentAndLength) {
  const auto digest = Sha256(Text("a"));
  auto other = digest;
  EXPECT_TRUE(EqualConstantTime(digest, other));
  EXPECT_TRUE(EqualConstantTime({}, {}));
  EXPECT_FALSE(EqualConstantTime(digest, std::span(other).first(31)));
  for (std::size_t bit = 0; bit < 8 * digest.size(); ++bit) {
    other = digest;
    other[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_FALSE(EqualConstantTime(digest, other)) << bit;
  }
}

TEST(Key, NeverPrintsItsValue) {
  std::ostringstream out;
  out << kKeyA;
  EXPECT_EQ(out.str(), "<key>");
}

// Covers: SEC-7
TEST(Key, IsWipedWhenDestroyed) {
  alignas(Key) std::array<std::byte, sizeof(Key)> storage{};
  Key* key = new (storage.data()) Key(0x0123'4567'89ab'cdef);
  EXPECT_NE(ToHex(storage), "0000000000000000");
  key->~Key();
  EXPECT_EQ(ToHex(storage), "0000000000000000");
}

// Covers: CAP-27, CAP-28
TEST(Derive, GivesTokenAndIdsn) {
  const KeyMaterial a = Derive(kKeyA);
  EXPECT_EQ(a.token, Token(0x66840dda));
  EXPECT_EQ(a.idsn, Dsn(0xf5a101d3d29d6f72));
  const KeyMaterial b = Derive(kKeyB);
  EXPECT_EQ(b.token, Token(0xccad45ac));
  EXPECT_EQ(b.idsn, Dsn(0x535beea38e087c8e));
}

// Covers: JOIN-9
TEST(JoinHmac, PutsOwnKeyAndNonceFirst) {
  const Sha256Digest from_a = JoinHmac(kKeyA, kKeyB, kNonceA, kNonceB);
  const Sha256Digest from_b = JoinHmac(kKeyB, kKeyA, kNonceB, kNonceA);
  EXPECT_EQ(ToHex(from_a), "ae0507dd6d0b48ebb1a1e2720a9aba214f4a2b79aa8a7ac2cc019fcc7c1c2d11");
  EXPECT_EQ(ToHex(from_b), "3cf9fc7dd070c15d1410ebbb7154760afc6012dd49790c4cae6c16a92f62e601");
  EXPECT_EQ(Leftmost64(from_b), 0x3cf9fc7dd070c15du);
}

// Covers: ADDR-6
TEST(AddAddrHmac, CoversIdAddressAndPort) {
  const IpAddress v4 = IpAddress::V4(192, 0, 2, 33);
  const IpAddress v6 = *IpAddress::Parse("2001:db8::77");
  EXPECT_EQ(AddAddrHmac(kKeyA, kKeyB, AddressId(2), v4, 0), 0x22405bc9f152e4b7u);
  EXPECT_EQ(AddAddrHmac(kKeyA, kKeyB, AddressId(2), v4, 8443), 0xfec342f6fa361f1eu);
  EXPECT_EQ(AddAddrHmac(kKeyB, kKeyA, AddressId(3), v6, 0), 0xed14d0cb0d325adau);
  EXPECT_EQ(AddAddrHmac(kKeyB, kKeyA, AddressId(3), v6, 443), 0xbef4efbdf7feade8u);
}

class CountingSource : public RandomSource {
 public:
  explicit CountingSource(std::uint8_t start) : next_(start) {}
  void Fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(next_++);
  }

 private:
  std::uint8_t next_;
};

FourTuple Tuple(std::uint16_t local_port, const char* remote = "198.51.100.5") {
  return {.local = {IpAddress::V4(192, 0, 2, 1), local_port}, .remote = {*IpAddress::Parse(remote), 80}};
}

// Covers: CAP-14
TEST(Key, GenerateTakesEightRandomBytes) {
  CountingSource random(1);
  const Key first = Key::Generate(random);
  EXPECT_EQ(first, Key(0x0807060504030201));
  const Key second = Key::Generate(random);
  EXPECT_NE(first, second);
  CountingSource again(1);
  EXPECT_EQ(Key::Generate(again), first);
}

class SecretTest : public testing::Test {
 protected:
  CountingSource random_{1};
  Secret secret_{random_};
};

// Covers: GEN-5
TEST_F(SecretTest, SequenceNumbersFollowAFourMicrosecondClock) {
  const Instant start = Instant::FromNanos(1'000'000'000);
  const SeqNum first = secret_.InitialSequence(Tuple(40000), start);
  EXPECT_EQ(secret_.InitialSequence(Tuple(40000), start + Duration::Micros(4)), first + 1);
  EXPECT_EQ(secret_.InitialSequence(Tuple(40000), start + Duration::Seconds(1)), first + 250'000);
}

// Covers: GEN-5
TEST_F(SecretTest, EveryTupleHasItsOwnValues) {
  const Instant now;
  EXPECT_NE(secret_.InitialSequence(Tuple(40000), now), secret_.InitialSequence(Tuple(40001), now));
  EXPECT_NE(secret_.InitialSequence(Tuple(40000), now), secret_.InitialSequence(Tuple(40000, "198.51.100.6"), now));
  EXPECT_NE(secret_.TimestampOffset(Tuple(40000)), secret_.TimestampOffset(Tuple(40001)));
  EXPECT_NE(secret_.Hash(Tuple(40000)), secret_.Hash(Tuple(40001)));
  FourTuple turned{.local = Tuple(40000).remote, .remote = Tuple(40000).local};
  EXPECT_NE(secret_.Hash(Tuple(40000)), secret_.Hash(turned));
}

// Covers: GEN-5
TEST_F(SecretTest, OneValueTellsNothingAboutAnother) {
  EXPECT_NE(secret_.InitialSequence(Tuple(40000), Instant()).value(), secret_.TimestampOffset(Tuple(40000)));
}

TEST_F(SecretTest, AnotherSecretGivesOtherValues) {
  CountingSource other_random(2);
  const Secret other(other_random);
  EXPECT_NE(other.InitialSequence(Tuple(40000), Instant()), secret_.InitialSequence(Tuple(40000), Instant()));
  EXPECT_NE(other.TimestampOffset(Tuple(40000)), secret_.TimestampOffset(Tuple(40000)));
  EXPECT_NE(other.Hash(Tuple(40000)), secret_.Hash(Tuple(40000)));
}

TEST_F(SecretTest, HashesIpv6AsWell) {
  FourTuple tuple{.local = {*IpAddress::Parse("2001:db8::1"), 1}, .remote = {*IpAddress::Parse("2001:db8::2"), 2}};
  const std::uint64_t hash = secret_.Hash(tuple);
  EXPECT_EQ(secret_.Hash(tuple), hash);
  tuple.remote.address = *IpAddress::Parse("2001:db8::3");
  EXPECT_NE(secret_.Hash(tuple), hash);
}

}  // namespace
}  // namespace mptcpp::crypto
