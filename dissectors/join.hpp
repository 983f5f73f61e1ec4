// Several texts as one.

#pragma once

#include <string>
#include <string_view>

namespace prahari {

// "a, b, c"
template <class Texts>
[[nodiscard]] std::string joined(const Texts& texts, std::string_view between = ", ") {
  std::string out;
  bool first = true;
  for (const auto& text : texts) {
    if (!first) {
      out += between;
    }
    first = false;
    out += text;
  }
  return out;
}

}  // namespace prahari
