// SPDX-License-Identifier: Apache-2.0
// SHA-256 of a stream, as the demo compares it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace mptcpp::apps {

class Sha256 {
 public:
  Sha256();
  void Add(std::span<const std::byte> bytes);
  // Lower-case hexadecimal; ends the computation.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace mptcpp::apps
