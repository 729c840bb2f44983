// SPDX-License-Identifier: Apache-2.0
#include "scenarios/notation.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mptcpp::scenarios {
namespace {

constexpr std::string_view kSpace = " \t";

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Up to the next `separator` outside brackets; takes it off `text`.
std::string_view Take(std::string_view& text, char separator) {
  int depth = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '[') ++depth;
    if (text[end] == ']') --depth;
    if (text[end] == separator && depth == 0) break;
  }
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

Word ParseWord(std::string_view text) {
  Word word;
  word.forbidden = text.front() == '!';
  if (word.forbidden) text.remove_prefix(1);
  const std::size_t bracket = text.find('[');
  word.name = text.substr(0, bracket);
  if (bracket == std::string_view::npos) return word;
  std::string_view inside = text.substr(bracket + 1, text.rfind(']') - bracket - 1);
  while (!inside.empty()) word.items.emplace_back(Take(inside, ','));
  return word;
}

// "200ms", "1.5s"
std::optional<Duration> ParseTime(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit == "ms") return Duration::SecondsF(value / 1e3);
  if (unit == "s") return Duration::SecondsF(value);
  return std::nullopt;
}

ExpectedLine ParseLine(std::string_view text) {
  ExpectedLine line{.text = std::string(text)};
  if (text == "...") {
    line.kind = ExpectedLine::Kind::kAnything;
    return line;
  }
  line.who = Take(text, ' ');
  if (line.who.back() == ':') {
    line.kind = ExpectedLine::Kind::kEnd;
    line.who.pop_back();
  }
  for (Word& word : ParseWords(text)) {
    if (word.name.starts_with("after=")) {
      line.after = ParseTime(std::string_view(word.name).substr(6));
    } else {
      line.words.push_back(std::move(word));
    }
  }
  return line;
}

// "dack" asks for an item of this name, whatever its value.
bool Fits(std::string_view wanted, const std::string& item) {
  if (wanted == item) return true;
  const std::size_t value = item.find('=');
  return value != std::string::npos && wanted == std::string_view(item).substr(0, value);
}

bool HasItem(const Word& word, std::string_view wanted) {
  return std::ranges::any_of(word.items, [wanted](const std::string& item) { return Fits(wanted, item); });
}

std::string WhyNot(const Word& wanted, const Words& facts) {
  const auto found = std::ranges::find_if(facts, [&](const Word& word) { return Fits(wanted.name, word.name); });
  if (wanted.forbidden) return found == facts.end() ? "" : "has " + wanted.name;
  if (found == facts.end()) return "lacks " + wanted.name;
  for (const std::string& item : wanted.items) {
    if (item.starts_with('!')) {
      if (HasItem(*found, std::string_view(item).substr(1))) return "has " + item.substr(1) + " in " + wanted.name;
    } else if (!HasItem(*found, item)) {
      return "lacks " + item + " in " + wanted.name;
    }
  }
  return "";
}

}  // namespace

Words ParseWords(std::string_view text) {
  Words words;
  while (!(text = Trim(text)).empty()) words.push_back(ParseWord(Take(text, ' ')));
  return words;
}

std::vector<ExpectedLine> ParseExpectation(std::string_view text) {
  std::vector<ExpectedLine> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty()) lines.push_back(ParseLine(line));
  }
  return lines;
}

std::string WhyNot(const Words& wanted, const Words& facts) {
  for (const Word& word : wanted) {
    if (std::string why = WhyNot(word, facts); !why.empty()) return why;
  }
  const auto says = [&wanted](const char* name) { return std::ranges::find(wanted, name, &Word::name) != wanted.end(); };
  const bool is_lost = std::ranges::find(facts, "lost", &Word::name) != facts.end();
  return is_lost && !says("lost") ? "was lost" : "";
}

}  // namespace mptcpp::scenarios
