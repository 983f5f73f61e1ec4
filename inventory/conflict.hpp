// What is shown of a field where several things were told, why that one, and what contradicts it.
//
// Two facts contradict each other if both are well founded, mean different things, and were told
// within a day of each other (identification.md 5.2). What the same source said first and no longer
// says is a change and no contradiction, and so is what was only expected of a device.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inventory/record.hpp"

namespace prahari {

struct Judged {
  Chosen chosen;
  std::string reason;               // "confidence 98, above 90 of SNMP sysDescr"; empty: no fact
  std::vector<const Fact*> rivals;  // that contradict what was chosen
};

// Of the device itself, or of one unit. The facts stay those of the asset.
[[nodiscard]] Judged judge(const Asset& asset, Identity::Field field, const VendorAliases& aliases,
                           std::uint32_t unit = Identity::kNoUnit);

// Whether two values of a field may mean the same thing: "V4.2" and "4.2.0", "Siemens AG" and
// "SIEMENS", a serial number in hex and in decimal.
[[nodiscard]] bool same_meaning(Identity::Field field, std::string_view a, std::string_view b,
                                const VendorAliases& aliases);

// What became of one fact, by its place in Asset::facts.
struct FactMark {
  bool chosen = false;       // it is what is shown of its field
  bool conflict = false;     // it contradicts another
  std::string_view against;  // what it contradicts, as told
};
[[nodiscard]] std::vector<FactMark> mark_facts(const Asset& asset, const VendorAliases& aliases);

// "firmware: 20.11 (CIP Identity) or 20.12 (LLDP)", one for each field in conflict.
[[nodiscard]] std::vector<std::string> conflict_words(const Asset& asset,
                                                      const VendorAliases& aliases);

}  // namespace prahari
