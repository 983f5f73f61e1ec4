#include "inventory/merge_rules.hpp"

#include <algorithm>
#include <array>

namespace prahari::merging {
namespace {

using Field = Identity::Field;

constexpr std::uint64_t kNextMacs = 64;       // of one device, one after the other
constexpr std::chrono::minutes kTogether{5};  // within which all ports of a device are heard

bool same_prefix(const MacAddress& a, const MacAddress& b) noexcept {
  return number_of(a) >> 24U == number_of(b) >> 24U;
}

std::uint64_t distance(const MacAddress& a, const MacAddress& b) noexcept {
  const std::uint64_t left = number_of(a);
  const std::uint64_t right = number_of(b);
  return left > right ? left - right : right - left;
}

}  // namespace

std::string core(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
        static_cast<unsigned char>(c) >= 0x80) {
      out += upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return out;
}

std::uint64_t number_of(const MacAddress& mac) noexcept {
  std::uint64_t out = 0;
  for (const std::uint8_t octet : mac.octets) {
    out = out << 8U | octet;
  }
  return out;
}

bool of_device(const Fact& fact) noexcept {
  return fact.unit == Identity::kNoUnit || fact.unit == 0 || fact.unit == 255;
}

Candidates::Candidates(std::span<const MergeCandidate> candidates)
    : list_(candidates.begin(), candidates.end()) {
  std::ranges::sort(list_, {},
                    [](const MergeCandidate& one) -> const std::string& { return one.asset->key; });
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (list_[i].by_mac) {
      by_mac_.emplace(number_of(asset(i).mac), i);
    }
  }
}

std::optional<std::size_t> Candidates::of_mac(const MacAddress& mac) const {
  const auto found = by_mac_.find(number_of(mac));
  return found == by_mac_.end() ? std::nullopt : std::optional{found->second};
}

std::string against_one_device(const MergeCandidate& a, const MergeCandidate& b) {
  if (!a.by_mac || !b.by_mac) {
    return {};
  }
  const Asset& one = *a.asset;
  const Asset& other = *b.asset;
  if (one.mac.locally_administered() != other.mac.locally_administered() ||
      (one.nic_vendor != other.nic_vendor && !same_prefix(one.mac, other.mac))) {
    return "the interfaces have different makers";
  }
  if (distance(one.mac, other.mac) > kNextMacs) {
    return "their MAC addresses are no neighbours";
  }
  const auto apart = one.first_seen > other.first_seen ? one.first_seen - other.first_seen
                                                       : other.first_seen - one.first_seen;
  return apart > kTogether ? "one came long after the other" : std::string{};
}

std::string difference(const Asset& a, const Asset& b) {
  constexpr auto kTypes = std::to_array<Field>({Field::product, Field::model, Field::order_number});
  for (const Fact& one : a.facts) {
    if (std::ranges::find(kTypes, one.field) == kTypes.end() || !of_device(one)) {
      continue;
    }
    const auto same_kind = [&](const Fact& other) {
      return other.field == one.field && other.unit == one.unit && other.source == one.source;
    };
    const bool told = std::ranges::any_of(b.facts, same_kind);
    const bool agree = std::ranges::any_of(b.facts, [&](const Fact& other) {
      return same_kind(other) && core(other.value) == core(one.value);
    });
    if (told && !agree) {
      return std::string{to_string(one.field)} + " differs";
    }
  }
  return {};
}

}  // namespace prahari::merging
