#include "inventory/io_view.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "dissectors/unit.hpp"
#include "inventory/number_text.hpp"

namespace prahari {
namespace {

std::string hex_text(unsigned value, int digits) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), "0x%0*X", digits, value);
  return out.data();
}

// "10 ms", "9.998 ms".
std::string milliseconds_text(std::uint64_t microseconds) {
  std::string out = with_commas(microseconds / 1000);
  if (const std::uint64_t rest = microseconds % 1000; rest != 0) {
    std::string digits = std::to_string(1000 + rest);
    digits[0] = '.';
    out += digits.substr(0, digits.find_last_not_of('0') + 1);
  }
  return out + " ms";
}

std::string_view use_words(Connection::Use use) noexcept {
  switch (use) {
    case Connection::Use::exclusive_owner:
      return "exclusive owner";
    case Connection::Use::input_only:
      return "input only";
    case Connection::Use::listen_only:
      return "listen only";
    case Connection::Use::unknown:
      break;
  }
  return "of unknown use";
}

}  // namespace

std::string io_kind_text(const IoConnection& io) {
  if (!io.opened) {
    return io.sides_known ? "opening not seen" : "opening not seen, sides not known";
  }
  std::string out{use_words(io.use)};
  out += ", class " + std::to_string(io.transport_class) + ", serial " + hex_text(io.serial, 4);
  if (is_slot(io.unit) || is_route(io.unit)) {
    out += ", " + unit_words(io.unit);
  }
  return out + (io.closed ? ", closed" : "");
}

std::string io_half_text(const IoHalf& half) {
  if (!half.known()) {
    return {};
  }
  std::string out = "id " + hex_text(half.id, 8);
  if (half.multicast) {
    out += half.group.empty() ? ", multicast" : ", multicast to " + to_string(half.group);
  }
  if (half.agreed_us != 0) {
    out += ", " + milliseconds_text(half.requested_us) + " asked";
    out += ", " + milliseconds_text(half.agreed_us) + " granted";
  }
  if (half.packets == 0) {
    return out + ", nothing seen";
  }
  if (const auto measured = half.measured_us()) {
    out += ", " + milliseconds_text(*measured) + " measured";
  }
  out += ", " + plural(half.data_size, "byte") + ", " + plural(half.packets, "packet");
  if (half.lost > 0) {
    out += ", " + with_commas(half.lost) + " lost";
  }
  if (half.repeated > 0) {
    out += ", " + with_commas(half.repeated) + " repeated";
  }
  if (half.run != Production::Run::unknown) {
    out += ", ";
    out += to_string(half.run);
  }
  return out;
}

}  // namespace prahari
