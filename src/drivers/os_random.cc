// SPDX-License-Identifier: Apache-2.0
#include "drivers/os_random.h"

#include <string.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace mptcpp::drivers {

OsRandom::~OsRandom() { explicit_bzero(block_.data(), block_.size()); }

void OsRandom::Refill() {
  ssize_t n = -1;
  do {
    n = getrandom(block_.data(), block_.size(), 0);
  } while (n < 0 && errno == EINTR);
  // Without random bytes there are no keys: going on would be insecure.
  MPTCPP_CHECK(n == static_cast<ssize_t>(block_.size()));
  used_ = 0;
}

void OsRandom::Fill(std::span<std::byte> out) {
  while (!out.empty()) {
    if (used_ == block_.size()) Refill();
    const std::size_t n = std::min(out.size(), block_.size() - used_);
    std::memcpy(out.data(), block_.data() + used_, n);
    explicit_bzero(block_.data() + used_, n);
    used_ += n;
    out = out.subspan(n);
  }
}

}  // namespace mptcpp::drivers
