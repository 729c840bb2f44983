// SPDX-License-Identifier: Apache-2.0
// A growable ring: a queue with random access that stops allocating once it has seen its largest size.
// std::deque would allocate and free a node every few elements for as long as data flows.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/check.h"

namespace mptcpp::core {

template <typename T>
class Ring {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  T& operator[](std::size_t i) {
    MPTCPP_DCHECK(i < size_);
    return slots_[(head_ + i) & (slots_.size() - 1)];
  }
  const T& operator[](std::size_t i) const {
    MPTCPP_DCHECK(i < size_);
    return slots_[(head_ + i) & (slots_.size() - 1)];
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  T& push_back(T value) {
    if (size_ == slots_.size()) Grow();
    ++size_;
    return back() = std::move(value);
  }
  void pop_front() {
    front() = T{};
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
  }
  void pop_back() {
    back() = T{};
    --size_;
  }
  // Puts `value` before element i (i == size(): at the end).
  void insert(std::size_t i, T value) {
    push_back(T{});
    for (std::size_t j = size_ - 1; j > i; --j) (*this)[j] = std::move((*this)[j - 1]);
    (*this)[i] = std::move(value);
  }
  void erase(std::size_t i) {
    for (; i + 1 < size_; ++i) (*this)[i] = std::move((*this)[i + 1]);
    pop_back();
  }
  void clear() {
    while (!empty()) pop_front();
    head_ = 0;
  }

 private:
  void Grow() {
    std::vector<T> larger(slots_.empty() ? 8 : slots_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    slots_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> slots_;  // a power of two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace mptcpp::core
