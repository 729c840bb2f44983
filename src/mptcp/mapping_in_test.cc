// SPDX-License-Identifier: Apache-2.0
#include "mptcp/mapping_in.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "wire/checksum.h"

namespace mptcpp::core {
namespace {

constexpr std::uint64_t kHold = 10'000;

class Sink final : public MappedDataSink {
 public:
  void OnMappedData(std::uint64_t offset, std::span<const std::byte> bytes) override {
    for (std::byte b : bytes) {
      EXPECT_TRUE(got.emplace(offset, b).second) << "twice: " << offset;
      ++offset;
    }
  }
  std::map<std::uint64_t, std::byte> got;
};

std::byte Pattern(std::uint64_t i) { return static_cast<std::byte>(i * 17 % 241); }

class MappingInTest : public ::testing::Test {
 protected:
  // A mapping of subflow bytes [stream, stream + length) to data offsets from `data` on; the bytes are those of Pattern(data).
  IncomingMapping Map(std::uint64_t stream, std::uint64_t data, std::uint32_t length, bool checksum = false, bool wrong = false) {
    IncomingMapping m{.stream_offset = stream, .data_offset = data, .length = length};
    m.dsn = Dsn(1'000'000 + data);
    m.wire_subflow_seq = static_cast<std::uint32_t>(stream + 1);
    m.wire_length = static_cast<std::uint16_t>(length);
    if (checksum) {
      wire::Checksum sum = wire::DssPseudoHeader(m.dsn, m.wire_subflow_seq, m.wire_length);
      sum.Add(Data(data, length));
      m.checksum = static_cast<std::uint16_t>(sum.Finish() ^ (wrong ? 0x0100 : 0));
    }
    return m;
  }
  std::vector<std::byte> Data(std::uint64_t data, std::uint32_t length) {
    std::vector<std::byte> bytes(length);
    for (std::uint32_t i = 0; i < length; ++i) bytes[i] = Pattern(data + i);
    return bytes;
  }
  MapVerdict Add(const IncomingMapping& m) { return in.Add(m, in_order, sink); }
  MapVerdict Payload(std::uint64_t stream, std::uint64_t data, std::uint32_t length) {
    if (stream == in_order) in_order += length;
    return in.OnPayload(stream, Data(data, length), in_order, kHold, sink);
  }
  void ExpectGot(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i < to; ++i) {
      ASSERT_TRUE(sink.got.contains(i)) << i;
      ASSERT_EQ(sink.got[i], Pattern(i)) << i;
    }
  }

