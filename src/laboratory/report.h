// SPDX-License-Identifier: Apache-2.0
// Results for people: a table on the terminal, one page of HTML, or a chapter of docs/experiments.md.
#pragma once

#include <string>
#include <vector>

#include "laboratory/analysis.h"

namespace mptcpp::laboratory {

// "12.3", with as many digits as make sense for the size of the number.
std::string FormatValue(double value);
// "12.3 +- 0.4", without the spread if there was one run only; "-" if none.
std::string FormatMeasured(const Statistics& statistics);
// "0.42 .. 0.58", ">= 92", "<= 3", "" without criterion.
std::string FormatCriterion(const Expectation& expected);

// What the experiment is, without results.
std::string DescribeText(const Experiment& experiment);
std::string ReportText(const Analysis& analysis);
// A whole page with all pictures in it.
std::string ReportHtml(const std::vector<Analysis>& analyses);
// Pictures are files of their own: "<picture_folder>/<name>-<number>.svg", given to the page as `picture_link`.
std::string ReportMarkdown(const std::vector<Analysis>& analyses, const std::string& picture_link);
std::string PictureName(const Analysis& analysis, std::size_t number);

}  // namespace mptcpp::laboratory
