#include "alerts/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "dissectors/hex_text.hpp"

namespace prahari {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Lead {
  int more;        // continuation bytes
  char32_t bits;   // payload of the first byte
  char32_t least;  // smallest code point of this length: shorter forms are overlong
};

Lead lead_of(unsigned char byte) noexcept {
  if (byte < 0x80) {
    return {0, byte, 0};
  }
  if ((byte & 0xE0U) == 0xC0) {
    return {1, byte & 0x1FU, 0x80};
  }
  if ((byte & 0xF0U) == 0xE0) {
    return {2, byte & 0x0FU, 0x800};
  }
  if ((byte & 0xF8U) == 0xF0) {
    return {3, byte & 0x07U, 0x10000};
  }
  return {-1, 0, 0};
}

// "\x1b" or "\u202e", as a person reads it.
void append_visible(std::string& out, char32_t code_point) {
  if (code_point == '\n' || code_point == '\t' || code_point == '\r') {
    out += ' ';
    return;
  }
  out += code_point < 0x80 ? "\\x" : "\\u";
  append_hex(out, code_point, code_point < 0x80 ? 2 : 4);
}

std::string cut_text(std::string_view text, std::size_t limit) {
  std::string out;
  out.reserve(std::min(text.size(), limit));
  std::size_t shown = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (shown++ == limit) {
      out += "...";
      break;
    }
    const char32_t code_point = next_code_point(text, at);
    if (is_unsafe(code_point)) {
      append_visible(out, code_point);
    } else {
      append_utf8(out, code_point);
    }
  }
  return out;
}

// Where the line that begins the text ends: before the word that no longer fits. Counts code
// points, and leaves them whole.
std::size_t line_end(std::string_view text, std::size_t width) noexcept {
  std::size_t end = 0;
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      end = at;
    }
    const std::size_t begin = at;
    static_cast<void>(next_code_point(text, at));
    if (++columns > width) {
      return end > 0 ? end : begin;
    }
  }
  return text.size();
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) noexcept {
  const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
  ++at;
  if (lead.more < 0) {
    return kReplacement;
  }
  char32_t value = lead.bits;
  std::size_t next = at;
  for (int i = 0; i < lead.more; ++i, ++next) {
    if (next == text.size() || (static_cast<unsigned char>(text[next]) & 0xC0U) != 0x80) {
      return kReplacement;
    }
    value = value << 6U | (static_cast<unsigned char>(text[next]) & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < lead.least || value > 0x10FFFF || surrogate) {
    return kReplacement;
  }
  at = next;
  return value;
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0U | code_point >> 6U);
    put(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    put(0xE0U | code_point >> 12U);
    put(0x80U | (code_point >> 6U & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  } else {
    put(0xF0U | code_point >> 18U);
    put(0x80U | (code_point >> 12U & 0x3FU));
    put(0x80U | (code_point >> 6U & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  }
}

bool is_unsafe(char32_t code_point) noexcept {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) || code_point == 0x061C ||
         code_point == 0x00AD || code_point == 0x200B ||
         (code_point >= 0x200E && code_point <= 0x200F) ||
         (code_point >= 0x2028 && code_point <= 0x202E) ||
         (code_point >= 0x2060 && code_point <= 0x206F) || code_point == 0xFEFF ||
         (code_point >= 0xFFF9 && code_point <= 0xFFFB);
}

void append_html(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code_point = next_code_point(text, at);
    switch (code_point) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
        out += '\n';
        break;
      default:
        if (is_unsafe(code_point)) {
          append_visible(out, code_point);
        } else {
          append_utf8(out, code_point);
        }
    }
  }
}

std::string terminal_text(std::string_view text, std::size_t limit) {
  return cut_text(text, limit);
}

std::vector<std::string_view> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = line_end(text, std::max<std::size_t>(width, 1));
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
  }
  return lines;
}

std::string plain_text(std::string_view text, std::size_t limit) { return cut_text(text, limit); }

std::string dump_json(const nlohmann::ordered_json& value, int indent) {
  const std::string dumped =
      value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string out;
  out.reserve(dumped.size());
  for (std::size_t at = 0; at < dumped.size();) {
    const std::size_t begin = at;
    const char32_t code_point = next_code_point(dumped, at);
    // Outside strings a dump holds nothing unsafe but the line ends of an indented one.
    if (code_point >= 0x7F && is_unsafe(code_point)) {
      out += "\\u";
      append_hex(out, code_point, 4);
    } else {
      out.append(dumped, begin, at - begin);
    }
  }
  return out;
}

std::string number_text(double number) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::string{text.data(), end} : std::string{};
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) {
    return std::to_string(bytes) + " B";
  }
  std::size_t unit = 1;
  std::uint64_t scale = 1000;
  while (unit + 1 < kUnits.size() && bytes / scale >= 1000) {
    scale *= 1000;
    ++unit;
  }
  const std::uint64_t tenths = bytes / (scale / 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " +
         std::string(kUnits[unit]);
}

}  // namespace prahari
