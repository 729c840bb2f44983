// SPDX-License-Identifier: Apache-2.0
// Box diagrams out of the table of mptcp_history.h: fields are cut at every 32nd bit into cells, cells become characters, two
// for each bit. Between two cells of one field there is no line.
#include <algorithm>

#include "wire/mptcp_history.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kRowBits = 32;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

struct Cell {
  std::size_t field;       // index in the form
  std::size_t begin, end;  // bits
  std::size_t Room() const { return 2 * (end - begin) - 1; }
};
using Row = std::vector<Cell>;

// A field of open width is drawn to the end of its line, and over one more if that is too narrow to write in.
std::size_t DrawnBits(const HistoryField& field, std::size_t at) {
  if (field.bits != HistoryField::kOpen) return field.bits;
  const std::size_t left = kRowBits - at % kRowBits;
  return left >= kRowBits / 2 ? left : left + kRowBits;
}

std::vector<Row> CutIntoRows(const HistoryForm& form) {
  std::vector<Row> rows;
  std::size_t at = 0;
  for (std::size_t i = 0; i < form.fields.size(); ++i) {
    const std::size_t end = at + DrawnBits(form.fields[i], at);
    while (at < end) {
      if (at % kRowBits == 0) rows.emplace_back();
      const std::size_t stop = std::min(end, (at / kRowBits + 1) * kRowBits);
      rows.back().push_back({i, at % kRowBits, at % kRowBits + (stop - at)});
      at = stop;
    }
  }
  return rows;
}

// Whose bit it is: kNone right of the last field.
std::size_t FieldAt(const Row* row, std::size_t bit) {
  if (row != nullptr) {
    for (const Cell& cell : *row) {
      if (bit >= cell.begin && bit < cell.end) return cell.field;
    }
  }
  return kNone;
}

bool EdgeAt(const Row* row, std::size_t bit) {
  if (row == nullptr) return false;
  return std::any_of(row->begin(), row->end(), [&](const Cell& cell) { return cell.begin == bit || cell.end == bit; });
}

// The line between two rows, either of which may be missing; nothing where all fields go on.
std::string Line(const Row* above, const Row* below) {
  std::string line;
  for (std::size_t column = 0; column <= 2 * kRowBits; ++column) {
    const auto drawn = [&](std::size_t bit) {
      if (bit >= kRowBits) return false;
      const std::size_t up = FieldAt(above, bit), down = FieldAt(below, bit);
      return up != down;
    };
    const std::size_t bit = column / 2;
    if (column % 2 == 1) {
      line += drawn(bit) ? '-' : ' ';
      continue;
    }
    const bool line_here = drawn(bit) || (bit > 0 && drawn(bit - 1));
    const bool edge_here = EdgeAt(above, bit) || EdgeAt(below, bit);
    line += line_here ? (edge_here ? '+' : '-') : (edge_here ? '|' : ' ');
  }
  if (line.find('-') == std::string::npos) return "";
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string Centered(const std::string& text, std::size_t room) {
  const std::string shown = text.substr(0, room);
  const std::size_t left = (room - shown.size()) / 2;
  return std::string(left, ' ') + shown + std::string(room - left - shown.size(), ' ');
}

// The widest of a field's cells has its name, the first of several equal ones; the next says how wide it is.
std::string Label(const HistoryForm& form, const std::vector<Row>& rows, std::size_t row, const Cell& cell) {
  const HistoryField& field = form.fields[cell.field];
  const Cell* named = nullptr;
  std::size_t named_row = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const Cell& other : rows[r]) {
      if (other.field != cell.field || (named != nullptr && other.Room() <= named->Room())) continue;
      named = &other;
      named_row = r;
    }
  }
  if (named == &cell) return field.bits == HistoryField::kOpen ? std::string("~ ") + field.name + " ~" : field.name;
  if (row < named_row || cell.Room() < 9) return ":";
  return field.bits == HistoryField::kOpen ? "(width not known)" : "(" + std::to_string(field.bits) + " bits)";
}

std::string RowText(const HistoryForm& form, const std::vector<Row>& rows, std::size_t row) {
  std::string text = "|";
  for (const Cell& cell : rows[row]) text += Centered(Label(form, rows, row, cell), cell.Room()) + "|";
  return text + '\n';
}

}  // namespace

std::string HistoryDiagram(const HistoryForm& form) {
  const std::vector<Row> rows = CutIntoRows(form);
  std::string text = " 0                   1                   2                   3\n";
  text += " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += Line(i == 0 ? nullptr : &rows[i - 1], &rows[i]) + RowText(form, rows, i);
  }
  return text + Line(rows.empty() ? nullptr : &rows.back(), nullptr);
}

}  // namespace mptcpp::wire
