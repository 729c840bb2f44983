// SPDX-License-Identifier: Apache-2.0
// What the runs of an experiment gave, and the folder in which it stays: one JSON object per line and run, so that a run that is
// interrupted loses at most itself, and the files of several machines become one result by lying in one folder.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "laboratory/experiment.h"

namespace mptcpp::laboratory {

struct RunKey {
  std::string experiment, variant;
  std::uint64_t seed = 1;
  bool quick = false;
  friend auto operator<=>(const RunKey&, const RunKey&) = default;
};

using Results = std::map<RunKey, RunOutcome>;

std::string ToJsonLine(const RunKey& key, const RunOutcome& outcome);
// nullopt for what is not a whole line of ours (the last one of a file may have been cut off).
std::optional<std::pair<RunKey, RunOutcome>> FromJsonLine(const std::string& line);

class ResultStore {
 public:
  // Reads every DIR/runs*.jsonl and appends to DIR/runs<suffix>.jsonl. Throws std::runtime_error if the folder cannot be used.
  ResultStore(std::string folder, const std::string& suffix);
  // From any thread. The line is on the disk's side of this process when it returns.
  void Add(const RunKey& key, const RunOutcome& outcome);
  bool Has(const RunKey& key) const { return results_.contains(key); }
  const Results& results() const { return results_; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_, file_;
  bool starts_anew_ = false;  // what is in the file does not end with a newline
  std::mutex mutex_;
  Results results_;
};

}  // namespace mptcpp::laboratory
