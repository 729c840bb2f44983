// SPDX-License-Identifier: Apache-2.0
// Switches that mutate.py writes into a copy of the sources: every mutant is compiled in, and the environment variable MUTANT
// says which one is on. So all mutants together cost one build.
//
// A comparison `a < b` becomes `a < mutation::Infix<17, Op::kLess>{} > b`: the tag takes the left side, the second operator the
// right side, at the same precedence. (Textually, operands need not be found.) `a && b` becomes `a && mutation::Keep(17) && b`,
// which is false when on; `a || b` likewise true. A number n becomes mutation::Number<17>(n), which is n + 1 when on.
//
// With MUTANTS_REACHED=file the program instead appends to that file, at its end, the numbers of the mutants that it came by.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace mutation {

class Switchboard {
 public:
  static Switchboard& The() {
    static auto* const board = new Switchboard;  // never destroyed: destructors of the program may come by
    return *board;
  }

  bool On(int id) {
    if (reached_ != nullptr && id < kMost) reached_[id] = true;
    return id == active_;
  }

 private:
  static constexpr int kMost = 1 << 16;

  Switchboard() {
    if (const char* text = std::getenv("MUTANT")) active_ = std::atoi(text);
    if (std::getenv("MUTANTS_REACHED") == nullptr) return;
    reached_ = new bool[kMost]();
    std::atexit([] { The().Write(std::getenv("MUTANTS_REACHED")); });
  }

  void Write(const char* path) {
    std::FILE* file = std::fopen(path, "a");
    if (file == nullptr) std::abort();
    for (int id = 0; id < kMost; ++id) {
      if (reached_[id]) std::fprintf(file, "%d\n", id);
    }
    std::fclose(file);
  }

  int active_ = -1;
  bool* reached_ = nullptr;
};

inline bool On(int id) { return Switchboard::The().On(id); }

inline bool Keep(int id) { return !On(id); }
inline bool Force(int id) { return On(id); }

template <int kId, typename T>
T Number(T n) {
  return On(kId) ? static_cast<T>(n + 1) : n;
}

enum class Op { kLess, kLessEqual, kGreater, kGreaterEqual, kEqual, kNotEqual, kPlus, kMinus };

template <int kId, Op kOp>
struct Infix {};

template <int kId, Op kOp, typename L>
struct Left {
  const L& left;
};

template <int kId, Op kOp, typename L, typename R>
auto Apply(const L& a, const R& b) {
  const bool on = On(kId);
  if constexpr (kOp == Op::kLess) return on ? a <= b : a < b;
  if constexpr (kOp == Op::kLessEqual) return on ? a < b : a <= b;
  if constexpr (kOp == Op::kGreater) return on ? a >= b : a > b;
  if constexpr (kOp == Op::kGreaterEqual) return on ? a > b : a >= b;
  if constexpr (kOp == Op::kEqual) return on ? a != b : a == b;
  if constexpr (kOp == Op::kNotEqual) return on ? a == b : a != b;
  if constexpr (kOp == Op::kPlus) return on ? static_cast<decltype(a + b)>(a - b) : a + b;
  if constexpr (kOp == Op::kMinus) return on ? static_cast<decltype(a - b)>(a + b) : a - b;
}

template <int kId, Op kOp, typename L>
Left<kId, kOp, L> operator<(const L& left, Infix<kId, kOp>) {
  return {left};
}
template <int kId, Op kOp, typename L>
Left<kId, kOp, L> operator==(const L& left, Infix<kId, kOp>) {
  return {left};
}
template <int kId, Op kOp, typename L>
Left<kId, kOp, L> operator+(const L& left, Infix<kId, kOp>) {
  return {left};
}
template <int kId, Op kOp, typename L, typename R>
auto operator>(const Left<kId, kOp, L>& left, const R& right) {
  return Apply<kId, kOp>(left.left, right);
}
template <int kId, Op kOp, typename L, typename R>
auto operator==(const Left<kId, kOp, L>& left, const R& right) {
  return Apply<kId, kOp>(left.left, right);
}
template <int kId, Op kOp, typename L, typename R>
auto operator+(const Left<kId, kOp, L>& left, const R& right) {
  return Apply<kId, kOp>(left.left, right);
}

}  // namespace mutation
