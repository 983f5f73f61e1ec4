// The site file as the detectors ask it: in which zone is this host, may it do that, is this
// silenced. Built once, read only afterwards. zone_of() and asset_of() search the members and
// assets one by one: ask once for each flow and keep the answer.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dissectors/event.hpp"
#include "inventory/asset.hpp"
#include "rules/finding.hpp"
#include "rules/site.hpp"

namespace prahari {

struct Threshold;  // rules/detector.hpp

using ZoneIndex = std::uint16_t;  // 0 is "unassigned", i + 1 is Site::zones[i]

struct HostKey {
  IpAddress ip;
  MacAddress mac;
  VlanTags vlan;
};

// What a host wants to do, as far as a conduit cares.
struct Request {
  Protocol protocol = Protocol::unknown;
  Transport transport = Transport::none;
  std::uint16_t server_port = 0;
  bool has_operation = false;  // false: no decoder, only the port is known
  Operation operation{};
  Target target;
};

struct Verdict {
  bool allowed = true;
  bool depends_on_target = false;    // another target may be judged otherwise
  const Conduit* conduit = nullptr;  // that allows it; or, when refused, that names the zone pair
};

class Policy {
 public:
  explicit Policy(Site site);
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  ~Policy();

  [[nodiscard]] const Site& site() const noexcept;
  // False without a site file or without zones: conduit rules are off.
  [[nodiscard]] bool has_zones() const noexcept;

  // The most specific member counts: MAC, address, longer prefix, VLAN.
  [[nodiscard]] ZoneIndex zone_of(const HostKey& host) const noexcept;
  [[nodiscard]] std::string_view zone_name(ZoneIndex zone) const noexcept;
  // Purdue level, or NaN.
  [[nodiscard]] double level(ZoneIndex zone) const noexcept;

  [[nodiscard]] Verdict judge(ZoneIndex from, ZoneIndex to, const Request& request) const noexcept;

  // Whether the operation class is allowed at all between these zones, for traffic that may be
  // this protocol but has said nothing yet: an idle connection to port 502.
  [[nodiscard]] bool names_protocol(ZoneIndex from, ZoneIndex to, Protocol protocol) const noexcept;
  // Whether a protocol with a decoder is allowed between these zones: an unknown flow may be it.
  [[nodiscard]] bool names_any_decoded(ZoneIndex from, ZoneIndex to) const noexcept;

  // Whether the zone switches this kind off.
  [[nodiscard]] bool is_off(std::string_view kind, ZoneIndex zone) const noexcept;

  // What the zone sets, or the file for all zones, or else the threshold's own value. Ask once for
  // each flow or host and keep the answer.
  [[nodiscard]] double threshold(std::string_view kind, const Threshold& threshold,
                                 ZoneIndex zone) const noexcept;

  // Null if no [[asset]] matches.
  [[nodiscard]] const SiteAsset* asset_of(const HostKey& host) const noexcept;
  [[nodiscard]] bool has_tag(const HostKey& host, std::string_view tag) const noexcept;
  // Whether any [[asset]] carries the tag, so that not carrying it means something.
  [[nodiscard]] bool tag_in_use(std::string_view tag) const noexcept;

  // The [[ignore]] that silences this, or null.
  [[nodiscard]] const Ignore* ignored(const Finding& finding, Timestamp now) const noexcept;
  // The [[permit]] that covers this, or null. A `from` without any address, of whom nobody knows
  // who did it, is covered by every permit for `to`.
  [[nodiscard]] const Permit* permitted(const HostKey& from, const HostKey& to, Operation operation,
                                        Timestamp now) const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace prahari
