#include "alerts/host_detail.hpp"

#include <algorithm>
#include <tuple>

#include "alerts/text.hpp"

namespace prahari {
namespace {

using Field = Identity::Field;

constexpr std::size_t kLongestValue = 200;

std::string unit_name(std::uint32_t unit) {
  return unit == Identity::kNoUnit ? std::string{} : "unit " + std::to_string(unit);
}

// "order_number" reads "order number".
std::string field_name(Field field) {
  std::string out(to_string(field));
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

EvidenceView evidence_of(const Fact& fact) {
  const bool kept = fact.packet.offset != kNotKept;
  return {.field = field_name(fact.field),
          .value = plain_text(fact.value, kLongestValue),
          .unit = unit_name(fact.unit),
          .source = plain_text(fact.source, kLongestValue),
          .confidence = fact.confidence,
          .count = fact.count,
          .file = fact.packet.file,
          .frame = kept ? fact.packet.frame : 0};
}

std::string told(const Asset& asset, Field field, std::uint32_t unit) {
  const Fact* fact = asset.best(field, unit);
  return fact == nullptr ? std::string{} : plain_text(fact->value, kLongestValue);
}

UnitView unit_of(const Asset& asset, const Unit& unit) {
  UnitView out;
  out.name = unit_name(unit.id);
  out.firmware = told(asset, Field::firmware, unit.id);
  out.responses = unit.responses;
  for (const Field field : {Field::vendor, Field::product, Field::model}) {
    const std::string word = told(asset, field, unit.id);
    if (!word.empty() && out.device.find(word) == std::string::npos) {
      out.device += (out.device.empty() ? "" : " ") + word;
    }
  }
  return out;
}

}  // namespace

HostDetail host_detail(const Asset& asset) {
  std::vector<const Fact*> facts;
  facts.reserve(asset.facts.size());
  for (const Fact& fact : asset.facts) {
    facts.push_back(&fact);
  }
  std::sort(facts.begin(), facts.end(), [](const Fact* a, const Fact* b) {
    // What the device itself told comes before what its units told.
    return std::tuple{a->unit + 1U, a->field, -int{a->confidence},
                      b->last,      a->first, std::string_view{a->value}} <
           std::tuple{b->unit + 1U, b->field, -int{b->confidence},
                      a->last,      b->first, std::string_view{b->value}};
  });
  HostDetail out;
  for (const Fact* fact : facts) {
    out.evidence.push_back(evidence_of(*fact));
  }
  for (const Unit& unit : asset.units) {
    if (unit.responses != 0) {
      out.units.push_back(unit_of(asset, unit));
    }
  }
  return out;
}

}  // namespace prahari
