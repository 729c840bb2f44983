// SPDX-License-Identifier: Apache-2.0
// Switches that mutate.py writes into a copy of the sources: every mutant is compiled in, and the environment variable MUTANT
// says which one is on. So three hundred mutants cost one build.
//
// A comparison `a < b` becomes `a <mutation::Infix<17, '<'>{}> b`: the tag takes the left side, the second operator the right
// side, at the same precedence. (Textually, operands need not be found.) `a && b` becomes `a && mutation::Keep(17) && b`, which is
// false when on; `a || b` likewise true. A number n becomes mutation::Number<17>(n), which is n + 1 when on.
#pragma once

#include <cstdlib>

namespace mutation {

inline int Active() {
  static const int active = [] {
    const char* text = std::getenv("MUTANT");
    return text != nullptr ? std::atoi(text) : -1;
  }();
  return active;
}

inline bool Keep(int id) { return Active() != id; }
inline bool Force(int id) { return Active() == id; }

template <int kId, typename T>
T Number(T n) {
  return Active() == kId ? static_cast<T>(n + 1) : n;
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
  const bool on = Active() == kId;
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
