// What devices told about themselves, and the units behind them: kept, bounded, never overwritten.

#pragma once

#include <cstdint>

#include "dissectors/event.hpp"
#include "inventory/asset_entry.hpp"

namespace prahari {

inline constexpr std::size_t kFactsPerAsset = 256;
inline constexpr std::size_t kUnitsPerAsset = 256;
inline constexpr std::uint64_t kFactsInAll = 65'536;
inline constexpr std::uint64_t kUnitsInAll = 65'536;

// What became of a fact or a unit.
enum class Learned : std::uint8_t {
  again,  // known already
  added,
  replaced,  // added, and an older one of the same field was given up for it
  dropped    // no room
};

// `penalty` is taken off the confidence: the packet crossed a router.
// `full`: no more facts in all; an old one of this asset has to go for a new one.
Learned learn(Asset& asset, const Event& identity, std::uint8_t penalty, bool full);

// The place of the unit in Asset::units, which is made if there is room; else units.size().
std::size_t unit_at(Asset& asset, std::uint32_t id, Timestamp now, bool full);

// Moves what `from` has to `into`, as far as there is room; says by how many `into` grew.
std::size_t merge_facts(Asset& from, Asset& into);
std::size_t merge_units(Asset& from, Asset& into);
// When and how much it was seen, and what it spoke.
void merge_sightings(const Asset& from, Asset& into);
void merge_behaviour(AssetEntry& from, AssetEntry& into);

}  // namespace prahari
