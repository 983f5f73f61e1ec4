// Helpers shared by the unit tests.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace prahari::test {

// "0001 0000 0006" to bytes. Anything but hex digits is skipped.
inline std::vector<std::byte> hex(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
      return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::vector<std::byte> out;
  int high = -1;
  for (const char c : text) {
    const int low = digit(c);
    if (low < 0) {
      continue;
    }
    if (high < 0) {
      high = low;
      continue;
    }
    out.push_back(static_cast<std::byte>(high << 4 | low));
    high = -1;
  }
  return out;
}

}  // namespace prahari::test
