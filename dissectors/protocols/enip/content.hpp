// One message of the encapsulation taken apart: header, items, and the CIP message they carry.

#pragma once

#include <cstdint>

#include "dissectors/protocols/enip/encapsulation.hpp"

namespace prahari::enip {

[[nodiscard]] bool carries_cip(std::uint16_t command) noexcept;

struct Content {
  Header header;
  const Command* command = nullptr;
  Items items;
  bool has_items = false;
  bool truncated = false;
  Bytes rest;  // behind everything that is known
  std::uint16_t timeout = 0;
  // What it carries.
  Bytes cip;
  std::uint32_t connection = 0;
  std::uint16_t sequence = 0;
  bool connected = false;

  explicit Content(Bytes bytes) noexcept;

  [[nodiscard]] std::uint8_t service() const noexcept {
    return cip.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(cip.front());
  }

  // An answer, a request, or neither can be told.
  [[nodiscard]] Direction direction() const noexcept;

 private:
  void read_list(Reader& in) noexcept;
  void read_carried(Reader& in) noexcept;
};

}  // namespace prahari::enip
