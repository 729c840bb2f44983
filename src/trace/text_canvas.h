// SPDX-License-Identifier: Apache-2.0
// A grid of characters for drawings with lines: lines are kept as what leaves each cell in which direction, so crossings and
// corners find their box-drawing character by themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mptcpp::trace {

class TextCanvas {
 public:
  // Colours are numbers of the caller's; kPlain has none.
  static constexpr int kPlain = -1;

  TextCanvas(std::size_t rows, std::size_t columns) : columns_(columns), cells_(rows * columns) {}

  void Horizontal(std::size_t row, std::size_t from, std::size_t to, int colour);
  void Vertical(std::size_t column, std::size_t from, std::size_t to, int colour);
  // Over all rows, going on beyond the first and the last.
  void Lifeline(std::size_t column);
  // UTF-8, one column per code point; what does not fit is cut off. Text hides lines.
  void Text(std::size_t row, std::size_t column, std::string_view text, int colour);
  // One row, trailing blanks cut off. `palette` maps colours to escape sequences; empty: none are written.
  std::string Row(std::size_t row, const std::vector<std::string>& palette) const;

  // Columns that UTF-8 text takes.
  static std::size_t Width(std::string_view text);
  // The first `columns` columns; if something had to go, the last of them is an ellipsis.
  static std::string Cut(std::string_view text, std::size_t columns);

 private:
  struct Cell {
    std::uint8_t lines = 0;
    int colour = kPlain;
    std::string text;
  };
  Cell& At(std::size_t row, std::size_t column) { return cells_[row * columns_ + column]; }
  void Join(std::size_t row, std::size_t column, std::uint8_t lines, int colour);

  std::size_t columns_;
  std::vector<Cell> cells_;
};

}  // namespace mptcpp::trace
