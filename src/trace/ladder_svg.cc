// SPDX-License-Identifier: Apache-2.0
#include "trace/ladder_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "trace/ladder_layout.h"
#include "trace/text_canvas.h"

namespace mptcpp::trace {
namespace {

// Okabe and Ito's colours: distinct for colour-blind readers too. Yellow is left out, white paper swallows it.
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#b0568a", "#a87900", "#4aa3d8", "#444444"};
constexpr const char* kWrong = "#c00020";
constexpr double kCharacter = 6.65;  // a column of the 11-pixel monospaced font
constexpr double kSide = 140;        // beside the host lines: times, brackets
constexpr double kLegendTop = 72, kLegendLine = 19;
constexpr double kHostBox = 40;
constexpr double kLabelInset = 12;  // along an arrow, from where it begins
constexpr double kTextHeight = 13;
constexpr double kLossPart = 0.62, kLongestLossPart = 0.94;  // of its way that a lost arrow is drawn
constexpr double kNarrowest = 560, kWidest = 1180;
constexpr double kNoteCharacter = 6.2, kTitleCharacter = 9.4;  // columns of the proportional fonts, on average
constexpr double kMargin = 20;

const char* ColourOf(std::size_t path) { return kColours[path % std::size(kColours)]; }

std::string Escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += c;
    }
  }
  return result;
}

// Lines of at most `columns`, broken at spaces.
std::vector<std::string> Wrapped(const std::string& text, double columns) {
  std::vector<std::string> lines{""};
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!lines.back().empty() && static_cast<double>(TextCanvas::Width(lines.back() + " " + word)) > columns) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

class Drawing {
 public:
  explicit Drawing(const Ladder& ladder) : ladder_(ladder), layout_(ladder) {
    // Labels stand where arrows begin; two from opposite sides should have room beside each other.
    double longest[2] = {0, 0};
    for (const LadderArrow& arrow : ladder.arrows) {
      double& side = longest[arrow.from < arrow.to ? 0 : 1];
      side = std::max(side, LabelWidth(arrow));
    }
    spacing_ = std::clamp(longest[0] + longest[1] + 4 * kLabelInset, kNarrowest, kWidest);
    left_ = kSide;
    width_ = left_ + spacing_ * static_cast<double>(std::max<std::size_t>(ladder.hosts.size(), 2) - 1) + kSide;
    const double columns = (width_ - 2 * kMargin) / kNoteCharacter;
    title_ = Wrapped(ladder.title, (width_ - 2 * kMargin) / kTitleCharacter);
    subtitle_ = Wrapped(ladder.subtitle, columns);
    for (const std::string& note : ladder.notes) {
      for (std::string& line : Wrapped(note, columns)) notes_.push_back(std::move(line));
    }
    legend_top_ = kLegendTop + kLegendLine * static_cast<double>(title_.size() + subtitle_.size() - 2);
    chart_top_ = legend_top_ + 6 + kLegendLine * static_cast<double>(ladder.paths.size()) + kHostBox + 26;
    chart_bottom_ = chart_top_ + layout_.height() + 26;
    height_ = chart_bottom_ + 24 + kLegendLine * static_cast<double>(notes_.size());
    PlaceLabels();
  }

  std::string Draw() {
    Head();
    Legend();
    Hosts();
    for (const ShortenedGap& gap : layout_.gaps()) GapLines(gap);
    for (std::size_t i = 0; i < ladder_.arrows.size(); ++i) Arrow(i);
    for (const ShortenedGap& gap : layout_.gaps()) GapTime(gap);
    for (std::size_t i = 0; i < ladder_.arrows.size(); ++i) Label(i);  // over all lines
    for (const LadderBracket& bracket : ladder_.brackets) Bracket(bracket);
    Notes();
    return svg_ + "</svg>\n";
  }

