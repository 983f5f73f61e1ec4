#include "inventory/asset.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace prahari {
namespace {

constexpr std::uint32_t kBroadcastUnit = 0;     // the device itself, on Modbus/TCP
constexpr std::uint32_t kNonSignificant = 255;  // likewise, and the usual one
constexpr std::chrono::hours kOld{24 * 30};

// The only unit that answered or told something, or kNoUnit.
std::uint32_t sole_unit(const Asset& asset) noexcept {
  std::uint32_t sole = Identity::kNoUnit;
  const auto other = [&sole](std::uint32_t unit) {
    if (unit == Identity::kNoUnit || unit == sole) {
      return false;
    }
    return std::exchange(sole, unit) != Identity::kNoUnit;
  };
  for (const Unit& unit : asset.units) {
    if (unit.responses > 0 && other(unit.id)) {
      return Identity::kNoUnit;
    }
  }
  for (const Fact& fact : asset.facts) {
    if (other(fact.unit)) {
      return Identity::kNoUnit;
    }
  }
  return sole;
}

// Confidence by recency: a value not seen for a month weighs half.
double weight(const Fact& fact, Timestamp now) noexcept {
  using Hours = std::chrono::duration<double, std::ratio<3600>>;
  const double age = std::max(0.0, Hours{now - fact.last} / Hours{kOld});
  return fact.confidence * (1.0 - 0.5 * std::min(1.0, age));
}

}  // namespace

std::optional<float> level_of(LevelBasis basis) noexcept {
  switch (basis) {
    case LevelBasis::none:
      return std::nullopt;
    case LevelBasis::controller:
    case LevelBasis::cyclic_io:
      return 1.0F;
    case LevelBasis::engineering:
    case LevelBasis::client:
      return 2.0F;
    case LevelBasis::many_controllers:
      return 3.0F;
    case LevelBasis::public_address:
      return 5.0F;
  }
  return std::nullopt;
}

std::string_view reason_of(LevelBasis basis) noexcept {
  constexpr std::array<std::string_view, kLevelBases> kReasons = {
      "",
      "answers requests of an OT protocol",
      "uses programming or engineering functions",
      "asks controllers",
      "asks five controllers or more, as a SCADA server or a historian does",
      "has a public address",
      "sends or takes I/O data cycle by cycle"};
  return kReasons[static_cast<std::size_t>(basis)];
}

const RoleReason* Asset::role_reason(Role role) const noexcept {
  const auto found = std::ranges::find(roles, role, &RoleReason::role);
  return found == roles.end() ? nullptr : &*found;
}

const Fact* Asset::best(Identity::Field field, std::uint32_t unit) const noexcept {
  const std::uint32_t sole = unit == Identity::kNoUnit ? sole_unit(*this) : Identity::kNoUnit;
  const auto counts = [&](std::uint32_t of) {
    return of == unit || (unit == Identity::kNoUnit &&
                          (of == sole || of == kBroadcastUnit || of == kNonSignificant));
  };
  const auto better = [this](const Fact& a, const Fact& b) {
    const double left = weight(a, last_seen);
    const double right = weight(b, last_seen);
    if (left != right) {
      return left > right;
    }
    return a.last != b.last ? a.last > b.last : a.value < b.value;
  };
  const Fact* found = nullptr;
  for (const Fact& fact : facts) {
    if (fact.field == field && counts(fact.unit) && (found == nullptr || better(fact, *found))) {
      found = &fact;
    }
  }
  return found;
}

IpAddress Asset::ip() const noexcept {
  return addresses.empty() ? IpAddress{} : addresses.front().ip;
}

bool Conversation::comes_before(const Conversation& other) const noexcept {
  const auto key = [](const Conversation& row) {
    return std::tie(row.client_ip, row.server_ip, row.server_port, row.transport, row.protocol,
                    row.vlan, row.tunnel);
  };
  return key(*this) < key(other);
}

}  // namespace prahari