  SlabPool pool{Bytes::MiB(1)};
  MappingIn in{pool};
  Sink sink;
  std::uint64_t in_order = 0;
};

TEST_F(MappingInTest, OneSegmentOneMapping) {
  EXPECT_EQ(Add(Map(0, 500, 100)), MapVerdict::kOk);
  EXPECT_EQ(Payload(0, 500, 100), MapVerdict::kOk);
  ExpectGot(500, 600);
  EXPECT_EQ(sink.got.size(), 100u);
}

// Covers: DSS-23
TEST_F(MappingInTest, LongMappingManyBareSegments) {
  Add(Map(0, 0, 1000));
  for (std::uint32_t i = 0; i < 1000; i += 100) EXPECT_EQ(Payload(i, i, 100), MapVerdict::kOk);
  ExpectGot(0, 1000);
}

TEST_F(MappingInTest, SegmentAcrossTwoMappings) {
  Add(Map(0, 0, 100));
  Add(Map(100, 700, 100));
  std::vector<std::byte> bytes = Data(0, 100);
  const auto second = Data(700, 100);
  bytes.insert(bytes.end(), second.begin(), second.end());
  EXPECT_EQ(in.OnPayload(0, bytes, 0, kHold, sink), MapVerdict::kOk);
  ExpectGot(0, 100);
  ExpectGot(700, 800);
}

TEST_F(MappingInTest, DataBeyondAHoleGoesToItsPlace) {
  Add(Map(100, 100, 100));
  Payload(100, 100, 100);
  ExpectGot(100, 200);
  Add(Map(0, 0, 100));
  Payload(0, 0, 100);
  ExpectGot(0, 200);
}

// Covers: DSS-15
TEST_F(MappingInTest, UnmappedDataWaitsForItsMapping) {
  EXPECT_EQ(Payload(0, 300, 100), MapVerdict::kOk);
  EXPECT_TRUE(sink.got.empty());
  EXPECT_EQ(in.unmapped(), 100u);
  EXPECT_EQ(Add(Map(0, 300, 150)), MapVerdict::kOk);
  ExpectGot(300, 400);
  EXPECT_EQ(in.unmapped(), 0u);
  Payload(100, 400, 50);
  ExpectGot(300, 450);
}

// Covers: DSS-16
TEST_F(MappingInTest, TooMuchUnmappedDataIsAVerdict) {
  EXPECT_EQ(Payload(0, 0, kHold), MapVerdict::kOk);
  EXPECT_EQ(Payload(kHold, kHold, 1), MapVerdict::kTooMuchUnmapped);
}

// Covers: DSS-25
TEST_F(MappingInTest, CopiesOfAMappingAreHarmless) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Add(Map(0, 0, 300)), MapVerdict::kOk);
  Payload(0, 0, 100);
  EXPECT_EQ(Add(Map(0, 0, 300)), MapVerdict::kOk);
  Payload(100, 100, 200);
  EXPECT_EQ(Add(Map(0, 0, 300)), MapVerdict::kOk);  // old news
  EXPECT_EQ(in.mapping_count(), 0u);
  ExpectGot(0, 300);
}

TEST_F(MappingInTest, OverlapThatAgreesIsMerged) {
  EXPECT_EQ(Add(Map(100, 100, 100)), MapVerdict::kOk);
  EXPECT_EQ(Add(Map(50, 50, 300)), MapVerdict::kOk);
  EXPECT_EQ(Payload(0, 0, 50), MapVerdict::kOk);
  EXPECT_EQ(Payload(50, 50, 300), MapVerdict::kOk);
  ExpectGot(50, 350);
  EXPECT_EQ(in.unmapped(), 50u);
}

// Covers: DSS-25
TEST_F(MappingInTest, OverlapThatContradictsIsAConflict) {
  EXPECT_EQ(Add(Map(100, 100, 100)), MapVerdict::kOk);
  EXPECT_EQ(Add(Map(150, 151, 100)), MapVerdict::kConflict);
  EXPECT_EQ(Add(Map(100, 900, 100)), MapVerdict::kConflict);
}

TEST_F(MappingInTest, ChecksumOfOneSegment) {
  Add(Map(0, 0, 101, true));
  EXPECT_EQ(Payload(0, 0, 101), MapVerdict::kOk);
  ExpectGot(0, 101);
}

TEST_F(MappingInTest, NothingIsReadableBeforeTheChecksumIsComplete) {
  Add(Map(0, 40, 301, true));
  Payload(0, 40, 101);
  Payload(201, 241, 100);
  EXPECT_TRUE(sink.got.empty());
  EXPECT_EQ(Payload(101, 141, 100), MapVerdict::kOk);
  ExpectGot(40, 341);
  EXPECT_EQ(sink.got.size(), 301u);
}

// Covers: DSS-10, DSS-15
TEST_F(MappingInTest, ChecksumOfDataThatCameBeforeItsMapping) {
  Payload(0, 0, 80);
  EXPECT_EQ(Add(Map(0, 0, 120, true)), MapVerdict::kOk);
  EXPECT_EQ(Payload(80, 80, 40), MapVerdict::kOk);
  ExpectGot(0, 120);
}