 private:
  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Args>(args)...);
    svg_ += '\n';
  }
  double Line(std::size_t host) const { return left_ + spacing_ * static_cast<double>(host); }
  double Y(double height) const { return chart_top_ + height; }

  static double LabelWidth(const LadderArrow& arrow) { return static_cast<double>(TextCanvas::Width(arrow.label)) * kCharacter; }

  // Downwards per unit of way.
  double SlopeOf(std::size_t index) const {
    const LadderArrow& arrow = ladder_.arrows[index];
    const ArrowHeights& heights = layout_.arrows()[index];
    return (heights.arrival - heights.departure) / std::abs(Line(arrow.to) - Line(arrow.from));
  }

  // A label follows its arrow unless it would run into one that begins further down at the same host; then it is level.
  void PlaceLabels() {
    label_slopes_.resize(ladder_.arrows.size());
    for (std::size_t i = ladder_.arrows.size(); i-- > 0;) {
      const double slope = SlopeOf(i);
      label_slopes_[i] = LabelHasRoom(i, slope) ? slope : 0;
    }
  }
  bool LabelHasRoom(std::size_t index, double slope) const {
    const LadderArrow& arrow = ladder_.arrows[index];
    for (std::size_t next = index + 1; next < ladder_.arrows.size(); ++next) {
      if (ladder_.arrows[next].from != arrow.from) continue;
      const double below = layout_.arrows()[next].departure - layout_.arrows()[index].departure;
      const double reach = std::min(LabelWidth(arrow), LabelWidth(ladder_.arrows[next])) + kLabelInset;
      if (below > slope * LabelWidth(arrow) + kTextHeight) return true;
      if (below + (label_slopes_[next] - slope) * reach < kTextHeight) return false;
    }
    return true;
  }

  void Head() {
    Add(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" height="{1:.0f}">)", width_,
        height_);
    Add("{}", R"(<style>
  text { font: 11px "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace; fill: #222 }
  .title { font: bold 14px "DejaVu Sans", "Helvetica Neue", Arial, sans-serif }
  .host { font: bold 13px "DejaVu Sans", "Helvetica Neue", Arial, sans-serif; text-anchor: middle }
  .detail { text-anchor: middle; fill: #555; font-size: 10px }
  .time { fill: #777; font-size: 10px }
  .note { font: 11px "DejaVu Sans", "Helvetica Neue", Arial, sans-serif; fill: #444 }
  .label { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round }
  .life { stroke: #999; stroke-width: 1.4 }
  .arrow { fill: none; stroke-linecap: round }
</style>)");
    Add(R"(<rect width="100%" height="100%" fill="#fff"/>)");
    double y = 28;
    for (const std::string& line : title_) {
      Add(R"(<text class="title" x="{:.0f}" y="{:.0f}">{}</text>)", kMargin, y, Escaped(line));
      y += kLegendLine;
    }
    for (const std::string& line : subtitle_) {
      Add(R"(<text class="note" x="{:.0f}" y="{:.0f}">{}</text>)", kMargin, y + 1, Escaped(line));
      y += kLegendLine;
    }
  }

  void Legend() {
    for (std::size_t path = 0; path < ladder_.paths.size(); ++path) {
      const double y = legend_top_ + kLegendLine * static_cast<double>(path);
      Add(R"(<line x1="20" y1="{0:.1f}" x2="52" y2="{0:.1f}" stroke="{1}" stroke-width="3"/>)", y - 4, ColourOf(path));
      Add(R"(<text x="60" y="{:.1f}">{}</text>)", y, Escaped(ladder_.paths[path]));
    }
  }

  void Hosts() {
    const double top = chart_top_ - kHostBox - 18;
    for (std::size_t host = 0; host < ladder_.hosts.size(); ++host) {
      const LadderHost& h = ladder_.hosts[host];
      const double box = std::min(2 * kSide - 16, std::max(120.0, 6.1 * static_cast<double>(TextCanvas::Width(h.detail)) + 20));
      Add(R"(<line class="life" x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}"/>)", Line(host), top + kHostBox,
          chart_bottom_);
      Add(R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="6" fill="#f2f4f7" stroke="#999"/>)",
          Line(host) - box / 2, top, box, kHostBox);
      Add(R"(<text class="host" x="{:.1f}" y="{:.1f}">{}</text>)", Line(host), top + 17, Escaped(h.name));
      const auto room = static_cast<std::size_t>((box - 8) / 6.1);
      Add(R"(<text class="detail" x="{:.1f}" y="{:.1f}">{}</text>)", Line(host), top + 32,
          Escaped(TextCanvas::Cut(h.detail, room)));
    }
  }

  // Where time is shortened the host lines are broken, and the time stands between them.
  void GapLines(const ShortenedGap& gap) {
    for (std::size_t host = 0; host < ladder_.hosts.size(); ++host) {
      Add(R"(<line x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}" stroke="#fff" stroke-width="3" stroke-dasharray="4 5"/>)",
          Line(host), Y(gap.top) + 8, Y(gap.bottom) - 8);
    }
  }
  void GapTime(const ShortenedGap& gap) {
    Add(R"(<text class="time label" x="{:.1f}" y="{:.1f}" text-anchor="middle">{} pass</text>)",
        (Line(0) + Line(ladder_.hosts.size() - 1)) / 2, Y((gap.top + gap.bottom) / 2) + 4, ShortDuration(gap.time));
  }

  void Arrow(std::size_t index) {
    const LadderArrow& arrow = ladder_.arrows[index];
    const ArrowHeights& heights = layout_.arrows()[index];
    const double x1 = Line(arrow.from), x2 = Line(arrow.to), y1 = Y(heights.departure), y2 = Y(heights.arrival);
    const bool lost = arrow.fate != ArrowFate::kArrived;
    // Far enough for its label to stand before the cross.
    const double part = lost ? std::clamp((LabelWidth(arrow) + 3 * kLabelInset) / spacing_, kLossPart, kLongestLossPart) : 1;
    const double end_x = x1 + part * (x2 - x1), end_y = y1 + part * (y2 - y1);
    const char* colour = ColourOf(arrow.path);
    Add("<g><title>{} ms: {}</title>", Milliseconds(arrow.sent), Escaped(arrow.detail));
    Add(R"(<line class="arrow" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}"{}/>)", x1, y1, end_x,
        end_y, colour, arrow.kind == ArrowKind::kAck ? 1.0 : 1.8, arrow.again ? R"( stroke-dasharray="7 4")" : "");
    if (lost) {
      Cross(end_x, end_y);
    } else {
      Tip(x1, y1, x2, y2, colour);
    }
    const bool left_side = x1 <= x2;
    Add(R"(<text class="time" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", x1 + (left_side ? -7 : 7), y1 + 3.5,
        left_side ? "end" : "start", Milliseconds(arrow.sent));
    Add("</g>");
  }

  std::string Milliseconds(Instant at) const { return fmt::format("{:.2f}", (at - ladder_.start).seconds() * 1e3); }

  void Cross(double x, double y) {
    Add(R"(<path d="M{:.1f} {:.1f}l12 12m0 -12l-12 12" stroke="{}" stroke-width="2.6" stroke-linecap="round" fill="none"/>)",
        x - 6, y - 6, kWrong);
  }

  void Tip(double x1, double y1, double x2, double y2, const char* colour) {
    const double angle = std::atan2(y2 - y1, x2 - x1) * 180 / std::numbers::pi;
    Add(R"svg(<path d="M0 0L-10 -4L-10 4Z" fill="{}" transform="translate({:.1f} {:.1f}) rotate({:.2f})"/>)svg", colour, x2, y2,
        angle);
  }

  // Above the arrow, where it begins. Text always runs to the right.
  void Label(std::size_t index) {
    const LadderArrow& arrow = ladder_.arrows[index];
    const double x = Line(arrow.from), y = Y(layout_.arrows()[index].departure);
    const bool right = arrow.from < arrow.to;
    const double slope = right ? label_slopes_[index] : -label_slopes_[index];
    const double inset = right ? kLabelInset : -kLabelInset;
    const auto room = static_cast<std::size_t>((spacing_ - 2 * kLabelInset) / kCharacter);
    Add(R"svg(<text class="label" transform="translate({:.1f} {:.1f}) rotate({:.2f})" text-anchor="{}" style="fill:{}{}">{}</text>)svg",
        x + inset, y + slope * inset - 4, std::atan(slope) * 180 / std::numbers::pi, right ? "start" : "end",
        arrow.problem ? kWrong : ColourOf(arrow.path), arrow.problem ? ";font-weight:bold" : "",
        Escaped(TextCanvas::Cut(arrow.label, room)));
  }

  void Bracket(const LadderBracket& bracket) {
    const bool left = bracket.host == 0;
    const double out = left ? -1 : 1;
    const double x = Line(bracket.host) + out * 58, tip = Line(bracket.host) + out * 52;
    const double top = Y(layout_.HeightAt(bracket.from)), bottom = Y(layout_.HeightAt(bracket.to));
    Add(R"(<path d="M{1:.1f} {2:.1f}H{0:.1f}V{3:.1f}H{1:.1f}" fill="none" stroke="{4}" stroke-width="1.4"/>)", x, tip, top,
        bottom, ColourOf(bracket.path));
    // The words one under the other: there is little room beside the lines.
    const double middle = (top + bottom) / 2;
    const std::size_t space =
        bracket.label.rfind(' ', bracket.label.rfind(' ') == std::string::npos ? 0 : bracket.label.rfind(' ') - 1);
    const std::string first = bracket.label.substr(0, space);
    const std::string second = space == std::string::npos ? "" : bracket.label.substr(space + 1);
    Add(R"(<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="{}" style="font-size:10px">{}</text>)", x + out * 5, middle - 1,
        left ? "end" : "start", Escaped(first));
    Add(R"(<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="{}" style="font-size:10px">{}</text>)", x + out * 5,
        middle + 11, left ? "end" : "start", Escaped(second));
  }

  void Notes() {
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      Add(R"(<text class="note" x="20" y="{:.1f}">{}</text>)", chart_bottom_ + 24 + kLegendLine * static_cast<double>(i),
          Escaped(notes_[i]));
    }
  }

  const Ladder& ladder_;
  LadderLayout layout_;
  std::vector<double> label_slopes_;  // by arrow
  std::vector<std::string> title_, subtitle_, notes_;  // lines
  double legend_top_ = 0, spacing_ = 0, left_ = 0, width_ = 0, height_ = 0, chart_top_ = 0, chart_bottom_ = 0;
  std::string svg_;
};

}  // namespace

std::string LadderSvg(const Ladder& ladder) { return Drawing(ladder).Draw(); }

}  // namespace mptcpp::trace
