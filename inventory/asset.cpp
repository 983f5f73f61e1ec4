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

// What other sources agree adds a little (identification.md section 2).
int agreement(const std::vector<const Fact*>& told, const Fact& fact) noexcept {
  constexpr std::ptrdiff_t kMost = 3;
  constexpr int kEach = 2;
  const auto agrees = [&fact](const Fact* other) {
    return other->source != fact.source && other->value == fact.value;
  };
  return kEach * static_cast<int>(std::min(kMost, std::ranges::count_if(told, agrees)));
}

// Confidence by recency: a value not seen for a month weighs half.
double weight(const Fact& fact, int agreed, Timestamp now) noexcept {
  using Hours = std::chrono::duration<double, std::ratio<3600>>;
  const double age = std::max(0.0, Hours{now - fact.last} / Hours{kOld});
  return (fact.confidence + agreed) * (1.0 - 0.5 * std::min(1.0, age));
}

}  // namespace

std::optional<float> level_of(LevelBasis basis) noexcept {
  switch (basis) {
    case LevelBasis::none:
      return std::nullopt;
    case LevelBasis::controller:
    case LevelBasis::cyclic_io:
    case LevelBasis::field_device:
      return 1.0F;
    case LevelBasis::engineering:
    case LevelBasis::client:
      return 2.0F;
    case LevelBasis::many_controllers:
    case LevelBasis::historian:
      return 3.0F;
    case LevelBasis::remote_access:
      return 3.5F;
    case LevelBasis::office:
      return 4.0F;
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
      "sends or takes I/O data cycle by cycle",
      "says that it is a field device",
      "says that it keeps the history of the plant",
      "is the end of a VPN, where others come in",
      "is a printer or a telephone"};
  return kReasons[static_cast<std::size_t>(basis)];
}

const RoleReason* Asset::role_reason(Role role) const noexcept {
  const auto found = std::ranges::find(roles, role, &RoleReason::role);
  return found == roles.end() ? nullptr : &*found;
}

std::vector<const Fact*> Asset::told(Identity::Field field, std::uint32_t unit) const {
  std::vector<const Fact*> out;
  std::uint32_t sole = Identity::kNoUnit;
  bool asked = unit != Identity::kNoUnit;  // for the only unit
  for (const Fact& fact : facts) {
    if (fact.field != field) {
      continue;
    }
    if (!asked && fact.unit != Identity::kNoUnit) {
      sole = sole_unit(*this);
      asked = true;
    }
    if (fact.unit == unit ||
        (unit == Identity::kNoUnit &&
         (fact.unit == sole || fact.unit == kBroadcastUnit || fact.unit == kNonSignificant))) {
      out.push_back(&fact);
    }
  }
  return out;
}

const Fact* Asset::best(Identity::Field field, std::uint32_t unit) const {
  const std::vector<const Fact*> all = told(field, unit);
  const Fact* found = nullptr;
  double most = 0;
  for (const Fact* fact : all) {
    const double heavy = weight(*fact, all.size() > 1 ? agreement(all, *fact) : 0, last_seen);
    const bool equal = found != nullptr && heavy == most;
    const bool later = equal && (fact->last != found->last ? fact->last > found->last
                                                           : fact->value < found->value);
    if (found == nullptr || heavy > most || later) {
      found = fact;
      most = heavy;
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
