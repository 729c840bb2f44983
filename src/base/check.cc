// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace mptcpp {

void CheckFailed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "mptcpp: broken invariant: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace mptcpp
