// Asks memory for an object that is needed soon. No more than a hint: it changes nothing, and a
// null pointer does no harm.

#pragma once

#include <cstddef>

namespace prahari {

inline constexpr std::size_t kCacheLine = 64;

template <class T>
void prefetch_object(const T* object) noexcept {
  if (object == nullptr) {
    return;
  }
  const auto* const bytes = reinterpret_cast<const char*>(object);
  for (std::size_t at = 0; at < sizeof(T); at += kCacheLine) {
    __builtin_prefetch(bytes + at);
  }
  if constexpr (sizeof(T) % kCacheLine != 0 || alignof(T) % kCacheLine != 0) {
    __builtin_prefetch(bytes + sizeof(T) - 1);
  }
}

}  // namespace prahari
