#include "dissectors/protocols/enip/objects.hpp"

#include <algorithm>

namespace prahari::enip {
namespace {

constexpr auto kStandard = std::to_array<Object>({
#include "dissectors/protocols/enip/standard_classes.def"
});
constexpr auto kRockwellClasses = std::to_array<Object>({
#include "dissectors/protocols/enip/rockwell_classes.def"
});

template <std::size_t N>
const Object* find_in(const std::array<Object, N>& table, std::uint32_t id) noexcept {
  const auto* const found = std::ranges::lower_bound(table, id, {}, &Object::id);
  return found == table.end() || found->id != id ? nullptr : found;
}

}  // namespace

const Object* find_object(std::uint32_t id, std::uint16_t vendor) noexcept {
  const Object* found = find_in(kStandard, id);
  if (found == nullptr && (vendor == 0 || vendor == kRockwell)) {
    found = find_in(kRockwellClasses, id);
  }
  return found;
}

}  // namespace prahari::enip
