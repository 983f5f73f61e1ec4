#include "dissectors/protocols/opcua/learned.hpp"

#include <algorithm>
#include <array>

#include "dissectors/protocols/opcua/methods.hpp"

namespace prahari::opcua {
namespace {

using F = Identity::Field;

constexpr auto kNameplates = std::to_array<Nameplate>({
    {"AssetId", F::name},
    {"ComponentName", F::name},
    {"DeviceRevision", F::hardware},
    {"HardwareRevision", F::hardware},
    {"Manufacturer", F::vendor},
    {"Model", F::model},
    {"ProductCode", F::order_number},
    {"ProductInstanceUri", F::application_uri},
    {"SerialNumber", F::serial},
    {"SoftwareRevision", F::firmware},
});
static_assert(std::ranges::is_sorted(kNameplates, {}, &Nameplate::name));

// The letters that they begin with, as bits from 'A': asked of every name, and most have another.
constexpr auto kInitials = [] {
  std::uint32_t letters = 0;
  for (const Nameplate& plate : kNameplates) {
    letters |= 1U << static_cast<unsigned>(plate.name.front() - 'A');
  }
  return letters;
}();

bool may_be_nameplate(std::string_view name) noexcept {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' &&
         (kInitials >> static_cast<unsigned>(name.front() - 'A') & 1U) != 0;
}

}  // namespace

const Nameplate* find_nameplate(std::string_view name) noexcept {
  if (!may_be_nameplate(name)) {
    return nullptr;
  }
  const auto* found = std::ranges::lower_bound(kNameplates, name, {}, &Nameplate::name);
  return found != kNameplates.end() && found->name == name ? found : nullptr;
}

std::string_view Learned::known_name(std::string_view name) noexcept {
  if (const Nameplate* plate = find_nameplate(name)) {
    return plate->name;
  }
  const MethodMeaning* method = meaning_of_method(name);
  return method == nullptr ? std::string_view{} : method->method;
}

void Learned::add(const Entry& entry) {
  const auto known = std::ranges::find(entries_, entry.node, &Entry::node);
  if (known != entries_.end()) {
    known->name = entry.name;
    return;
  }
  if (entries_.size() < kMost) {
    entries_.push_back(entry);
    return;
  }
  entries_[next_] = entry;
  next_ = (next_ + 1) % kMost;
}

std::string_view Learned::name_of(std::uint64_t node) const noexcept {
  const auto known = std::ranges::find(entries_, node, &Entry::node);
  return known == entries_.end() ? std::string_view{} : known->name;
}

}  // namespace prahari::opcua
