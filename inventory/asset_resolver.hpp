// Whose packet is this? Decides between the device of a MAC address and a host behind a router.
//
// A MAC fronts an address of somebody else if ARP shows another MAC for it, if the TTL betrays a
// hop, if the address is public beside private ones, or if there are simply too many. It is a
// router from then on: only addresses that ARP confirmed are its own, every other gets an asset.

#pragma once

#include <cstdint>
#include <string>

#include "inventory/asset_table.hpp"

namespace prahari {

// One host as one event shows it.
struct Sighting {
  MacAddress mac;
  PlacedAddress address;
  std::uint8_t ttl = 0;  // as received from the host; 0: unknown
  bool claim = true;     // false: too late to say anything about who has the address
  const PacketRef& packet;
};

class AssetResolver {
 public:
  explicit AssetResolver(AssetTable& assets) noexcept : assets_(assets) {}

  // The asset, made if need be; kNone where the addresses name no host.
  AssetIndex resolve(const Sighting& host);

  // ARP says that this MAC has this address.
  AssetIndex confirm(const Sighting& sender);

 private:
  AssetIndex by_address(const Sighting& host);
  AssetIndex device(const Sighting& host);
  // The words for why the address is not the device's own; empty if it may well be.
  [[nodiscard]] std::string behind(AssetIndex device, AssetIndex owner, const Sighting& host) const;
  [[nodiscard]] std::string too_many(AssetIndex device, const IpAddress& ip) const;
  void take(AssetIndex device, AssetIndex owner, const Sighting& host, bool confirmed);
  void make_router(AssetIndex device, std::string reason, const PacketRef& packet);

  AssetTable& assets_;
};

}  // namespace prahari