TEST_F(MappingInTest, WrongChecksumDeliversNothing) {
  Add(Map(0, 0, 100, true));
  Payload(0, 0, 100);
  Add(Map(100, 100, 200, true, true));
  EXPECT_EQ(Payload(100, 100, 150), MapVerdict::kOk);
  EXPECT_EQ(Payload(250, 250, 50), MapVerdict::kBadChecksum);
  EXPECT_EQ(sink.got.size(), 100u);
  ASSERT_TRUE(in.failed());
  EXPECT_EQ(in.failed()->data_offset, 100u);
  EXPECT_EQ(in.HandedOn(in_order), 100u);
}

TEST_F(MappingInTest, AfterAWrongChecksumTheInfiniteMappingDeliversAll) {
  Add(Map(0, 0, 100, true, true));
  EXPECT_EQ(Payload(0, 0, 100), MapVerdict::kBadChecksum);
  Add(Map(100, 100, 100, true));
  Payload(100, 100, 100);
  EXPECT_TRUE(sink.got.empty());
  in.SetInfinite(in.HandedOn(in_order), 0, sink);
  ExpectGot(0, 200);
  Payload(200, 200, 100);
  ExpectGot(0, 300);
}

TEST_F(MappingInTest, StagedBytesSurviveTheFailureOfAnother) {
  Add(Map(0, 0, 100, true, true));
  Add(Map(100, 100, 100, true));
  in.OnPayload(100, Data(100, 60), 0, kHold, sink);
  Payload(0, 0, 100);
  in_order = 160;
  in.SetInfinite(in.HandedOn(in_order), 0, sink);
  ExpectGot(0, 160);
}

TEST_F(MappingInTest, PlainTcpNeedsNoMapping) {
  in.SetInfinite(0, 0, sink);
  Payload(0, 0, 500);
  Payload(700, 700, 100);
  ExpectGot(0, 500);
  ExpectGot(700, 800);
}

TEST_F(MappingInTest, HeldMemoryIsGivenBack) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::uint64_t at = i * 1000;
    Add(Map(at, at, 1000, true));
    Payload(at, at, 500);
    Payload(at + 500, at + 500, 500);
  }
  ExpectGot(0, 100'000);
  EXPECT_LE(pool.free_count(), 2u);  // all the slabs that ever were: never more than two at once
}

// Any cut of the stream into mappings and segments, in any order, gives the same bytes.
// Covers: GEN-7
TEST_F(MappingInTest, AnyOrderGivesTheSameStream) {
  std::uint32_t random = 5;
  const auto next = [&](std::uint32_t n) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % n;
  };
  for (int round = 0; round < 50; ++round) {
    const bool checksum = round % 2 != 0;
    MappingIn fresh(pool);
    Sink out;
    std::vector<IncomingMapping> maps;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> segments;
    for (std::uint64_t at = 0; at < 5000;) {
      const std::uint32_t length = 1 + next(700);
      maps.push_back(Map(at, at, length, checksum));
      at += length;
    }
    const std::uint64_t end = maps.back().End();
    for (std::uint64_t at = 0; at < end;) {
      const auto length = static_cast<std::uint32_t>(std::min<std::uint64_t>(1 + next(400), end - at));
      segments.emplace_back(at, length);
      at += length;
    }
    // The edge of the subflow never passes what arrived; 0 is always a safe answer.
    while (!maps.empty() || !segments.empty()) {
      if (!maps.empty() && (segments.empty() || next(2) == 0)) {
        const std::size_t i = next(static_cast<std::uint32_t>(maps.size()));
        ASSERT_EQ(fresh.Add(maps[i], 0, out), MapVerdict::kOk);
        if (next(3) != 0) maps.erase(maps.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        const std::size_t i = next(static_cast<std::uint32_t>(segments.size()));
        ASSERT_EQ(fresh.OnPayload(segments[i].first, Data(segments[i].first, segments[i].second), 0, kHold, out),
                  MapVerdict::kOk);
        segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    ASSERT_EQ(out.got.size(), end);
    for (const auto& [offset, byte] : out.got) ASSERT_EQ(byte, Pattern(offset));
  }
}

}  // namespace
}  // namespace mptcpp::core
