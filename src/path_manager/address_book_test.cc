// SPDX-License-Identifier: Apache-2.0
#include "path_manager/address_book.h"

#include <gtest/gtest.h>

namespace mptcpp::path_manager {
namespace {

const IpAddress kOne = IpAddress::V4(10, 0, 0, 1);
const IpAddress kTwo = IpAddress::V4(10, 0, 0, 2);

TEST(AddressBook, FirstAddressHasIdZero) {
  AddressBook book;
  book.SetFirstLocal(kOne);
  EXPECT_EQ(book.LocalId(kOne), AddressId(0));
  EXPECT_FALSE(book.LocalId(kTwo));
}

// Covers: ADDR-2
TEST(AddressBook, FreeIdsComeFromAbove) {
  AddressBook book;
  EXPECT_EQ(book.FreeLocalId(), AddressId(255));
  book.AddLocal(AddressId(255), {kTwo, 0});
  EXPECT_EQ(book.FreeLocalId(), AddressId(254));
  book.RemoveLocal(AddressId(255));
  EXPECT_EQ(book.FreeLocalId(), AddressId(255));
}

// Covers: ADDR-3, ADDR-13, ADDR-15
TEST(AddressBook, AnIdKeepsItsAddressUntilItIsRemoved) {
  AddressBook book;
  EXPECT_EQ(book.LearnRemote(AddressId(3), {kOne, 0}), Learnt::kNew);
  EXPECT_EQ(book.LearnRemote(AddressId(3), {kOne, 0}), Learnt::kKnown);
  EXPECT_EQ(book.LearnRemote(AddressId(3), {kOne, 8080}), Learnt::kNewPort);
  EXPECT_EQ(book.LearnRemote(AddressId(3), {kTwo, 0}), Learnt::kContradiction);
  EXPECT_EQ(book.Remote(AddressId(3)), (SocketAddress{kOne, 8080}));
  EXPECT_TRUE(book.ForgetRemote(AddressId(3)));
  EXPECT_FALSE(book.ForgetRemote(AddressId(3)));
  EXPECT_EQ(book.LearnRemote(AddressId(3), {kTwo, 0}), Learnt::kNew);
}

TEST(AddressBook, IsBounded) {
  AddressBook book;
  for (unsigned i = 1; i <= AddressBook::kMaxAddresses; ++i) {
    EXPECT_EQ(book.LearnRemote(AddressId(static_cast<std::uint8_t>(i)), {kOne, 0}), Learnt::kNew);
  }
  EXPECT_EQ(book.LearnRemote(AddressId(200), {kOne, 0}), Learnt::kFull);
}

}  // namespace
}  // namespace mptcpp::path_manager
