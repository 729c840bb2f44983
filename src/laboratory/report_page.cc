// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "laboratory/report.h"

namespace mptcpp::laboratory {
namespace {

constexpr const char* kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222}svg{width:100%;height:auto}"
    "table{border-collapse:collapse;font-size:14px}td,th{border:1px solid #ccc;padding:.2em .6em}.n{text-align:right}"
    ".pass{background:#dff5e4}.short{background:#fbe3d6}.none{color:#777}";

const char* ClassOf(Verdict verdict) {
  return verdict == Verdict::kPass ? "pass" : verdict == Verdict::kShort ? "short" : "none";
}

const char* LengthNote(const Analysis& analysis) { return analysis.quick() ? ", short ones: to see where it goes, not to judge by" : ""; }

std::string OverviewHtml(const std::vector<Analysis>& analyses) {
  std::string html = "<table><tr><th>#</th><th>experiment</th><th>verdict</th></tr>";
  for (const Analysis& analysis : analyses) {
    const Experiment& e = analysis.experiment();
    html += fmt::format("<tr><td class=\"n\">{}</td><td><a href=\"#{}\">{}</a></td><td class=\"{}\">{}</td></tr>", e.number, e.name,
                        EscapeXml(e.title), ClassOf(analysis.Overall()), ToString(analysis.Overall()));
  }
  return html + "</table>";
}

std::string TableHtml(const Analysis& analysis) {
  if (analysis.rows().empty()) return {};
  std::string html =
      "<table><tr><th>variant</th><th></th><th>measured</th><th>expected</th><th>from</th><th>criterion</th><th>verdict</th></tr>";
  for (const TableRow& row : analysis.rows()) {
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"{}\">{}</td></tr>",
        EscapeXml(row.variant), EscapeXml(row.what), FormatMeasured(row.measured),
        row.expected.value ? FormatValue(*row.expected.value) : "", ToString(row.expected.mark), FormatCriterion(row.expected),
        ClassOf(row.verdict), ToString(row.verdict));
  }
  return html + "</table>";
}

std::string ChapterHtml(const Analysis& analysis) {
  const Experiment& e = analysis.experiment();
  std::string html = fmt::format("<h2 id=\"{}\">{}. {}</h2><p>{}</p><p>Source: {}. Passes when: {}</p>", e.name, e.number, EscapeXml(e.title),
                                 EscapeXml(e.setup), EscapeXml(e.source), EscapeXml(e.criterion));
  html += TableHtml(analysis) + "<ul>";
  for (const Check& check : analysis.checks()) {
    html += fmt::format("<li class=\"{}\">{}: {} {}</li>", ClassOf(check.verdict), EscapeXml(check.text), ToString(check.verdict),
                        EscapeXml(check.detail));
  }
  html += fmt::format("</ul><p>Verdict: <b class=\"{}\">{}</b>, from {} runs{}. {}</p>", ClassOf(analysis.Overall()),
                      ToString(analysis.Overall()), analysis.runs(), LengthNote(analysis), EscapeXml(e.finding));
  for (const Chart& chart : analysis.charts()) html += RenderSvg(chart);
  return html;
}

std::string TableMarkdown(const Analysis& analysis) {
  if (analysis.rows().empty()) return {};
  std::string text = "| variant | | measured | expected | from | criterion | verdict |\n|---|---|---:|---:|---|---|---|\n";
  for (const TableRow& row : analysis.rows()) {
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", row.variant, row.what, FormatMeasured(row.measured),
                        row.expected.value ? FormatValue(*row.expected.value) : "", ToString(row.expected.mark),
                        FormatCriterion(row.expected), ToString(row.verdict));
  }
  return text + "\n";
}

std::string ChapterMarkdown(const Analysis& analysis, const std::string& picture_link) {
  const Experiment& e = analysis.experiment();
  std::string text = fmt::format("## {}. {}\n\n{}\n\nSource: {}. Passes when: {}\n\n", e.number, e.title, e.setup, e.source, e.criterion);
  text += fmt::format("`mptcpp experiment run {}{}` — {} runs{}\n\n", e.name, analysis.quick() ? " --quick" : "", analysis.runs(), LengthNote(analysis));
  text += TableMarkdown(analysis);
  for (const Check& check : analysis.checks()) {
    text += fmt::format("* {}: **{}**{}\n", check.text, ToString(check.verdict), check.detail.empty() ? "" : " (" + check.detail + ")");
  }
  if (!analysis.checks().empty()) text += "\n";
  text += fmt::format("Verdict: **{}**.{}{}\n\n", ToString(analysis.Overall()), e.finding.empty() ? "" : " ", e.finding);
  for (std::size_t i = 0; i < analysis.charts().size(); ++i) {
    text += fmt::format("![{}]({}/{})\n\n", analysis.charts()[i].title, picture_link, PictureName(analysis, i));
  }
  return text;
}

}  // namespace

std::string PictureName(const Analysis& analysis, std::size_t number) {
  return fmt::format("{}-{}.svg", analysis.experiment().name, number + 1);
}

std::string ReportHtml(const std::vector<Analysis>& analyses) {
  std::string html = fmt::format(
      "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>mptcpp experiments</title><style>{}</style></head><body>"
      "<h1>Experiments</h1>", kStyle);
  if (analyses.size() > 1) html += OverviewHtml(analyses);
  for (const Analysis& analysis : analyses) html += ChapterHtml(analysis);
  return html + "</body></html>\n";
}

std::string ReportMarkdown(const std::vector<Analysis>& analyses, const std::string& picture_link) {
  std::string text = "| # | experiment | verdict |\n|---:|---|---|\n";
  for (const Analysis& analysis : analyses) {
    const Experiment& e = analysis.experiment();
    text += fmt::format("| {} | {} (`{}`) | {}{} |\n", e.number, e.title, e.name, ToString(analysis.Overall()), analysis.quick() ? " (short run)" : "");
  }
  text += "\n";
  for (const Analysis& analysis : analyses) text += ChapterMarkdown(analysis, picture_link);
  return text;
}

}  // namespace mptcpp::laboratory
