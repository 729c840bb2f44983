// SPDX-License-Identifier: Apache-2.0
// The demo on a terminal: a bar per path that lives while the transfer does, the marks as they happen, and the table at the end.
#pragma once

#include <cstddef>

#include "apps/demo_record.h"

namespace mptcpp::apps {

class DemoView {
 public:
  // Without a terminal only marks are printed.
  explicit DemoView(bool is_terminal) : is_terminal_(is_terminal) {}
  void Update(const DemoRecord& record);
  void PrintResult(const DemoRecord& record);

 private:
  void EraseBars();

  bool is_terminal_;
  std::size_t lines_ = 0;
  std::size_t marks_printed_ = 0;
};

}  // namespace mptcpp::apps
