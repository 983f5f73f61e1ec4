// Pieces of inline SVG. Colours and fonts come from the style sheet of the page by class, so that
// paper and dark screens get their own.

#pragma once

#include <string>
#include <string_view>

#include "alerts/html.hpp"

namespace prahari::svg {

struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  [[nodiscard]] int right() const noexcept { return x + width; }
  [[nodiscard]] int bottom() const noexcept { return y + height; }
};

[[nodiscard]] inline std::string attribute(std::string_view name, int value) {
  return " " + std::string(name) + "=\"" + std::to_string(value) + "\"";
}

inline void rect(Html& page, const Rect& box, std::string_view kind, int radius = 0) {
  page.raw("<rect class=\"").raw(kind).raw("\"").raw(attribute("x", box.x));
  page.raw(attribute("y", box.y)).raw(attribute("width", box.width));
  page.raw(attribute("height", box.height));
  page.raw(radius == 0 ? std::string{} : attribute("rx", radius)).raw("/>");
}

inline void text(Html& page, int x, int y, std::string_view words, std::string_view kind) {
  page.raw("<text class=\"").raw(kind).raw("\"").raw(attribute("x", x)).raw(attribute("y", y));
  page.raw(">").text(words).raw("</text>");
}

// Bold words in a space: squeezed a little where they would not fit, cut where that is not enough.
void squeezed(Html& page, const Rect& space, std::string_view words, std::string_view kind,
              int size);

// How wide the words are about, in hundredths of the size of the letters.
[[nodiscard]] int width_of(std::string_view words) noexcept;

// Cut to what fits so many pixels in letters of that size; always valid UTF-8 without controls.
[[nodiscard]] std::string fit(std::string_view words, int pixels, int size);

}  // namespace prahari::svg
