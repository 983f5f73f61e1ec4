#include "rules/intel.hpp"

#include <algorithm>
#include <array>

#include "inventory/csv_reader.hpp"
#include "rules/wording.hpp"

namespace prahari {
namespace {

using Sort = Indicator::Sort;

constexpr std::size_t kMost = 1'000'000;
constexpr std::size_t kLongestName = 253;
constexpr std::size_t kJa4Size = 36;
constexpr std::array<std::string_view, 3> kSorts = {"ip", "domain", "ja4"};

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_domain(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongestName && text.find('.') != std::string_view::npos &&
         text.front() != '.' && text.back() != '.' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") ==
             std::string_view::npos;
}

// What is wrong with a line, or nothing.
std::string read_line(const std::vector<std::string>& cells, Indicator& out) {
  if (cells.size() != 3) {
    return "expected type,value,what";
  }
  const auto sort = std::ranges::find(kSorts, cells[0]);
  if (sort == kSorts.end()) {
    return "expected a type of " + one_of(kSorts) + ", found " + in_quotes(cells[0]);
  }
  out.sort = static_cast<Sort>(sort - kSorts.begin());
  out.value = lower(cells[1]);
  out.what = printable(cells[2]);
  IpAddress ip;
  if (out.sort == Sort::address && !parse(out.value, ip)) {
    return "expected one address, found " + in_quotes(cells[1]);
  }
  if (out.sort == Sort::domain && !is_domain(out.value)) {
    return "expected a name such as bad.example, found " + in_quotes(cells[1]);
  }
  if (out.sort == Sort::ja4 && out.value.size() != kJa4Size) {
    return "expected a JA4 of 36 characters, found " + in_quotes(cells[1]);
  }
  return out.what.empty() ? "expected in the third cell why it is bad" : "";
}

void sort_by_value(std::vector<const Indicator*>& list) {
  std::ranges::stable_sort(list, {}, [](const Indicator* one) { return one->value; });
}

const Indicator* find_in(const std::vector<const Indicator*>& list,
                         std::string_view value) noexcept {
  const auto found = std::ranges::lower_bound(
      list, value, {}, [](const Indicator* one) { return std::string_view{one->value}; });
  return found == list.end() || (*found)->value != value ? nullptr : *found;
}

}  // namespace

Result<std::vector<Indicator>> load_indicators(const std::filesystem::path& file) {
  std::vector<Indicator> out;
  const Status read = read_csv(file, [&](const std::vector<std::string>& cells) {
    if (out.size() == kMost) {
      return std::string{"more than 1,000,000 indicators; keep those that matter to a plant"};
    }
    Indicator one;
    std::string wrong = read_line(cells, one);
    one.file = file.string();
    out.push_back(std::move(one));
    return wrong;
  });
  if (!read) {
    return read.error();
  }
  return out;
}

Intel::Intel(std::span<const Indicator> indicators) {
  for (const Indicator& one : indicators) {
    IpAddress ip;
    if (one.sort == Sort::domain) {
      domains_.push_back(&one);
    } else if (one.sort == Sort::ja4) {
      ja4s_.push_back(&one);
    } else if (parse(one.value, ip)) {
      addresses_.push_back({ip, &one});
    }
  }
  std::ranges::stable_sort(addresses_, {}, &ByAddress::ip);
  sort_by_value(domains_);
  sort_by_value(ja4s_);
}

bool Intel::has(Sort sort) const noexcept {
  return sort == Sort::address ? !addresses_.empty()
                               : !(sort == Sort::domain ? domains_ : ja4s_).empty();
}

const Indicator* Intel::address(const IpAddress& ip) const noexcept {
  const auto found = std::ranges::lower_bound(addresses_, ip, {}, &ByAddress::ip);
  return found == addresses_.end() || found->ip != ip ? nullptr : found->indicator;
}

const Indicator* Intel::domain(std::string_view name) const {
  if (domains_.empty() || name.size() > kLongestName) {
    return nullptr;
  }
  const std::string whole = lower(name);
  std::string_view rest = whole;
  while (rest.find('.') != std::string_view::npos) {
    if (const Indicator* found = find_in(domains_, rest)) {
      return found;
    }
    rest.remove_prefix(rest.find('.') + 1);
  }
  return nullptr;
}

const Indicator* Intel::ja4(std::string_view fingerprint) const noexcept {
  return find_in(ja4s_, fingerprint);
}

}  // namespace prahari
