// SPDX-License-Identifier: Apache-2.0
// Every MPTCP option parser on any bytes. What one of them accepts must survive writing and parsing again, in the length that
// was announced for it.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/check.h"
#include "wire/mptcp_options.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kLongestOption = 255;

// `lossless`: the written bytes are as many as the parsed ones. REMOVE_ADDR is not, when its list is cut.
template <typename Parse, typename Write>
void RoundTrip(std::span<const std::byte> option, Parse parse, Write write, bool lossless = true) {
  const auto first = parse(option);
  if (!first) return;
  std::array<std::byte, kLongestOption> out;
  const std::size_t length = write(out, *first);
  MPTCPP_CHECK(length > 0);
  MPTCPP_CHECK(!lossless || length == option.size());
  const auto second = parse(std::span(out).first(length));
  MPTCPP_CHECK(second.has_value());
  MPTCPP_CHECK(*first == *second);
  MPTCPP_CHECK(write(std::span(out).first(length - 1), *first) == 0);
}

void ParseAll(std::span<const std::byte> option) {
  RoundTrip(option, ParseMpCapable, WriteMpCapable);
  RoundTrip(option, ParseMpJoinSyn, WriteMpJoinSyn);
  RoundTrip(option, ParseMpJoinSynAck, WriteMpJoinSynAck);
  RoundTrip(option, ParseMpJoinAck, WriteMpJoinAck);
  RoundTrip(option, ParseDss, WriteDss);
  RoundTrip(option, ParseAddAddr, WriteAddAddr);
  RoundTrip(option, ParseRemoveAddr, WriteRemoveAddr, false);
  RoundTrip(option, ParseMpPrio, WriteMpPrio);
  RoundTrip(option, ParseMpFail, WriteMpFail);
  RoundTrip(option, ParseMpFastclose, WriteMpFastclose);
  RoundTrip(option, ParseMpTcpRst, WriteMpTcpRst);
  if (const auto dss = ParseDss(option)) MPTCPP_CHECK(DssLength(*dss) == option.size());
  if (const auto add = ParseAddAddr(option)) MPTCPP_CHECK(AddAddrLength(*add) == option.size());
}

}  // namespace
}  // namespace mptcpp::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mptcpp::wire;
  if (size > kLongestOption) return 0;
  std::array<std::byte, kLongestOption> copy;
  if (size > 0) std::memcpy(copy.data(), data, size);
  const std::span option = std::span(copy).first(size);
  ParseAll(option);
  if (size < 3) return 0;
  // The same with a head that fits: otherwise most inputs would end at the first two bytes.
  option[0] = std::byte{kMptcpKind};
  option[1] = static_cast<std::byte>(size);
  ParseAll(option);
  return 0;
}
