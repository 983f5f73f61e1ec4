// The network as the reports show it: inventory and site file joined, in plain values and in an
// order that depends on content only. Hosts and conversations are made as they are looked at.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/view_list.hpp"
#include "inventory/inventory.hpp"
#include "inventory/posture_view.hpp"
#include "rules/policy.hpp"

namespace prahari {

inline constexpr std::size_t kNoHost = std::numeric_limits<std::size_t>::max();

struct HostView {
  std::string id;
  std::string name;  // of the site file, else what the device calls itself; may be empty
  std::vector<std::string> ips;  // the most recent first
  std::string mac;
  std::vector<std::uint16_t> vlan;
  std::string nic_vendor;
  std::string vendor;
  std::string product;
  std::string model;
  std::string order_number;
  std::string hardware;
  std::string firmware;
  std::string serial;
  std::string application;
  std::string mode;
  std::string url;
  int identity_confidence = 0;     // of the best of these; 0: nothing was told
  std::vector<std::string> roles;  // "controller", ...
  std::vector<std::string> role_reasons;
  std::string zone;
  std::string group;                     // the ZoneView it is drawn in
  std::optional<double> level;           // of the zone
  std::optional<double> proposed_level;  // from what it does
  std::string level_reason;              // of the proposal
  std::string criticality;
  std::string owner;
  std::string location;
  std::vector<std::string> tags;
  std::size_t units = 0;                 // devices behind this address
  std::vector<ServicePosture> postures;  // of the services it offers
  bool from_site_file = false;
  bool heard = true;  // false: only spoken to
  bool internal = true;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  Timestamp first_seen;
  Timestamp last_seen;

  // Name, else address, else MAC, else id.
  [[nodiscard]] std::string_view label() const noexcept;
  [[nodiscard]] bool has_role(std::string_view role) const noexcept;
  [[nodiscard]] bool has_tag(std::string_view tag) const noexcept;
};

struct TalkView {
  std::size_t client = kNoHost;  // into NetworkView::hosts
  std::size_t server = kNoHost;
  std::string client_ip;
  std::string server_ip;
  std::string service;          // "modbus", "tcp/443"
  std::string vlan;             // "110", "20/110": the outer tag first; empty: untagged
  std::uint8_t operations = 0;  // bit per Operation
  bool established = false;
  bool client_known = false;
  std::uint64_t flows = 0;
  std::uint64_t one_way_flows = 0;
  std::uint64_t gap_flows = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;
  std::uint64_t exceptions = 0;
  Timestamp first;
  Timestamp last;
};

// What one packet told of one field, and what told it.
struct EvidenceView {
  std::string field;
  std::string value;
  std::string unit;  // "unit 3" behind the address; empty: the device itself
  std::string source;
  int confidence = 0;
  std::uint32_t count = 0;
  std::uint16_t file = 0;
  std::uint32_t frame = 0;  // 0: a packet of an earlier run
};

// A device behind the address.
struct UnitView {
  std::string name;    // "unit 3"
  std::string device;  // vendor and product, as far as it told
  std::string firmware;
  std::uint64_t responses = 0;
};

// All that is known of one host and why: too much to be kept for each.
struct HostDetail {
  std::vector<EvidenceView> evidence;  // by field, the best first
  std::vector<UnitView> units;
};

// A conduit of the site file.
struct ConduitView {
  std::string from;
  std::string to;
  std::vector<std::string> allow;
  int line = 0;
};

// A connection for cyclic data.
struct IoView {
  std::size_t originator = kNoHost;  // into NetworkView::hosts
  std::size_t target = kNoHost;
  std::string originator_ip;
  std::string target_ip;
  std::string kind;  // "exclusive owner, class 1, serial 0x0015"
  std::string outputs;
  std::string inputs;
};

struct ZoneView {
  std::string name;   // unlike any other
  std::string label;  // of its box in a drawing by level; empty: the name
  std::optional<double> level;
  std::vector<std::size_t> hosts;
};

struct NetworkView {
  SiteInfo site;
  std::string site_file;  // empty: there is none
  bool has_zones = false;
  ViewList<HostView> hosts;  // by id
  ViewList<TalkView> talks;
  std::vector<IoView> io;             // by target and originator
  std::vector<ConduitView> conduits;  // as the site file has them
  // Highest level first; "unassigned" last, if any host is in it. Without a site file: groups by
  // the level that the inventory proposes and the network (or VLAN) of the address.
  std::vector<ZoneView> zones;

  std::map<std::string, std::string, std::less<>> row_of_part;  // ids of hosts put together
  std::function<std::string_view(std::size_t)> id_of;  // of a host; empty: ask the host itself
  std::function<HostDetail(std::size_t)> detail_of;    // of a host; empty: nothing is known
  std::array<std::size_t, kRoles> role_counts{};       // of all hosts
  std::vector<std::size_t> with_posture;               // hosts of whose protection is known

  // Null if the id is empty or its asset was evicted.
  [[nodiscard]] const HostView* host(std::string_view id) const;

  // For each host the number of its zone; kNoHost for a host that is in none.
  [[nodiscard]] std::vector<std::size_t> zone_numbers() const;
};

// Both must outlive the view.
[[nodiscard]] NetworkView make_network_view(const Inventory& inventory, const Policy& policy);

// The zone of the site file that a host belongs to; without one, the name of the group that its
// proposed level and its network make.
[[nodiscard]] std::string group_of(const HostView& host, bool has_zones);

// Puts each host into its group, which is made where there is none; in each by address. Counts
// roles and notes who has a posture on the way.
void fill_groups(NetworkView& view);

// Vendor, product, model: what the device is, each word once.
[[nodiscard]] std::string device_text(const HostView& host);

// "read, write", in the order of the enumeration; empty if none.
[[nodiscard]] std::string operations_text(std::uint8_t operations);

}  // namespace prahari
