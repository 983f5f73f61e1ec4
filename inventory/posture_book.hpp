// How an asset is protected, as the wire showed it: kept, bounded, counted.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dissectors/event.hpp"
#include "inventory/fact_book.hpp"

namespace prahari {

inline constexpr std::size_t kPosturesPerAsset = 96;
inline constexpr std::uint64_t kPosturesInAll = 32'768;

// `full`: no more in all; an old one of this asset has to go for a new one.
Learned learn_posture(Asset& asset, const Event& posture, bool full);

// Moves what `from` has to `into`, as far as there is room; says by how many `into` grew.
std::size_t merge_postures(Asset& from, Asset& into);

// The names of the flaws, "anonymous", in the order of the enumeration.
[[nodiscard]] std::vector<std::string_view> flaw_names(std::uint32_t flaws);
// What they mean, for a sentence: "neither signed nor encrypted; anybody may log in".
[[nodiscard]] std::string flaw_words(std::uint32_t flaws);

}  // namespace prahari
