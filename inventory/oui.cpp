#include "inventory/oui.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "inventory/csv_reader.hpp"

namespace prahari {
namespace {

constexpr unsigned kMacBits = 48;
constexpr auto kAssignments = std::to_array<std::uint8_t>({36, 28, 24});  // MA-S, MA-M, MA-L

std::uint64_t number_of(const MacAddress& mac) noexcept {
  std::uint64_t out = 0;
  for (const std::uint8_t octet : mac.octets) {
    out = out << 8U | octet;
  }
  return out;
}

// The digits of a prefix as a number in 48 bits, and how many bits they are; 0 if they make none.
std::pair<std::uint64_t, std::uint8_t> parse_prefix(std::string_view text) noexcept {
  std::uint64_t prefix = 0;
  unsigned bits = 0;
  for (const char c : text) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
    } else if (c == ':' || c == '-') {
      continue;
    } else {
      return {0, 0};
    }
    if (bits == kMacBits) {
      return {0, 0};
    }
    prefix = prefix << 4U | digit;
    bits += 4;
  }
  const bool assigned = std::ranges::find(kAssignments, bits) != kAssignments.end();
  return assigned ? std::pair{prefix << (kMacBits - bits), static_cast<std::uint8_t>(bits)}
                  : std::pair{std::uint64_t{0}, std::uint8_t{0}};
}

bool of_ieee(std::string_view cell) noexcept {
  return cell == "MA-L" || cell == "MA-M" || cell == "MA-S" || cell == "IAB";
}

}  // namespace

Result<OuiTable> OuiTable::load(const std::filesystem::path& csv) {
  OuiTable out;
  const Status read = read_csv(csv, [&out](const std::vector<std::string>& cells) -> std::string {
    if (cells[0] == "prefix" || cells[0] == "Registry") {
      return {};
    }
    const std::size_t at = of_ieee(cells[0]) ? 1 : 0;
    if (cells.size() < at + 2 || cells[at + 1].empty()) {
      return "expected \"prefix,vendor\"";
    }
    const auto [prefix, bits] = parse_prefix(cells[at]);
    if (bits == 0) {
      return "expected a prefix of 6, 7 or 9 hex digits, found \"" + cells[at] + "\"";
    }
    out.entries_.push_back({prefix, bits, cells[at + 1]});
    return {};
  });
  if (!read) {
    return read.error();
  }
  std::ranges::stable_sort(out.entries_, {}, [](const Entry& e) {
    return std::tuple{e.bits, e.prefix};
  });
  return out;
}

std::string_view OuiTable::vendor(const MacAddress& mac) const noexcept {
  if (mac.empty() || mac.group() || mac.locally_administered()) {
    return {};
  }
  const std::uint64_t number = number_of(mac);
  for (const std::uint8_t bits : kAssignments) {
    const std::uint64_t prefix = number >> (kMacBits - bits) << (kMacBits - bits);
    const auto after =
        std::ranges::upper_bound(entries_, std::tuple{bits, prefix}, {}, [](const Entry& e) {
          return std::tuple{e.bits, e.prefix};
        });
    if (after != entries_.begin() && std::prev(after)->bits == bits &&
        std::prev(after)->prefix == prefix) {
      return std::prev(after)->vendor;
    }
  }
  return {};
}

}  // namespace prahari
