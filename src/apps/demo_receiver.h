// SPDX-License-Identifier: Apache-2.0
// The receiving process of the demo: an ordinary server that takes one connection, writes what arrives to a file, and reports
// over a pipe, one line each: its port, then, at the end, what it saw.
#pragma once

#include <string>
#include <string_view>

#include "apps/demo_record.h"
#include "base/ip_address.h"

namespace mptcpp::apps {

// Runs the server until its connection has ended; returns the exit code of the process.
int RunDemoReceiver(const IpAddress& address, const std::string& output_file, int report_fd);

// Reads the lines of the report. `started` is the sender's start on the clock that both processes share.
struct DemoReceiverLine {
  std::uint16_t port = 0;  // the first line
  bool is_result = false;
  std::string failure;  // one line, if it could not start
};
DemoReceiverLine ParseDemoLine(std::string_view line, Instant started, DemoRecord& record);

}  // namespace mptcpp::apps
