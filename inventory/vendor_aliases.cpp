#include "inventory/vendor_aliases.hpp"

#include <algorithm>
#include <utility>

#include "inventory/csv_reader.hpp"

namespace prahari {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

// `alias` is lower-case.
int compare(std::string_view alias, std::string_view text) noexcept {
  for (std::size_t i = 0; i < std::min(alias.size(), text.size()); ++i) {
    const char c = lower(text[i]);
    if (alias[i] != c) {
      return static_cast<unsigned char>(alias[i]) < static_cast<unsigned char>(c) ? -1 : 1;
    }
  }
  return alias.size() == text.size() ? 0 : (alias.size() < text.size() ? -1 : 1);
}

}  // namespace

Result<VendorAliases> VendorAliases::load(const std::filesystem::path& csv) {
  VendorAliases out;
  const Status read = read_csv(csv, [&out](const std::vector<std::string>& cells) -> std::string {
    if (cells.size() != 2 || cells[0].empty() || cells[1].empty()) {
      return "expected \"alias,name\", and quotes around a text with a comma";
    }
    if (cells[0] == "alias") {
      return {};
    }
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {  // the name itself, too
      std::string alias = cells[i];
      std::ranges::transform(alias, alias.begin(), lower);
      out.names_.emplace_back(std::move(alias), cells[1]);
    }
    return {};
  });
  if (!read) {
    return read.error();
  }
  std::ranges::sort(out.names_);
  return out;
}

std::string_view VendorAliases::usual(std::string_view vendor) const noexcept {
  const std::string_view text = trimmed(vendor);
  const auto at = std::partition_point(names_.begin(), names_.end(), [text](const auto& entry) {
    return compare(entry.first, text) < 0;
  });
  return at != names_.end() && compare(at->first, text) == 0 ? std::string_view{at->second} : text;
}

}  // namespace prahari
