// SPDX-License-Identifier: Apache-2.0
// Loads and stores in network byte order, at any alignment. Bounds are the caller's.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mptcpp {

template <typename T>
inline T LoadBig(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  if constexpr (std::endian::native == std::endian::little && sizeof(T) > 1) {
    if constexpr (sizeof(T) == 2) value = static_cast<T>(__builtin_bswap16(value));
    if constexpr (sizeof(T) == 4) value = static_cast<T>(__builtin_bswap32(value));
    if constexpr (sizeof(T) == 8) value = static_cast<T>(__builtin_bswap64(value));
  }
  return value;
}

template <typename T>
inline void StoreBig(std::byte* to, T value) {
  if constexpr (std::endian::native == std::endian::little && sizeof(T) > 1) {
    if constexpr (sizeof(T) == 2) value = static_cast<T>(__builtin_bswap16(value));
    if constexpr (sizeof(T) == 4) value = static_cast<T>(__builtin_bswap32(value));
    if constexpr (sizeof(T) == 8) value = static_cast<T>(__builtin_bswap64(value));
  }
  std::memcpy(to, &value, sizeof value);
}

inline std::uint8_t Load8(const std::byte* p) { return static_cast<std::uint8_t>(*p); }
inline std::uint16_t Load16(const std::byte* p) { return LoadBig<std::uint16_t>(p); }
inline std::uint32_t Load32(const std::byte* p) { return LoadBig<std::uint32_t>(p); }
inline std::uint64_t Load64(const std::byte* p) { return LoadBig<std::uint64_t>(p); }
inline void Store8(std::byte* p, std::uint8_t v) { *p = static_cast<std::byte>(v); }
inline void Store16(std::byte* p, std::uint16_t v) { StoreBig(p, v); }
inline void Store32(std::byte* p, std::uint32_t v) { StoreBig(p, v); }
inline void Store64(std::byte* p, std::uint64_t v) { StoreBig(p, v); }

}  // namespace mptcpp
