#include "dissectors/registry.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <map>
#include <vector>

namespace prahari {

#define PROTOCOL(name) extern const Dissector name##_dissector;
#define INNER(name, outer) PROTOCOL(name)
#include "dissectors/protocols.def"
#undef PROTOCOL

namespace {

constexpr std::array kDissectors = {
#define PROTOCOL(name) &name##_dissector,
#include "dissectors/protocols.def"
#undef PROTOCOL
};

constexpr std::array<std::string_view, kDissectors.size() + 1> kNames = {
#define PROTOCOL(name) #name,
#include "dissectors/protocols.def"
#undef PROTOCOL
    "unknown"};
#undef INNER

constexpr std::array<Protocol, kDissectors.size() + 1> kCarriers = {
#define PROTOCOL(name) Protocol::name,
#define INNER(name, outer) Protocol::outer,
#include "dissectors/protocols.def"
#undef INNER
#undef PROTOCOL
    Protocol::unknown};

static_assert(kDissectors.size() <= std::numeric_limits<DissectorSet>::digits);

// Somewhere that dissectors are bound to.
struct Place {
  std::uint32_t key = 0;
  DissectorSet bound = 0;
};

std::uint32_t key_of(Binding where) noexcept {
  return static_cast<std::uint32_t>(where.layer) << 16U | where.value;
}

template <class Which>
DissectorSet set_of(Which&& which) {
  DissectorSet out = 0;
  for (std::size_t i = 0; i < kDissectors.size(); ++i) {
    out |= which(*kDissectors[i]) ? DissectorSet{1} << i : 0;
  }
  return out;
}

// Sorted by key, each once.
std::vector<Place> all_places() {
  std::map<std::uint32_t, DissectorSet> bound;
  for (std::size_t i = 0; i < kDissectors.size(); ++i) {
    for (const Binding& where : kDissectors[i]->bindings) {
      bound[key_of(where)] |= DissectorSet{1} << i;
    }
  }
  std::vector<Place> out;
  out.reserve(bound.size());
  for (const auto& [key, set] : bound) {
    out.push_back({key, set});
  }
  return out;
}

}  // namespace

std::string_view to_string(Protocol protocol) noexcept {
  return kNames[static_cast<std::size_t>(protocol)];
}

Protocol carrier_of(Protocol protocol) noexcept {
  return kCarriers[static_cast<std::size_t>(protocol)];
}

std::span<const Dissector* const> all_dissectors() noexcept { return kDissectors; }

const Dissector& dissector(Protocol protocol) noexcept {
  return *kDissectors[static_cast<std::size_t>(protocol)];
}

DissectorSet bound_at(Binding where) noexcept {
  static const std::vector<Place> kPlaces = all_places();
  const std::uint32_t key = key_of(where);
  const auto found = std::ranges::lower_bound(kPlaces, key, {}, &Place::key);
  return found == kPlaces.end() || found->key != key ? 0 : found->bound;
}

DissectorSet bound_to_no_port() noexcept {
  static const DissectorSet kSet = set_of([](const Dissector& one) { return one.on_any_port; });
  return kSet;
}

const Dissector& first_of(DissectorSet set) noexcept {
  return *kDissectors[static_cast<std::size_t>(std::countr_zero(set))];
}

Protocol at_home(Binding where) noexcept {
  static const DissectorSet kReadable = set_of([](const Dissector& one) { return !one.opaque; });
  const DissectorSet here = bound_at(where) & kReadable;
  return here == 0 ? Protocol::unknown : first_of(here).protocol;
}

}  // namespace prahari
