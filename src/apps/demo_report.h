// SPDX-License-Identifier: Apache-2.0
// The demo as one HTML file without anything outside of it: throughput per path over time as SVG, with the marks, and the table.
#pragma once

#include <string>

#include "apps/demo_record.h"

namespace mptcpp::apps {

std::string RenderDemoReport(const DemoRecord& record);

}  // namespace mptcpp::apps
