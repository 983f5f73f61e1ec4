#include "dissectors/registry.hpp"

#include <algorithm>
#include <array>

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

bool bound_to(const Dissector& dissector, Binding where) noexcept {
  return std::ranges::any_of(dissector.bindings, [&](const Binding& bound) {
    return bound.layer == where.layer && bound.value == where.value;
  });
}

Protocol at_home(Binding where) noexcept {
  const auto* const found = std::ranges::find_if(
      kDissectors, [&](const Dissector* one) { return !one->opaque && bound_to(*one, where); });
  return found == kDissectors.end() ? Protocol::unknown : (*found)->protocol;
}

}  // namespace prahari
