// SPDX-License-Identifier: Apache-2.0
// MPTCPP_CHECK: our own bug, always fatal. MPTCPP_DCHECK: the same, compiled in only with MPTCPP_CHECKS (tests, fuzzers, debug).
// Never used for what the peer, the network or the caller does wrong: those have verdicts, counters and error values.
#pragma once

namespace mptcpp {

// Prints one line to standard error and aborts: state that breaks an invariant must not go on to send packets.
[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);

}  // namespace mptcpp

#define MPTCPP_CHECK(expression) \
  (__builtin_expect(!!(expression), 1) ? static_cast<void>(0) : ::mptcpp::CheckFailed(#expression, __FILE__, __LINE__))

#if defined(MPTCPP_CHECKS)
#define MPTCPP_DCHECK(expression) MPTCPP_CHECK(expression)
#else
#define MPTCPP_DCHECK(expression) static_cast<void>(true || (expression))  // compiled, never evaluated
#endif
