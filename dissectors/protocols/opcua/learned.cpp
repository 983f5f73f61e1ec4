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

}  // namespace

const Nameplate* find_nameplate(std::string_view name) noexcept {
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
