// SPDX-License-Identifier: Apache-2.0
#include "trace/text_canvas.h"

#include <algorithm>

namespace mptcpp::trace {
namespace {

constexpr std::uint8_t kUp = 1, kDown = 2, kLeft = 4, kRight = 8;

// Indexed by the directions in which lines leave.
constexpr const char* kGlyphs[16] = {" ", "╵", "╷", "│", "╴", "╯", "╮", "┤", "╶", "╰", "╭", "├", "─", "┴", "┬", "┼"};

std::size_t CodePointLength(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4; }

}  // namespace

void TextCanvas::Join(std::size_t row, std::size_t column, std::uint8_t lines, int colour) {
  Cell& cell = At(row, column);
  cell.lines |= lines;
  if (colour != kPlain) cell.colour = colour;
}

void TextCanvas::Horizontal(std::size_t row, std::size_t from, std::size_t to, int colour) {
  if (from > to) std::swap(from, to);
  for (std::size_t column = from; column <= to; ++column) {
    Join(row, column, static_cast<std::uint8_t>((column > from ? kLeft : 0) | (column < to ? kRight : 0)), colour);
  }
}

void TextCanvas::Vertical(std::size_t column, std::size_t from, std::size_t to, int colour) {
  for (std::size_t row = from; row <= to; ++row) {
    Join(row, column, static_cast<std::uint8_t>((row > from ? kUp : 0) | (row < to ? kDown : 0)), colour);
  }
}

void TextCanvas::Lifeline(std::size_t column) {
  for (std::size_t row = 0; row < cells_.size() / columns_; ++row) Join(row, column, kUp | kDown, kPlain);
}

void TextCanvas::Text(std::size_t row, std::size_t column, std::string_view text, int colour) {
  for (std::size_t at = 0; at < text.size() && column < columns_; ++column) {
    const std::size_t length = CodePointLength(static_cast<unsigned char>(text[at]));
    Cell& cell = At(row, column);
    cell.text = text.substr(at, length);
    cell.colour = colour;
    at += length;
  }
}

std::string TextCanvas::Row(std::size_t row, const std::vector<std::string>& palette) const {
  std::size_t end = columns_;
  const auto blank = [&](std::size_t column) {
    const Cell& cell = cells_[row * columns_ + column];
    return cell.lines == 0 && (cell.text.empty() || cell.text == " ");
  };
  while (end > 0 && blank(end - 1)) --end;
  std::string line;
  int current = kPlain;
  const auto change = [&](int colour) {
    if (palette.empty() || colour == current) return;
    line += colour == kPlain ? "\x1b[0m" : palette[static_cast<std::size_t>(colour) % palette.size()];
    current = colour;
  };
  for (std::size_t column = 0; column < end; ++column) {
    const Cell& cell = cells_[row * columns_ + column];
    change(cell.colour);
    line += cell.text.empty() ? kGlyphs[cell.lines] : cell.text;
  }
  change(kPlain);
  return line;
}

std::size_t TextCanvas::Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string TextCanvas::Cut(std::string_view text, std::size_t columns) {
  if (Width(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  std::size_t at = 0;
  for (std::size_t taken = 0; taken + 1 < columns; ++taken) at += CodePointLength(static_cast<unsigned char>(text[at]));
  return std::string(text.substr(0, at)) + "…";
}

}  // namespace mptcpp::trace
