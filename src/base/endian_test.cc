// SPDX-License-Identifier: Apache-2.0
#include "base/endian.h"

#include <gtest/gtest.h>

#include <array>

#include "base/hex_for_testing.h"

namespace mptcpp {
namespace {

TEST(Endian, StoresInNetworkOrderAtAnyAlignment) {
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::array<std::byte, 24> buffer{};
    std::byte* p = buffer.data() + shift;
    Store8(p, 0x01);
    Store16(p + 1, 0x0203);
    Store32(p + 3, 0x0405'0607);
    Store64(p + 7, 0x0809'0a0b'0c0d'0e0f);
    EXPECT_EQ(ToHex(std::span(buffer).subspan(shift, 15)), "0102030405060708090a0b0c0d0e0f");
    EXPECT_EQ(Load8(p), 0x01);
    EXPECT_EQ(Load16(p + 1), 0x0203);
    EXPECT_EQ(Load32(p + 3), 0x0405'0607u);
    EXPECT_EQ(Load64(p + 7), 0x0809'0a0b'0c0d'0e0fu);
  }
}

}  // namespace
}  // namespace mptcpp
