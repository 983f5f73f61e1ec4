// A weakness of an asset as the exports show it: one row, and the part of a bill of materials.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/json_writer.hpp"
#include "inventory/weakness.hpp"

namespace prahari {

// Columns of a row in their order, and its cells, as many. The first kShortColumns are for a
// screen.
[[nodiscard]] std::span<const std::string_view> weakness_columns() noexcept;
[[nodiscard]] std::vector<std::string> weakness_cells(const Weakness& weakness);
inline constexpr std::size_t kShortColumns = 12;

// "slot 3"; empty for the device itself.
[[nodiscard]] std::string place_text(const Weakness& weakness);
// "9.8"; empty without a score.
[[nodiscard]] std::string score_text(const Weakness& weakness);
// What it is called by: its CVE, else its title, else the advisory.
[[nodiscard]] const std::string& weakness_id(const Weakness& weakness) noexcept;
// "9.8 critical, exploited, confidence 96: vendor and product exact, ..."
[[nodiscard]] std::string weakness_line(const Weakness& weakness);
// "12 affected (3 known to be exploited), 4 cannot be told, 1 under investigation"
[[nodiscard]] std::string weakness_counts(const WeaknessList& list);

// A list of objects with the columns as members.
void write_weaknesses(JsonWriter& json, std::span<const Weakness> weaknesses);

// The list "vulnerabilities" of CycloneDX 1.6; what is one weakness of several components for one
// reason is one element.
void write_cdx_vulnerabilities(JsonWriter& json, std::span<const Weakness> weaknesses);

}  // namespace prahari
