// What a device, its modules and the units behind it say they are.

#include <algorithm>
#include <utility>

#include "dissectors/unit.hpp"
#include "inventory/product_match.hpp"

namespace prahari {
namespace {

using Field = Identity::Field;

void take(const Asset& asset, std::uint32_t unit, Field field, std::string& into, int& trust) {
  if (const Fact* fact = asset.best(field, unit); fact != nullptr) {
    into = fact->value;
    trust = std::max<int>(trust, fact->confidence);
  }
}

MatchTarget target_of(const Asset& asset, std::uint32_t unit, const VendorAliases& aliases) {
  MatchTarget out;
  out.unit = unit;
  int vendor_trust = 0;
  take(asset, unit, Field::product, out.product, out.trust);
  take(asset, unit, Field::model, out.model, out.trust);
  take(asset, unit, Field::order_number, out.order_number, out.trust);
  take(asset, unit, Field::firmware, out.firmware, out.version_trust);
  take(asset, unit, Field::vendor, out.vendor, vendor_trust);
  int ignored = 0;
  take(asset, unit, Field::serial, out.serial, ignored);
  if (out.vendor.empty() && unit == Identity::kNoUnit) {
    out.vendor = asset.nic_vendor;
    out.by_interface = !out.vendor.empty();
  } else if (out.vendor.empty() && is_slot(unit)) {  // a chassis takes modules of its vendor
    take(asset, Identity::kNoUnit, Field::vendor, out.vendor, vendor_trust);
  }
  out.vendor = aliases.usual(out.vendor);
  out.trust = vendor_trust > 0 ? std::min(out.trust, vendor_trust) : out.trust;
  return out;
}

std::vector<std::uint32_t> units_that_tell(const Asset& asset) {
  std::vector<std::uint32_t> out;
  for (const Fact& fact : asset.facts) {
    if (fact.unit != Identity::kNoUnit) {
      out.push_back(fact.unit);
    }
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool same_thing(const MatchTarget& a, const MatchTarget& b) {
  return a.vendor == b.vendor && a.product == b.product && a.model == b.model &&
         a.order_number == b.order_number && a.firmware == b.firmware;
}

}  // namespace

const std::string& MatchTarget::shown() const noexcept {
  return !order_number.empty() ? order_number : (!model.empty() ? model : product);
}

std::string MatchTarget::key() const {
  std::string out;
  for (const std::string* text : {&vendor, &product, &model, &order_number, &firmware, &serial}) {
    out += *text;
    out += '\n';
  }
  out += std::to_string(trust) + "," + std::to_string(version_trust);
  return out + (by_interface ? "i" : "");
}

std::vector<MatchTarget> match_targets(const Asset& asset, const VendorAliases& aliases) {
  std::vector<MatchTarget> out;
  MatchTarget device = target_of(asset, Identity::kNoUnit, aliases);
  for (const std::uint32_t unit : units_that_tell(asset)) {
    MatchTarget one = target_of(asset, unit, aliases);
    if (one.named() && !same_thing(one, device)) {
      out.push_back(std::move(one));
    }
  }
  if (device.named()) {
    out.insert(out.begin(), std::move(device));
  }
  return out;
}

}  // namespace prahari
