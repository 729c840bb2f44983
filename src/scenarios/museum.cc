// SPDX-License-Identifier: Apache-2.0
// The forms that MP_CAPABLE had in drafts: a host of today recognizes none of them and answers as TCP.
#include <array>

#include "scenarios/scenario.h"
#include "wire/mptcp_history.h"

namespace mptcpp::scenarios {
namespace {

constexpr std::uint8_t kUnassigned = 0xfd;  // early drafts had no kind yet

// The client's SYN carries these bytes instead of MP_CAPABLE.
void OfferInSyn(World& w, std::initializer_list<unsigned> bytes) {
  std::vector<std::byte> option;
  for (const unsigned byte : bytes) option.push_back(static_cast<std::byte>(byte));
  w.client.Lie([option](sim::SegmentEdit& segment) {
    if (!segment.IsSyn()) return false;
    sim::OptionList list;
    list.AddIf(segment.options(), [](std::span<const std::byte> one) { return sim::KindOf(one) != wire::kMptcpKind; });
    list.Add(option);
    segment.SetOptions(list.bytes());
    return true;
  });
}

void RequireDraft(World& w, std::initializer_list<unsigned> bytes, std::string_view name) {
  std::vector<std::byte> option;
  for (const unsigned byte : bytes) option.push_back(static_cast<std::byte>(byte));
  bool known = false;
  for (const auto& match : wire::RecognizeMpCapable(option, wire::HistoryPacket::kSyn)) known |= match.epoch->name == name;
  w.Require(known, "the decoder does not know " + std::string(name));
}

void OfferAndTalk(World& w, std::initializer_list<unsigned> option, std::string_view name) {
  RequireDraft(w, option, name);
  OfferInSyn(w, option);
  w.Open();
  w.client.Write("abcd");
  w.RunMs(60);
}

const std::array kScenarios{
    Scenario{
        .id = "S002-2",
        .name = "draft-ford-00",
        .also = "S002-1",
        .title = "The first draft: a token in SYN and SYN/ACK, a bare third ACK",
        .source = "seed 002, draft-ford-mptcp-multiaddressed-00",
        .play = [](World& w) { OfferAndTalk(w, {kUnassigned, 7, 0, 1, 2, 3, 4}, "draft-ford-00"); },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK !MPTCP
          ...
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "S002-3",
        .name = "draft-ford-03",
        .title = "The token and where data numbers begin",
        .source = "seed 002, draft-ford-mptcp-multiaddressed-03",
        .play = [](World& w) { OfferAndTalk(w, {kUnassigned, 15, 0, 1, 2, 3, 4, 8, 7, 6, 5, 4, 3, 2, 1}, "draft-ford-03"); },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK !MPTCP
          ...
          S: tcp read="abcd")",
    },
    Scenario{
        .id = "S002-4",
        .name = "draft-ietf-02",
        .title = "Keys take the place of tokens",
        .source = "seed 002, draft-ietf-mptcp-multiaddressed-02",
        .corrected = "the prose has both keys in the SYN/ACK; the figure, and every version since, only the server's own: a server never "
                     "returns the client's key",
        .play = [](World& w) { OfferAndTalk(w, {kUnassigned, 12, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, "draft-ietf-02"); },
        .expect = R"(
          C>S SYN
          S>C SYN+ACK !MPTCP
          ...
          S: tcp read="abcd")",
    },
};

}  // namespace

std::span<const Scenario> Museum() { return kScenarios; }

}  // namespace mptcpp::scenarios
