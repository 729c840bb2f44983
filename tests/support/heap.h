// SPDX-License-Identifier: Apache-2.0
// Counts the bytes that this program holds on the heap. Include it in one source of a program: it replaces operator new.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace mptcpp::testing {
inline std::size_t heap_bytes = 0;  // as the allocator rounds them
}

// noinline: the pair must stay a pair in the eyes of the optimiser.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (!memory) std::abort();
  mptcpp::testing::heap_bytes += malloc_usable_size(memory);
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  mptcpp::testing::heap_bytes -= malloc_usable_size(memory);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
