// Short texts put together from numbers and names, in place.

#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace prahari::enip {

// What does not fit is cut off.
template <std::size_t N>
class ShortText {
 public:
  // Made and copied for every message, so only what is in use is touched.
  ShortText() noexcept {}  // NOLINT(modernize-use-equals-default,*-member-init): not zeroed
  ShortText(const ShortText& other) noexcept { add(other.view()); }  // NOLINT(*-member-init)
  ShortText& operator=(const ShortText& other) noexcept {
    if (this != &other) {
      clear();
      add(other.view());
    }
    return *this;
  }
  ~ShortText() = default;

  [[nodiscard]] std::string_view view() const noexcept { return {chars_.data(), size_}; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  void clear() noexcept { size_ = 0; }
  void shorten(std::size_t size) noexcept { size_ = std::min(size, size_); }

  ShortText& add(std::string_view text) noexcept {
    const std::size_t count = std::min(text.size(), N - size_);
    if (count > 0) {
      std::memcpy(chars_.data() + size_, text.data(), count);
    }
    size_ += count;
    return *this;
  }
  ShortText& add(std::uint64_t value) noexcept { return add_number(value, 10, 1); }
  ShortText& add_hex(std::uint64_t value, std::size_t digits) noexcept {
    return add_number(value, 16, digits);
  }

 private:
  ShortText& add_number(std::uint64_t value, int base, std::size_t least) noexcept {
    std::array<char, 20> digits{};
    const char* const end = std::to_chars(digits.begin(), digits.end(), value, base).ptr;
    const auto count = static_cast<std::size_t>(end - digits.data());
    for (std::size_t i = count; i < least; ++i) {
      add("0");
    }
    for (std::size_t i = 0; i < count; ++i) {
      const char c = digits[i];
      const char upper = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
      add(std::string_view{&upper, 1});
    }
    return *this;
  }

  std::array<char, N> chars_;
  std::size_t size_ = 0;
};

}  // namespace prahari::enip
