// What an asset is for, from what it did: roles with their reasons, and a Purdue level.
// identification.md 5.4.

#pragma once

#include <cstdint>

#include "dissectors/event.hpp"
#include "inventory/asset_entry.hpp"

namespace prahari {

// Adds the role unless it is held already.
void hold(Asset& asset, RoleReason role);

// Notes what a message says about both ends. Either may be null.
void observe(AssetEntry* client, AssetEntry* server, const Event& message);

// Likewise of a connection for cyclic data that was opened, and of data that one of them produced.
void observe_connection(AssetEntry* originator, AssetEntry* target, const Event& connection);
void observe_production(AssetEntry& producer, const Event& production);

// Adds the roles that the device's own words give it, each with whose words they are. Whether it is
// the end of a VPN.
bool hold_told_roles(Asset& asset);

// Derives the roles other than router, and the level, from what was noted. `asked` is the number
// of devices that it sent requests to.
void classify(AssetEntry& entry, std::uint32_t asked);

}  // namespace prahari
