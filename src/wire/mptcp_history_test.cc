// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/hex_for_testing.h"
#include "wire/mptcp_capable.h"
#include "wire/mptcp_v0_capable.h"

namespace mptcpp::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> Names(const std::string& hex, std::optional<HistoryPacket> packet) {
  std::vector<std::string> names;
  for (const HistoryMatch& match : RecognizeMpCapable(FromHex(hex), packet)) names.emplace_back(match.epoch->name);
  return names;
}

constexpr auto kSyn = HistoryPacket::kSyn;
constexpr auto kSynAck = HistoryPacket::kSynAck;
constexpr auto kAck = HistoryPacket::kAck;
constexpr auto kData = HistoryPacket::kData;

TEST(MpCapableHistory, TellsTheDraftsApart) {
  EXPECT_THAT(Names("450700aabbccdd", kSyn), ElementsAre("draft-ford-00"));
  EXPECT_THAT(Names("450f00aabbccdd0102030405060708", kSyn), ElementsAre("draft-ford-03"));
  EXPECT_THAT(Names("1e0c00010102030405060708", kSyn), ElementsAre("draft-ietf-03", "RFC 6824"));
  EXPECT_THAT(Names("1e0c00410102030405060708", kSyn), ElementsAre("RFC 6824"));
  EXPECT_THAT(Names("1e040101", kSyn), ElementsAre("rfc6824bis-05", "RFC 8684"));
  EXPECT_THAT(Names("1e040121", kSyn), ElementsAre("RFC 8684"));
  EXPECT_THAT(Names("1e0c01211112131415161718", kSynAck), ElementsAre("RFC 8684"));
  EXPECT_THAT(Names("1e18012101020304050607081112131415161718000401ae", kData), ElementsAre("RFC 8684"));
}

TEST(MpCapableHistory, SaysAllThatFitWhereWidthsAreNotKnown) {
  // 12 bytes of an unassigned kind: token and a 5-byte IDSN, or one byte more than a key needs.
  EXPECT_THAT(Names("450c00000102030405060708", kSyn), ElementsAre("draft-ford-03", "draft-ietf-02"));
  EXPECT_THAT(Names("45130001020304050607081112131415161718", kAck), ElementsAre("draft-ietf-02"));
}

// The same flag byte 0x81 is C and S before RFC 6824's names, A and H after.
TEST(MpCapableHistory, OneFlagByteTwoReadings) {
  const auto option = FromHex("1e0c00810102030405060708");
  EXPECT_THAT(Names("1e0c00810102030405060708", kSyn), ElementsAre("draft-ietf-03", "RFC 6824"));
  const std::string text = ExplainMpCapable(option, kSyn);
  EXPECT_THAT(text, HasSubstr("do not tell which of 2 forms"));
  EXPECT_THAT(text, HasSubstr("C = 1: use the checksum"));
  EXPECT_THAT(text, HasSubstr("S = 1: SHA-1"));
  EXPECT_THAT(text, HasSubstr("A = 1: checksum required"));
  EXPECT_THAT(text, HasSubstr("H = 1: HMAC-SHA1"));
}

TEST(MpCapableHistory, ThePacketMatters) {
  EXPECT_THAT(Names("1e040101", kSynAck), IsEmpty());
  EXPECT_THAT(Names("450700aabbccdd", kAck), IsEmpty());
  EXPECT_THAT(Names("1e0c01010102030405060708", kSyn), IsEmpty());  // version 1 has no key in its SYN
  EXPECT_THAT(Names("1e0c01010102030405060708", std::nullopt), ElementsAre("rfc6824bis-05", "RFC 8684"));
  EXPECT_THAT(ExplainMpCapable(FromHex("1e040101"), kSynAck), HasSubstr("No form of MP_CAPABLE that is known here on a SYN/ACK"));
}

TEST(MpCapableHistory, RefusesWhatIsNone) {
  EXPECT_THAT(Names("", std::nullopt), IsEmpty());
  EXPECT_THAT(Names("1e", std::nullopt), IsEmpty());
  EXPECT_THAT(Names("1e050101", std::nullopt), IsEmpty());        // says 5 bytes, has 4
  EXPECT_THAT(Names("1e041101", std::nullopt), IsEmpty());        // another subtype
  EXPECT_THAT(Names("1e040201", std::nullopt), IsEmpty());        // version 2
  EXPECT_THAT(Names("1e0700aabbccdd", std::nullopt), IsEmpty());  // the token had a kind of its own
}

TEST(MpCapableHistory, NeverShowsAKey) {
  const std::string text = ExplainMpCapable(FromHex("1e14010101020304050607081112131415161718"), kAck);
  EXPECT_THAT(text, HasSubstr("Receiver's Key = <key>"));
  EXPECT_THAT(text, Not(HasSubstr("0102030405060708")));
  EXPECT_THAT(ExplainMpCapable(FromHex("450700aabbccdd"), kSyn), HasSubstr("Sender Token = 0xaabbccdd"));
}

