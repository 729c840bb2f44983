// SPDX-License-Identifier: Apache-2.0
// Columns: time, brackets of the first host, the chart from the first host's line to the last one's, brackets of the others.
// The ends of the chart are kept free of labels, as far as needed, for arrows that go down: those to the right do it at the
// right end, those to the left at the left end.
#include "trace/ladder_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "trace/ladder_rows.h"
#include "trace/text_canvas.h"

namespace mptcpp::trace {
namespace {

constexpr std::size_t kTimeWidth = 11;
constexpr std::size_t kBracketWidth = 21;
constexpr std::size_t kLeastChart = 40;
constexpr std::size_t kMostBends = 6;  // columns for arrows that go down, per direction
constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);
constexpr int kWrongColour = 6;  // in the palette, behind the paths' colours

const std::vector<std::string> kPalette{"\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m", "\x1b[37m", "\x1b[1;31m"};

int ColourOf(std::size_t path) { return static_cast<int>(path % kWrongColour); }

// Where an arrow is, in rows, and in which of the columns for its direction it goes down.
struct Place {
  std::size_t departure = kNoRow, arrival = kNoRow;
  std::size_t bend = 0;
  bool Straight() const { return arrival == kNoRow || arrival == departure; }
};

class Drawing {
 public:
  Drawing(const Ladder& ladder, const LadderTextOptions& options) : ladder_(ladder), options_(options) {
    PlaceArrows();
    left_brackets_ = HasBrackets(true) ? kBracketWidth : 0;
    right_brackets_ = HasBrackets(false) ? kBracketWidth : 0;
    const std::size_t around = kTimeWidth + left_brackets_ + right_brackets_ + 2;
    chart_ = std::max(kLeastChart, options.width > around ? options.width - around : 0);
  }

  std::string Draw() {
    TextCanvas canvas(times_.size(), Line(ladder_.hosts.size() - 1) + 1 + right_brackets_);
    for (std::size_t host = 0; host < ladder_.hosts.size() && !times_.empty(); ++host) {
      canvas.Lifeline(Line(host));
    }
    for (std::size_t row = 0; row < times_.size(); ++row) canvas.Text(row, 0, Time(row), TextCanvas::kPlain);
    for (std::size_t i = 0; i < ladder_.arrows.size(); ++i) DrawLines(canvas, i);
    for (std::size_t i = 0; i < ladder_.arrows.size(); ++i) DrawTexts(canvas, i);
    for (const LadderBracket& bracket : ladder_.brackets) DrawBracket(canvas, bracket);
    std::string text = Head();
    for (std::size_t row = 0; row < times_.size(); ++row) text += canvas.Row(row, Palette()) + "\n";
    return text + Foot();
  }

 private:
  std::vector<std::string> Palette() const { return options_.colour ? kPalette : std::vector<std::string>{}; }
  std::string Coloured(const std::string& text, int colour) const {
    return options_.colour ? kPalette[static_cast<std::size_t>(colour)] + text + "\x1b[0m" : text;
  }
  // Tells paths apart where colours do not.
  std::string Tag(std::size_t path) const {
    constexpr const char* kTags[] = {"① ", "② ", "③ ", "④ ", "⑤ ", "⑥ ", "⑦ ", "⑧ ", "⑨ "};
    if (ladder_.paths.size() < 2) return "";
    return path < std::size(kTags) ? kTags[path] : fmt::format("({}) ", path + 1);
  }
  std::size_t Line(std::size_t host) const {
    const std::size_t first = kTimeWidth + left_brackets_;
    return ladder_.hosts.size() < 2 ? first : first + (chart_ - 1) * host / (ladder_.hosts.size() - 1);
  }
  bool ToTheRight(const LadderArrow& arrow) const { return arrow.to > arrow.from; }

  bool HasBrackets(bool of_first_host) const {
    return std::any_of(ladder_.brackets.begin(), ladder_.brackets.end(),
                       [&](const auto& b) { return (b.host == 0) == of_first_host; });
  }

  // An arrival right behind its own departure shares its row.
  void PlaceArrows() {
    places_.resize(ladder_.arrows.size());
    const auto rows = RowsOf(ladder_);
    std::vector<std::vector<bool>> busy(2, std::vector<bool>(kMostBends));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Place& place = places_[rows[i].arrow];
      const std::size_t direction = ToTheRight(ladder_.arrows[rows[i].arrow]) ? 1 : 0;
      if (!rows[i].is_departure) {
        const bool same_row = place.departure + 1 == times_.size() && rows[i - 1].arrow == rows[i].arrow;
        place.arrival = same_row ? place.departure : times_.size();
        busy[direction][place.bend] = false;
        if (same_row) continue;
        times_.push_back(rows[i].at);
        continue;
      }
      place.departure = times_.size();
      times_.push_back(rows[i].at);
      const bool next_is_mine = i + 1 < rows.size() && rows[i + 1].arrow == rows[i].arrow;
      if (next_is_mine || ladder_.arrows[rows[i].arrow].fate != ArrowFate::kArrived) continue;
      const auto free = std::find(busy[direction].begin(), busy[direction].end(), false);
      place.bend = free == busy[direction].end() ? kMostBends - 1 : static_cast<std::size_t>(free - busy[direction].begin());
      busy[direction][place.bend] = true;
      bends_[direction] = std::max(bends_[direction], place.bend + 1);
    }
  }

  std::size_t BendColumn(const LadderArrow& arrow, const Place& place) const {
    const std::size_t inset = 3 + 2 * place.bend;
    return ToTheRight(arrow) ? Line(arrow.to) - inset : Line(arrow.to) + inset;
  }

