// Numbers as they lie in a packet, read when somebody asks for one: a write of a hundred registers
// passes from the dissector to the rules whole, and nothing is copied out of it.
//
// Owns nothing. A list never promises more numbers than its bytes hold.

#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "dissectors/reader.hpp"

namespace prahari {

class NumberList {
 public:
  enum class Form : std::uint8_t { bit, whole, with_sign, real };  // bit: the lowest comes first
  enum class Order : std::uint8_t { big, little };

  NumberList() = default;
  // Elements of `width` bytes: 1, 2, 4 or 8, of a real number 4 or 8. Anything else: empty.
  NumberList(Bytes bytes, Form form, std::size_t width, Order order) noexcept
      : bytes_(as_text(bytes)),
        form_(form),
        width_(static_cast<std::uint8_t>(width)),
        order_(order) {
    const bool real = form == Form::real;
    const bool known = width == 4 || width == 8 || (!real && (width == 1 || width == 2));
    count_ = form == Form::bit ? static_cast<std::uint32_t>(bytes.size() * 8)
             : known           ? static_cast<std::uint32_t>(bytes.size() / width)
                               : 0;
  }
  static NumberList of_bits(Bytes bytes, std::size_t count) noexcept {
    NumberList out{bytes, Form::bit, 1, Order::big};
    out.count_ = static_cast<std::uint32_t>(std::min<std::size_t>(out.count_, count));
    return out;
  }
  static NumberList of(std::span<const double> numbers) noexcept {
    constexpr Order kNative =
        std::endian::native == std::endian::little ? Order::little : Order::big;
    return {std::as_bytes(numbers), Form::real, sizeof(double), kNative};
  }

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  // Zero beyond the end.
  [[nodiscard]] double operator[](std::size_t at) const noexcept {
    return at >= count_ ? 0 : form_ == Form::bit ? bit_at(at) : number(raw_at(at));
  }

  // What the list lies in, for whoever keeps it, and the same list over the copy.
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
  void move_to(std::string_view copy) noexcept { bytes_ = copy.substr(0, bytes_.size()); }

 private:
  [[nodiscard]] double bit_at(std::size_t at) const noexcept {
    return (std::uint32_t{static_cast<unsigned char>(bytes_[at / 8])} >> at % 8) & 1U;
  }

  [[nodiscard]] std::uint64_t raw_at(std::size_t at) const noexcept {
    const std::string_view raw = bytes_.substr(at * width_, width_);
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const std::size_t from = order_ == Order::big ? i : raw.size() - 1 - i;
      out = out << 8U | static_cast<unsigned char>(raw[from]);
    }
    return out;
  }

  [[nodiscard]] double number(std::uint64_t raw) const noexcept {
    const unsigned unused = 64U - 8U * width_;
    if (form_ == Form::real) {
      return width_ == 4 ? double{std::bit_cast<float>(static_cast<std::uint32_t>(raw))}
                         : std::bit_cast<double>(raw);
    }
    return form_ == Form::with_sign
               ? static_cast<double>(static_cast<std::int64_t>(raw << unused) >> unused)
               : static_cast<double>(raw);
  }

  std::string_view bytes_;
  std::uint32_t count_ = 0;
  Form form_ = Form::whole;
  std::uint8_t width_ = 1;
  Order order_ = Order::big;
};

}  // namespace prahari
