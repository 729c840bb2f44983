// SPDX-License-Identifier: Apache-2.0
// Runs the fallback matrix, one test per row of matrix_boxes.cc, and compares the letters with the reviewed table.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "middlebox/matrix.h"
#include "sim/middlebox_registry.h"

namespace mptcpp::boxes {
namespace {

constexpr std::size_t kLabel = 31;
constexpr std::array kDirections{Way::kThere, Way::kBack, Way::kBoth};
constexpr std::array kSides{Way::kAtClient, Way::kAtServer};
constexpr std::array kOneWay{Way::kBoth};

constexpr std::string_view kLegend = R"(The fallback matrix: what becomes of a connection with a box in its way.

A row is a kind of box and the phase of the first subflow in which it interferes; "join" is the whole life of an additional one.
On two paths the box is in the first, for "join" in the second. Columns: whose segments the box touches, the client's (c>s), the
server's (s>c) or both; for boxes with an inside, at whose end it stands (at c, at s). A cell has two letters, without and with DSS
checksums, or one if they are equal. Rows in which a box never finds anything to do are left out.

  .  the box found nothing to do          R  Multipath TCP; a subflow was lost, another one took its data    X  refused, with an error
  M  Multipath TCP throughout             J  Multipath TCP; the join failed and did no harm                  E  an error, no wrong byte
  T  plain TCP from the handshake on      I  fallback to TCP later, the stream is whole                      P  TCP to the portal
  G  fallback to TCP; the application has the changed bytes, as over TCP (RFC 8684 3.7)
  W  wrong bytes: a change of payload that without checksums nobody can see (RFC 8684 3.7)

)";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::span<const Way> WaysOf(const BoxRow& row) {
  switch (row.ways) {
    case BoxRow::Ways::kDirections: return kDirections;
    case BoxRow::Ways::kSides: return kSides;
    case BoxRow::Ways::kBoth: break;
  }
  return kOneWay;
}

// The letter of a cell, after the check that the rules allow it.
char Run(const Cell& cell) {
  const CellResult result = RunCell(cell);
  const char letter = static_cast<char>(result.outcome);
  const std::string allowed = Allowed(cell);
  EXPECT_NE(allowed.find(letter), std::string::npos) << letter << " where only " << allowed << " is allowed: " << result.story;
  EXPECT_LE(result.packets, kMostPackets) << result.story;
  return letter;
}

std::string Letters(Cell cell) {
  cell.checksum = false;
  std::string letters(1, Run(cell));
  cell.checksum = true;
  if (const char second = Run(cell); second != letters[0]) letters += second;
  letters.resize(2, ' ');
  return letters;
}

// One line, or nothing if the box is idle in all of it.
std::string Line(const BoxRow& row, When when) {
  std::string cells, label;
  for (const std::size_t paths : {1u, 2u}) {
    if (paths == 2) cells += "  |";
    for (const Way way : WaysOf(row)) {
      const Cell cell{.row = &row, .when = when, .way = way, .paths = paths};
      cells += "   " + (when == When::kJoin && paths == 1 ? std::string("  ") : Letters(cell));
      label = cell.Name();
    }
    for (std::size_t i = WaysOf(row).size(); i < 3; ++i) cells += "     ";
  }
  if (cells.find_first_not_of(" .|") == std::string::npos) return {};
  const std::size_t end = label.find(", ");
  std::string line = label.substr(0, end);
  line.resize(kLabel, ' ');
  std::string phase = label.substr(end + 2, label.find(", ", end + 2) - end - 2);
  phase.resize(11, ' ');
  std::string whole = line + phase + cells;
  whole.erase(whole.find_last_not_of(' ') + 1);
  return whole + "\n";
}

std::string Block(const BoxRow& row) {
  std::string block;
  for (std::size_t i = 0; i < kWhens; ++i) {
    const When when = static_cast<When>(i);
    const bool is_early = when < row.earliest, is_late = row.from_the_start && when != When::kSyn;
    if (!is_early && !is_late) block += Line(row, when);
  }
  return block;
}

TEST(FallbackMatrix, EveryKindOfBoxIsInIt) {
  std::set<std::string_view> kinds;
  for (const BoxRow& row : BoxRows()) kinds.insert(row.kind);
  for (const sim::MiddleboxKind& kind : sim::MiddleboxKinds()) EXPECT_TRUE(kinds.contains(kind.name)) << kind.name;
}

TEST(FallbackMatrix, EveryCellIsAsTheRfcSaysAndAsReviewed) {
  std::string table(kLegend);
  table += "box                            phase         one path           |  two paths\n";
  for (const BoxRow& row : BoxRows()) {
    static constexpr std::string_view kHeads[] = {"c>s  s>c  both", "at c at s     ", "both          "};
    const std::string head(kHeads[static_cast<std::size_t>(row.ways)]);
    const std::string block = Block(row);
    table += "\n" + std::string(kLabel + 14, ' ') + head + "   |   " + head;
    table.erase(table.find_last_not_of(' ') + 1);
    table += "\n" + block;
  }
  const std::string path = std::string(MPTCPP_GOLDEN_FOLDER) + "/fallback_matrix.txt";
  if (std::getenv("MPTCPP_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << table;
    std::printf("wrote %s\n", path.c_str());
    return;
  }
  EXPECT_EQ(table, ReadFile(path)) << "if it is meant: MPTCPP_UPDATE_GOLDEN=1 and review the difference";
}

}  // namespace
}  // namespace mptcpp::boxes
