#include "dissectors/address.hpp"

#include <charconv>

namespace prahari {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_number(std::string& out, unsigned value, int base) {
  std::array<char, 8> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, base).ptr;
  out.append(text.data(), end);
}

void append_v4(std::string& out, std::span<const std::uint8_t> octets) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) {
      out += '.';
    }
    append_number(out, octets[i], 10);
  }
}

using Groups = std::array<std::uint16_t, 8>;

Groups groups_of(const IpAddress& ip) noexcept {
  Groups groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i] = static_cast<std::uint16_t>(ip.octets[2 * i] << 8 | ip.octets[2 * i + 1]);
  }
  return groups;
}

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

// RFC 5952, 4.2: the longest run of zero groups, the first of equals, never a single one.
Run longest_zeros(const Groups& groups) noexcept {
  Run best;
  Run here;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    here = groups[i] != 0 ? Run{i + 1, 0} : Run{here.begin, here.size + 1};
    if (here.size > best.size) {
      best = here;
    }
  }
  return best.size > 1 ? best : Run{groups.size(), 0};
}

void append_v6(std::string& out, const IpAddress& ip) {
  const Groups groups = groups_of(ip);
  const Run zeros = longest_zeros(groups);
  if (zeros.begin == 0 && zeros.size == 5 && groups[5] == 0xffff) {  // RFC 5952, 5
    out += "::ffff:";
    append_v4(out, std::span{ip.octets}.subspan(12));
    return;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == zeros.begin) {
      out += "::";
      i += zeros.size - 1;
      continue;
    }
    if (i > 0 && i != zeros.begin + zeros.size) {
      out += ':';
    }
    append_number(out, groups[i], 16);
  }
}

// Parts of one address text, taken from the front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  bool literal(std::string_view text) noexcept {
    if (!rest_.starts_with(text)) {
      return false;
    }
    rest_.remove_prefix(text.size());
    return true;
  }

  // One to `digits` digits of the base; false, and nothing taken, when there are none or more.
  bool number(int base, std::size_t digits, unsigned& value) noexcept {
    const auto end = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base).ptr;
    const auto size = static_cast<std::size_t>(end - rest_.data());
    if (size == 0 || size > digits || rest_.front() == '-') {
      return false;
    }
    rest_.remove_prefix(size);
    return true;
  }

 private:
  std::string_view rest_;
};

bool parse_v4(std::string_view text, std::span<std::uint8_t> octets) noexcept {
  Scanner in{text};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string_view before = i == 0 || in.literal(".") ? in.rest() : "";
    unsigned value = 0;
    if (!in.number(10, 3, value) || value > 0xff) {
      return false;
    }
    if (before.front() == '0' && before.size() - in.rest().size() > 1) {
      return false;  // some read a leading zero as octal
    }
    octets[i] = static_cast<std::uint8_t>(value);
  }
  return in.done();
}

// Groups of one side of "::", or of the whole text when there is none.
struct Side6 {
  std::array<std::uint8_t, 16> octets{};
  std::size_t size = 0;
};

bool parse_side(std::string_view text, Side6& side) noexcept {
  Scanner in{text};
  while (!in.done()) {
    if (side.size > 0 && !in.literal(":")) {
      return false;
    }
    if (in.rest().find('.') != std::string_view::npos &&
        in.rest().find(':') == std::string_view::npos) {
      const bool fits =
          side.size <= 12 &&
          parse_v4(in.rest(), std::span{side.octets}.subspan(std::min<std::size_t>(side.size, 12)));
      side.size += 4;
      return fits;
    }
    unsigned value = 0;
    if (side.size == side.octets.size() || !in.number(16, 4, value)) {
      return false;
    }
    side.octets[side.size++] = static_cast<std::uint8_t>(value >> 8);
    side.octets[side.size++] = static_cast<std::uint8_t>(value);
  }
  return true;
}

bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& octets) noexcept {
  const std::size_t gap = text.find("::");
  Side6 left;
  Side6 right;
  if (gap == std::string_view::npos) {
    const bool whole = parse_side(text, left) && left.size == octets.size();
    octets = left.octets;
    return whole;
  }
  if (text.substr(0, gap).find('.') != std::string_view::npos ||
      !parse_side(text.substr(0, gap), left) || !parse_side(text.substr(gap + 2), right) ||
      left.size + right.size > octets.size() - 2) {
    return false;
  }
  octets = left.octets;
  std::copy_n(right.octets.begin(), right.size,
              octets.end() - static_cast<std::ptrdiff_t>(right.size));
  return true;
}

}  // namespace

bool IpAddress::unspecified() const noexcept {
  return !empty() && octets == std::array<std::uint8_t, 16>{};
}

bool IpAddress::multicast() const noexcept {
  return v4() ? (octets[0] & 0xf0U) == 0xe0 : v6() && octets[0] == 0xff;
}

bool IpAddress::broadcast() const noexcept {
  return v4() && std::all_of(octets.begin(), octets.begin() + 4, [](auto o) { return o == 0xff; });
}

bool IpAddress::loopback() const noexcept {
  if (v4()) {
    return octets[0] == 127;
  }
  std::array<std::uint8_t, 16> one{};
  one.back() = 1;
  return v6() && octets == one;
}

bool IpAddress::is_private() const noexcept {
  if (loopback()) {
    return true;
  }
  if (v6()) {
    return (octets[0] & 0xfeU) == 0xfc || (octets[0] == 0xfe && (octets[1] & 0xc0U) == 0x80);
  }
  return v4() && (octets[0] == 10 || (octets[0] == 172 && (octets[1] & 0xf0U) == 16) ||
                  (octets[0] == 192 && octets[1] == 168) ||
                  (octets[0] == 100 && (octets[1] & 0xc0U) == 64) ||
                  (octets[0] == 169 && octets[1] == 254));
}

bool IpAddress::within(const IpAddress& network, unsigned prefix) const noexcept {
  if (family != network.family || empty() || prefix > (v4() ? 32U : 128U)) {
    return false;
  }
  const std::size_t whole = prefix / 8;
  if (!std::equal(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  network.octets.begin())) {
    return false;
  }
  const unsigned bits = prefix % 8;
  return bits == 0 || (octets[whole] ^ network.octets[whole]) >> (8 - bits) == 0;
}

void append(std::string& out, const MacAddress& mac) {
  for (std::size_t i = 0; i < mac.octets.size(); ++i) {
    if (i > 0) {
      out += ':';
    }
    out += kHexDigits[mac.octets[i] >> 4U];
    out += kHexDigits[mac.octets[i] & 0x0fU];
  }
}

void append(std::string& out, const IpAddress& ip) {
  if (ip.v4()) {
    append_v4(out, ip.octets);
  } else if (ip.v6()) {
    append_v6(out, ip);
  }
}

std::string to_string(const MacAddress& mac) {
  std::string out;
  append(out, mac);
  return out;
}

std::string to_string(const IpAddress& ip) {
  std::string out;
  append(out, ip);
  return out;
}

bool parse(std::string_view text, MacAddress& mac) noexcept {
  constexpr std::size_t kSize = 17;
  if (text.size() != kSize || (text[2] != ':' && text[2] != '-')) {
    return false;
  }
  Scanner in{text};
  MacAddress out;
  for (std::size_t i = 0; i < out.octets.size(); ++i) {
    unsigned value = 0;
    if ((i > 0 && !in.literal(text.substr(2, 1))) || !in.number(16, 2, value)) {
      return false;
    }
    out.octets[i] = static_cast<std::uint8_t>(value);
  }
  mac = out;
  return in.done();
}

bool parse(std::string_view text, IpAddress& ip) noexcept {
  IpAddress out;
  if (text.find(':') != std::string_view::npos) {
    out.family = IpAddress::Family::v6;
    if (!parse_v6(text, out.octets)) {
      return false;
    }
  } else {
    out.family = IpAddress::Family::v4;
    if (!parse_v4(text, out.octets)) {
      return false;
    }
  }
  ip = out;
  return true;
}

}  // namespace prahari