// The table and the parsers of the two published versions read the same.
TEST(MpCapableHistory, AgreesWithTheParsers) {
  const auto v1 = FromHex("1e18018101020304050607081112131415161718000401ae");
  const auto parsed = ParseMpCapable(v1);
  ASSERT_TRUE(parsed);
  const auto values = ReadHistoryFields(*RecognizeMpCapable(v1, kData).back().form, v1);
  const auto field = [&](std::string_view name) {
    const auto at = std::find_if(values.begin(), values.end(), [&](const HistoryValue& v) { return v.field->name == name; });
    return at == values.end() ? ~std::uint64_t{0} : at->value;
  };
  EXPECT_EQ(field("Length"), v1.size());
  EXPECT_EQ(field("A"), parsed->flags.checksum_required ? 1u : 0u);
  EXPECT_EQ(field("Sender's Key"), parsed->sender_key);
  EXPECT_EQ(field("Receiver's Key"), parsed->receiver_key);
  EXPECT_EQ(field("Data-Level Length"), parsed->data_length);
  EXPECT_EQ(field("Checksum"), parsed->checksum);
  const auto v0 = FromHex("1e0c00010102030405060708");
  EXPECT_EQ(ReadHistoryFields(*RecognizeMpCapable(v0, kSyn).back().form, v0).back().value, ParseMpCapableV0(v0)->sender_key);
}

// draft-ford-03: what the token leaves is the initial data sequence number, 4 to 8 bytes of it.
TEST(MpCapableHistory, AFieldOfOpenWidthTakesWhatIsLeft) {
  const HistoryForm& form = MpCapableHistory()[1].forms.front();
  const auto fields = ReadHistoryFields(form, FromHex("450b00aabbccdd01020304"));
  ASSERT_EQ(fields.size(), 5u);
  EXPECT_EQ(fields.back().bits, 32u);
  EXPECT_EQ(fields.back().value, 0x01020304u);
  EXPECT_EQ(ReadHistoryFields(form, FromHex("450f00aabbccdd0102030405060708")).back().value, 0x0102030405060708u);
  EXPECT_EQ(ReadHistoryFields(form, FromHex("450700aabbccdd")).back().bits, 0u);
  EXPECT_EQ(ReadHistoryFields(form, FromHex("450700aabb")).size(), 3u) << "cut short: the fields that are whole";
  const HistoryForm& published = MpCapableHistory().back().forms.back();
  EXPECT_EQ(ReadHistoryFields(published, FromHex("1e0b010101020304050607")).size(), 12u) << "a key of seven bytes is none";
}

TEST(HistoryDiagram, DrawsFieldsAcrossLines) {
  EXPECT_EQ(HistoryDiagram(MpCapableHistory().front().forms.front()),
            " 0                   1                   2                   3\n"
            " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n"
            "+---------------+---------------+---------------+---------------+\n"
            "|     Kind      |    Length     |    Version    |       :       |\n"
            "+---------------+---------------+---------------+---------------+\n"
            "|                 Sender Token                  |\n"
            "+-----------------------------------------------+\n");
}

TEST(HistoryDiagram, DrawsRfc8684sFigure) {
  EXPECT_EQ(HistoryDiagram(MpCapableHistory().back().forms.back()),
            " 0                   1                   2                   3\n"
            " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n"
            "+---------------+---------------+-------+-------+-+-+-+-+-+-+-+-+\n"
            "|     Kind      |    Length     |Subtype|Version|A|B|C|D|E|F|G|H|\n"
            "+---------------+---------------+-------+-------+-+-+-+-+-+-+-+-+\n"
            "|                         Sender's Key                          |\n"
            "|                           (64 bits)                           |\n"
            "+---------------------------------------------------------------+\n"
            "|                        Receiver's Key                         |\n"
            "|                           (64 bits)                           |\n"
            "+-------------------------------+-------------------------------+\n"
            "|       Data-Level Length       |           Checksum            |\n"
            "+-------------------------------+-------------------------------+\n");
}

// A field of open width goes to the end of its line, and over the next if that leaves no room for its name.
TEST(HistoryDiagram, DrawsAWidthThatIsNotKnown) {
  EXPECT_EQ(HistoryDiagram(MpCapableHistory()[1].forms.front()),
            " 0                   1                   2                   3\n"
            " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n"
            "+---------------+---------------+---------------+---------------+\n"
            "|     Kind      |    Length     |    Version    |       :       |\n"
            "+---------------+---------------+---------------+---------------+\n"
            "|                 Sender Token                  |       :       |\n"
            "+-----------------------------------------------+               |\n"
            "|               ~ Initial Data Sequence Number ~                |\n"
            "+---------------------------------------------------------------+\n");
  EXPECT_THAT(HistoryDiagram(MpCapableHistory()[2].forms.front()), HasSubstr("|     Kind      |    Length     |   ~ Version, unused bits ~    |\n"));
}

// Every field of every form is in its picture with its whole name, and no line is longer than the box.
TEST(HistoryDiagram, EveryNameFits) {
  for (const HistoryEpoch& epoch : MpCapableHistory()) {
    for (const HistoryForm& form : epoch.forms) {
      const std::string picture = HistoryDiagram(form);
      for (const HistoryField& field : form.fields) EXPECT_THAT(picture, HasSubstr(field.name)) << epoch.name;
      std::istringstream lines(picture);
      for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 65u) << line;
    }
  }
}

}  // namespace
}  // namespace mptcpp::wire
