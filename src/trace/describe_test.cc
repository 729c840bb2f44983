// SPDX-License-Identifier: Apache-2.0
#include "trace/describe.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "wire/gso.h"
#include "wire/mptcp_options.h"

namespace mptcpp::trace {
namespace {

// Writes a segment with these option bytes and describes what a parser sees.
std::string Text(const wire::HeaderFields& fields, std::span<const std::byte> options, std::size_t payload,
                 const NumberBases& bases = {}) {
  const std::vector<std::byte> data(payload);
  TxPacket tx;
  tx.source = IpAddress::V4(192, 0, 2, 1);
  tx.destination = IpAddress::V4(192, 0, 2, 2);
  tx.segment_size = 1460;
  wire::WriteHeader(fields, options, tx);
  tx.AddSlice(data);
  std::array<std::byte, 2048> bytes;
  const std::size_t length = wire::EmitSegment(tx, 0, bytes);
  RxPacket rx;
  rx.source = tx.source;
  rx.destination = tx.destination;
  rx.segment = std::span(bytes).first(length);
  wire::SegmentView view;
  EXPECT_EQ(wire::ParseSegment(rx, view), wire::ParseResult::kOk);
  return Describe(view, bases);
}

TEST(Describe, ASynWithItsOptions) {
  std::array<std::byte, 40> options;
  std::size_t n = wire::WriteMss(options, 1460);
  n += wire::WriteSackPermitted(std::span(options).subspan(n));
  n += wire::WriteWindowScale(std::span(options).subspan(n), 7);
  n += wire::WriteMpCapable(std::span(options).subspan(n), {});
  wire::HeaderFields fields;
  fields.seq = SeqNum(1000);
  fields.flags.syn = true;
  fields.window = 65535;
  EXPECT_EQ(Text(fields, std::span(options).first(n), 0), "SYN seq 1000 win 65535 <mss 1460, sackOK, wscale 7, MP_CAPABLE v1 flags 01>");
}

TEST(Describe, DataWithRelativeNumbers) {
  std::array<std::byte, 40> options;
  wire::Dss dss;
  dss.data_ack = wire::WireDsn{.value = 0x1000000f0, .is_64_bit = true};
  dss.mapping = wire::DssMapping{.dsn = {.value = 0x00000005}, .subflow_seq = 7, .length = 4, .checksum = std::nullopt};
  const std::size_t n = wire::WriteDss(options, dss);
  wire::HeaderFields fields;
  fields.seq = SeqNum(3);
  fields.ack = SeqNum(50);
  fields.flags = {.psh = true, .ack = true};
  fields.window = 9;
  const NumberBases bases{.seq = SeqNum(0xfffffffe), .ack = SeqNum(49), .dsn = Dsn(0xfffffffe), .data_ack = Dsn(0x1000000ef)};
  EXPECT_EQ(Text(fields, std::span(options).first(n), 4, bases), "PSH ACK seq 5 ack 1 len 4 win 9 <DSS ack 1 map 7+4 ssn 7>");
}

TEST(Describe, NeverShowsAKeyAndNamesWhatIsMalformed) {
  std::array<std::byte, 12> option;
  wire::WriteMpFastclose(option, {.receiver_key = 0x1122334455667788});
  EXPECT_EQ(DescribeMptcpOption(option), "MP_FASTCLOSE <key>");
  EXPECT_EQ(DescribeMptcpOption(std::span(option).first(11)), "MP_FASTCLOSE malformed");
}

}  // namespace
}  // namespace mptcpp::trace
