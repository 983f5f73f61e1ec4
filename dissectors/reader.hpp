// A bounds-checked cursor over bytes that came off the wire.
//
// Reads never run past the view. The first read that does not fit makes the
// Reader fail for good: it and every later read yield zero or an empty view.
// A parser therefore reads a whole header first and asks ok() once, before it
// uses the values.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "capture/packet.hpp"

namespace prahari {

namespace detail {

// Bytes as one integer, or zero when there are none. A fold rather than a loop,
// because compilers turn it into one load and, where needed, one byte swap.
template <class T, std::endian Order, std::size_t... I>
[[gnu::always_inline]] constexpr T join(Bytes raw, std::index_sequence<I...> /*bytes*/) noexcept {
  constexpr std::size_t kLast = sizeof...(I) - 1;
  if (raw.empty()) {
    return 0;
  }
  return static_cast<T>(
      ((std::to_integer<std::uint64_t>(raw[I]) << 8 * (Order == std::endian::big ? kLast - I : I)) |
       ...));
}

template <class T, std::size_t N = sizeof(T)>
[[gnu::always_inline]] constexpr T join_be(Bytes raw) noexcept {
  return join<T, std::endian::big>(raw, std::make_index_sequence<N>{});
}

template <class T, std::size_t N = sizeof(T)>
[[gnu::always_inline]] constexpr T join_le(Bytes raw) noexcept {
  return join<T, std::endian::little>(raw, std::make_index_sequence<N>{});
}

}  // namespace detail

// The bytes of a text, and bytes as text. Neither owns, neither validates.
inline Bytes as_bytes(std::string_view text) noexcept { return std::as_bytes(std::span{text}); }
inline std::string_view as_text(Bytes raw) noexcept {
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

class Reader {
 public:
  constexpr explicit Reader(Bytes bytes) noexcept : rest_(bytes), end_(bytes.size()) {}

  [[nodiscard]] constexpr bool ok() const noexcept { return ok_; }
  [[nodiscard]] constexpr bool done() const noexcept { return ok_ && rest_.empty(); }
  [[nodiscard]] constexpr std::size_t remaining() const noexcept { return rest_.size(); }
  [[nodiscard]] constexpr std::size_t offset() const noexcept { return end_ - rest_.size(); }
  // Everything not read yet, without reading it.
  [[nodiscard]] constexpr Bytes rest() const noexcept { return rest_; }

  [[gnu::always_inline]] constexpr std::uint8_t u8() noexcept {
    return detail::join_be<std::uint8_t>(take(1));
  }
  [[gnu::always_inline]] constexpr std::uint16_t be16() noexcept {
    return detail::join_be<std::uint16_t>(take(2));
  }
  [[gnu::always_inline]] constexpr std::uint32_t be24() noexcept {
    return detail::join_be<std::uint32_t, 3>(take(3));
  }
  [[gnu::always_inline]] constexpr std::uint32_t be32() noexcept {
    return detail::join_be<std::uint32_t>(take(4));
  }
  [[gnu::always_inline]] constexpr std::uint64_t be64() noexcept {
    return detail::join_be<std::uint64_t>(take(8));
  }
  [[gnu::always_inline]] constexpr std::uint16_t le16() noexcept {
    return detail::join_le<std::uint16_t>(take(2));
  }
  [[gnu::always_inline]] constexpr std::uint32_t le24() noexcept {
    return detail::join_le<std::uint32_t, 3>(take(3));
  }
  [[gnu::always_inline]] constexpr std::uint32_t le32() noexcept {
    return detail::join_le<std::uint32_t>(take(4));
  }
  [[gnu::always_inline]] constexpr std::uint64_t le64() noexcept {
    return detail::join_le<std::uint64_t>(take(8));
  }

  // The next n bytes, in place. The view lives as long as the packet does. Made part of whoever
  // calls it: the length is then known there, and the checks below fold into this one.
  [[gnu::always_inline]] constexpr Bytes take(std::size_t n) noexcept {
    if (n > rest_.size()) {
      fail();
      return {};
    }
    const Bytes head{rest_.data(), n};
    rest_ = Bytes{rest_.data() + n, rest_.size() - n};
    return head;
  }

  [[gnu::always_inline]] constexpr void skip(std::size_t n) noexcept { take(n); }

  // A Reader confined to the next n bytes, for a field that carries its own
  // length. It has failed already when those bytes are not there.
  constexpr Reader sub(std::size_t n) noexcept {
    Reader field{take(n)};
    field.ok_ = ok_;
    return field;
  }

  // The next n bytes as text. Not terminated, not validated.
  std::string_view text(std::size_t n) noexcept { return as_text(take(n)); }

  // For a value that is there but makes no sense.
  constexpr void fail() noexcept {
    ok_ = false;
    end_ = offset();
    rest_ = {};
  }

 private:
  Bytes rest_;
  std::size_t end_;  // offset of the last byte plus one
  bool ok_ = true;
};

}  // namespace prahari
