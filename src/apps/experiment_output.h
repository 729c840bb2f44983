// SPDX-License-Identifier: Apache-2.0
// The files that `mptcpp experiment run` leaves behind. All throw std::runtime_error with a line for the user.
#pragma once

#include <string>
#include <vector>

#include "laboratory/report.h"

namespace mptcpp::apps {

// DIR/index.html, one page per experiment, and the pictures.
void WriteReports(const std::vector<laboratory::Analysis>& analyses, const std::string& folder);
// A document whose part between the two marks "<!-- results -->" and "<!-- end of results -->" is replaced; a new file consists of
// that part alone. Pictures: pictures/experiments/ beside the file.
void WriteDocument(const std::vector<laboratory::Analysis>& analyses, const std::string& file);
// All runs*.jsonl of the folder.
void RemoveResults(const std::string& folder);

}  // namespace mptcpp::apps
