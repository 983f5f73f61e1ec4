// Whose packet is this? Decides between the device of a MAC address and a host behind a router.
//
// A MAC fronts an address of somebody else if the TTL betrays a hop, if the address is public
// beside private ones, or if there are simply too many. It is a router from then on: what it used
// itself stays its own, every other address gets an asset.
//
// Where two devices claim one address, the one that had it first keeps it as long as it is heard:
// an address that was stolen by forged ARP must not take the victim's identity along.

#pragma once

#include <cstdint>
#include <string>

#include "inventory/asset_key.hpp"
#include "inventory/asset_table.hpp"

namespace prahari {

// One host as one event shows it.
struct Sighting {
  MacAddress mac;
  PlacedAddress address;
  std::uint8_t ttl = 0;  // as received from the host; 0: unknown
  bool claim = true;     // false: too late to say anything about who has the address
  const PacketRef& packet;

  // Whether the host itself sent, from this very link.
  [[nodiscard]] bool heard() const noexcept { return ttl != 0 && usual_ttl(ttl); }
};

class AssetResolver {
 public:
  explicit AssetResolver(AssetTable& assets) noexcept : assets_(assets) {}

  // The asset, made if need be; kNone where the addresses name no host.
  AssetIndex resolve(const Sighting& host);

  // ARP says that this MAC has this address.
  AssetIndex confirm(const Sighting& sender);

 private:
  AssetIndex shared_address(const Sighting& host);
  AssetIndex by_address(const Sighting& host);
  AssetIndex behind_router(const Sighting& host);
  void claim_beyond_routers(AssetIndex device, const Sighting& host);
  AssetIndex device(const Sighting& host);
  // The words for why the address is not the device's own; empty if it may well be.
  [[nodiscard]] std::string behind(AssetIndex device, AssetIndex owner, const Sighting& host) const;
  [[nodiscard]] bool may_take(AssetIndex device, AssetIndex owner, const Sighting& host,
                              bool confirmed) const;
  [[nodiscard]] std::string too_many(AssetIndex device, const IpAddress& ip) const;
  void take(AssetIndex device, AssetIndex owner, const Sighting& host, bool confirmed);
  AssetIndex route(AssetIndex device, AssetIndex owner, const std::string& reason,
                   const Sighting& host);
  void make_router(AssetIndex device, std::string reason, const PacketRef& packet, bool of_many);

  AssetTable& assets_;
};

}  // namespace prahari
