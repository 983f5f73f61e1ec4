// The site file as the detectors ask it: in which zone is this host, may it do that, is this
// silenced. Built once, read only afterwards. zone_of() and asset_of() search the members and
// assets one by one: ask once for each flow and keep the answer.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  std::string_view name;  // of the message, in plain words
  Target target;
  Timestamp time;  // for what holds at some times only
};

struct Verdict {
  bool allowed = true;
  bool depends_on_target = false;    // another target may be judged otherwise
  bool depends_on_time = false;      // at another time it may be
  bool closed = false;               // refused, but `allow` would allow it at another time
  const Conduit* conduit = nullptr;  // that allows it; or, when refused, that names the zone pair
  const Allow* allow = nullptr;      // the entry of it, where one decides
  const Exception* exception = nullptr;  // that allows it although no conduit does
};

// What one entry says of a request.
enum class ConduitEntryVerdict : std::uint8_t {
  other,         // it speaks of another protocol or class
  other_target,  // of the same on other targets
  closed,        // it would allow it, at another time
  allows
};
struct ConsideredEntry {
  const Conduit* conduit;
  const Allow* allow;
  ConduitEntryVerdict verdict;
};

// Why a host is in its zone.
struct Membership {
  ZoneIndex zone = 0;
  const Member* member = nullptr;  // null: no zone names the host
  int line = 0;
  std::uint16_t file = 0;
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

  [[nodiscard]] Membership membership(const HostKey& host) const noexcept;

  [[nodiscard]] Verdict judge(ZoneIndex from, ZoneIndex to, const Request& request) const noexcept;
  // What each entry of the conduits between the zones says, in the order of the file.
  [[nodiscard]] std::vector<ConsideredEntry> consider(ZoneIndex from, ZoneIndex to,
                                                      const Request& request) const;

  // Whether any [[exception]], over or not, is for these hosts. Ask once for each flow.
  [[nodiscard]] bool may_except(const HostKey& from, const HostKey& to) const noexcept;
  // The [[exception]] that allows this, or null; `over`: one that did until it ended.
  struct Excepted {
    const Exception* holds = nullptr;
    const Exception* over = nullptr;
  };
  [[nodiscard]] Excepted excepted(const HostKey& from, const HostKey& to,
                                  const Request& request) const noexcept;
  // Whether one that still holds is for this protocol (see names_protocol).
  [[nodiscard]] bool excepts_protocol(const HostKey& from, const HostKey& to, Protocol protocol,
                                      Timestamp now) const noexcept;

  // Whether this is an end ("scada", "PLC-7", "10.0.0.0/8") that holds the host; empty: any.
  [[nodiscard]] bool at(std::string_view end, const HostKey& host) const;

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
