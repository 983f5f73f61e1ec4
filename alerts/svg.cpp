#include "alerts/svg.hpp"

namespace prahari::svg {
namespace {

// Letters of the usual sans-serif faces, on the wide side, so that text ends before its box does.
int width_of(char32_t letter) noexcept {
  constexpr std::string_view kThin = "iljt.,:;|!'`()[] ";
  constexpr std::string_view kWide = "mwMW@%";
  if (letter >= 0x1100) {  // Hangul, Kana, Han and the like
    return 100;
  }
  if (letter >= 0x80) {
    return 68;
  }
  const char ascii = static_cast<char>(letter);
  if (kThin.find(ascii) != std::string_view::npos) {
    return 34;
  }
  if (kWide.find(ascii) != std::string_view::npos) {
    return 92;
  }
  return ascii >= 'A' && ascii <= 'Z' ? 69 : 58;
}

}  // namespace

int width_of(std::string_view words) noexcept {
  int sum = 0;
  for (std::size_t at = 0; at < words.size();) {
    sum += width_of(next_code_point(words, at));
  }
  return sum;
}

void squeezed(Html& page, const Rect& space, std::string_view words, std::string_view kind,
              int size) {
  constexpr int kBold = 112;  // percent of what regular letters take
  const std::string shown = fit(words, space.width * 118 / kBold, size);
  const int width = width_of(std::string_view{shown}) * size * kBold / 10'000;
  page.raw("<text class=\"").raw(kind).raw("\"").raw(attribute("x", space.x));
  page.raw(attribute("y", space.y));
  if (width > space.width * 96 / 100) {
    page.raw(attribute("textLength", space.width)).raw(" lengthAdjust=\"spacingAndGlyphs\"");
  }
  page.raw(">").text(shown).raw("</text>");
}

std::string fit(std::string_view words, int pixels, int size) {
  std::string whole = plain_text(words, 200);
  const int room = pixels * 100 / size;
  if (width_of(std::string_view{whole}) <= room) {
    return whole;
  }
  constexpr int kDots = 80;
  int used = kDots;
  std::size_t end = 0;
  for (std::size_t at = 0; at < whole.size();) {
    used += width_of(next_code_point(whole, at));
    if (used > room) {
      break;
    }
    end = at;
  }
  return whole.substr(0, end) + "…";
}

}  // namespace prahari::svg
