// The fields of a header of known size: one check for all of its bytes, made when it is taken, and
// each place checked by the compiler.
//
//   const auto header = FixedHeader<14>::take(rest);  // `rest` then begins behind it
//   if (!header) { return truncated; }
//   const std::uint16_t type = header->be16<12>();

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "dissectors/reader.hpp"

namespace prahari {

template <std::size_t Size>
class FixedHeader {
 public:
  using View = std::span<const std::byte, Size>;

  // Empty when there are fewer bytes; `rest` stays as it is then.
  static constexpr std::optional<FixedHeader> take(Bytes& rest) noexcept {
    std::optional<FixedHeader> header = peek(rest);
    if (header) {
      rest = rest.subspan(Size);
    }
    return header;
  }
  static constexpr std::optional<FixedHeader> peek(Bytes rest) noexcept {
    if (rest.size() < Size) {
      return std::nullopt;
    }
    return FixedHeader{rest.first<Size>()};
  }

  template <std::size_t At>
  [[nodiscard]] constexpr std::uint8_t u8() const noexcept {
    return std::to_integer<std::uint8_t>(view_[At]);
  }
  template <std::size_t At>
  [[nodiscard]] constexpr std::uint16_t be16() const noexcept {
    return detail::join_be<std::uint16_t>(part<At, 2>());
  }
  template <std::size_t At>
  [[nodiscard]] constexpr std::uint32_t be32() const noexcept {
    return detail::join_be<std::uint32_t>(part<At, 4>());
  }
  template <std::size_t At, std::size_t Count>
  [[nodiscard]] constexpr std::span<const std::byte, Count> part() const noexcept {
    static_assert(At + Count <= Size);
    return view_.template subspan<At, Count>();
  }
  // At once, where a loop over octets would take a step for each.
  template <std::size_t At, std::size_t Count>
  void copy(std::array<std::uint8_t, Count>& out) const noexcept {
    copy<At, Count>(std::span<std::uint8_t, Count>{out});
  }
  template <std::size_t At, std::size_t Count>
  void copy(std::span<std::uint8_t, Count> out) const noexcept {
    std::memcpy(out.data(), part<At, Count>().data(), Count);
  }

 private:
  constexpr explicit FixedHeader(View view) noexcept : view_(view) {}

  View view_;
};

}  // namespace prahari