  void DrawLines(TextCanvas& canvas, std::size_t index) {
    const LadderArrow& arrow = ladder_.arrows[index];
    const Place& place = places_[index];
    const int colour = ColourOf(arrow.path);
    const std::size_t from = Line(arrow.from), to = Line(arrow.to);
    if (arrow.fate != ArrowFate::kArrived) {
      canvas.Horizontal(place.departure, from, LossColumn(arrow), colour);
    } else if (place.Straight()) {
      canvas.Horizontal(place.departure, from, to, colour);
    } else {
      const std::size_t bend = BendColumn(arrow, place);
      canvas.Horizontal(place.departure, from, bend, colour);
      canvas.Vertical(bend, place.departure, place.arrival, colour);
      canvas.Horizontal(place.arrival, bend, to, colour);
    }
  }

  // A lost arrow ends before the columns where others go down.
  std::size_t LossColumn(const LadderArrow& arrow) const {
    return ToTheRight(arrow) ? Line(arrow.to) - 4 - 2 * bends_[1] : Line(arrow.to) + 4 + 2 * bends_[0];
  }

  void DrawTexts(TextCanvas& canvas, std::size_t index) {
    const LadderArrow& arrow = ladder_.arrows[index];
    const Place& place = places_[index];
    const int colour = ColourOf(arrow.path);
    const bool right = ToTheRight(arrow);
    const std::size_t arrival = place.Straight() ? place.departure : place.arrival;
    if (arrow.fate == ArrowFate::kArrived) {
      canvas.Text(arrival, right ? Line(arrow.to) - 1 : Line(arrow.to) + 1, right ? "▶" : "◀", colour);
    } else {
      canvas.Text(place.departure, LossColumn(arrow), "✗", kWrongColour);
    }
    const std::size_t low = std::min(Line(arrow.from), Line(arrow.to)), high = std::max(Line(arrow.from), Line(arrow.to));
    const std::size_t begin = low + 4 + 2 * bends_[0], end = high - 4 - 2 * bends_[1];
    if (end <= begin + 2) return;
    std::string label = Tag(arrow.path) + arrow.label;
    if (arrow.fate == ArrowFate::kLost) label += " lost";
    if (arrow.fate == ArrowFate::kPresumedLost) label += " lost?";
    label = " " + TextCanvas::Cut(label, end - begin - 2) + " ";
    const std::size_t column = right ? begin : end - TextCanvas::Width(label);
    canvas.Text(place.departure, column, label, arrow.problem ? kWrongColour : colour);
  }

  // The row at or after a time.
  std::size_t RowAt(Instant at) const {
    const auto row = std::lower_bound(times_.begin(), times_.end(), at);
    return std::min(static_cast<std::size_t>(row - times_.begin()), times_.size() - 1);
  }

  void DrawBracket(TextCanvas& canvas, const LadderBracket& bracket) {
    const std::size_t top = RowAt(bracket.from), bottom = RowAt(bracket.to);
    const bool left = bracket.host == 0;
    const std::size_t column = left ? Line(0) - 2 : Line(bracket.host) + 2;
    const int colour = ColourOf(bracket.path);
    canvas.Vertical(column, top, bottom, colour);
    canvas.Horizontal(top, column, left ? column + 1 : column - 1, colour);
    canvas.Horizontal(bottom, column, left ? column + 1 : column - 1, colour);
    const std::string label = TextCanvas::Cut(bracket.label, kBracketWidth - 4);
    const std::size_t row = top + (bottom - top) / 2;
    canvas.Text(row, left ? column - 1 - TextCanvas::Width(label) : column + 2, label, colour);
  }

  std::string Time(std::size_t row) const {
    return fmt::format("{:>{}.3f}", (times_[row] - ladder_.start).seconds() * 1e3, kTimeWidth - 2);
  }

  std::string Head() const {
    std::string text = ladder_.title + "\n" + ladder_.subtitle + "\n";
    for (std::size_t path = 0; path < ladder_.paths.size(); ++path) {
      text += "  " + Coloured("── " + Tag(path) + ladder_.paths[path], ColourOf(path)) + "\n";
    }
    TextCanvas names(2, Line(ladder_.hosts.size() - 1) + 60);
    names.Text(1, kTimeWidth - 4, "ms", TextCanvas::kPlain);
    for (std::size_t host = 0; host < ladder_.hosts.size(); ++host) {
      const LadderHost& h = ladder_.hosts[host];
      const bool last = host > 0 && host + 1 == ladder_.hosts.size();
      const auto column = [&](const std::string& name) {
        const std::size_t width = TextCanvas::Width(name);
        return last ? Line(host) + 1 - std::min(width, Line(host)) : Line(host);
      };
      names.Text(0, column(h.name), h.name, TextCanvas::kPlain);
      names.Text(1, column(h.detail), h.detail, TextCanvas::kPlain);
    }
    return text + "\n" + names.Row(0, {}) + "\n" + names.Row(1, {}) + "\n";
  }

  std::string Foot() const {
    std::string text;
    for (const std::string& note : ladder_.notes) text += "  " + note + "\n";
    return text.empty() ? text : "\n" + text;
  }

  const Ladder& ladder_;
  LadderTextOptions options_;
  std::vector<Place> places_;
  std::vector<Instant> times_;     // of the rows
  std::size_t bends_[2] = {0, 0};  // columns in use by arrows to the left, to the right
  std::size_t left_brackets_ = 0, right_brackets_ = 0;
  std::size_t chart_ = 0;  // from the first line to the last, both counted
};

}  // namespace

std::string LadderText(const Ladder& ladder, const LadderTextOptions& options) { return Drawing(ladder, options).Draw(); }

}  // namespace mptcpp::trace
