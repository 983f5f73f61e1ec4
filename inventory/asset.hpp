// One device, with everything the wire told about it and how it is known.

#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.hpp"
#include "dissectors/address.hpp"
#include "dissectors/layers.hpp"
#include "dissectors/message.hpp"

namespace prahari {

// Positions in the inventory's tables. Valid until the asset or conversation is evicted; the
// generation tells.
using AssetIndex = std::uint32_t;
using ConversationIndex = std::uint32_t;
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// An address the asset was seen to use.
struct AddressUse {
  IpAddress ip;
  VlanTags vlan;
  bool confirmed = false;  // by ARP; else only by packets
  bool heard = false;      // as the sender, over no router; else only spoken to
  std::uint32_t tunnel = 0;
  Timestamp first;
  Timestamp last;
};

// One value of one field with its origin. A new value is a new fact; none is overwritten.
struct Fact {
  Identity::Field field{};
  std::uint8_t confidence = 0;  // 0 to 100, identification.md section 2
  std::uint32_t count = 0;
  std::uint32_t unit = Identity::kNoUnit;
  std::string value;
  std::string source;  // "Modbus device identification", "OUI"
  Timestamp first;
  Timestamp last;
  PacketRef packet;  // the first that told
};

// One thing that the wire showed of how the asset is protected (Posture), and how often.
struct PostureFact {
  Posture::Aspect aspect{};
  Protocol protocol = Protocol::unknown;
  bool as_client = false;  // it was the client of the conversation
  std::uint16_t port = 0;  // of the server
  std::uint32_t flaws = 0;
  std::uint64_t count = 0;
  std::string what;
  std::string text;
  std::string thumbprint;  // certificate: SHA-1 in hex; else empty
  Timestamp first;
  Timestamp last;
  PacketRef packet;  // the first that showed it
};

// What the asset does, as a set; each with the reason it was given.
enum class Role : std::uint8_t {
  controller,   // answers requests of an OT protocol
  client,       // polls controllers: HMI, SCADA server, collector
  engineering,  // uses programming or engineering functions
  gateway,      // fronts several units, or answered with a gateway exception
  router,       // its MAC fronts addresses of others
  scanner,      // probed many targets
  io_scanner,   // opens I/O connections or sends outputs on them
  adapter,      // produces inputs and takes outputs for an I/O scanner
  hmi,          // says that it is a human-machine interface
  // From here on as the device says of itself.
  network_switch,
  access_point,
  infrastructure,  // hands out addresses, names or the time
  field_device,    // has a fieldbus for its inputs and outputs, and no program
  historian,
  remote_access,  // lets people in: VPN, RDP, VNC
  windows_host,
  printer,
  camera,
  telephone
};
inline constexpr std::size_t kRoles = 19;

[[nodiscard]] constexpr std::string_view to_string(Role role) noexcept {
  constexpr std::array<std::string_view, kRoles> kNames = {
      "controller",   "client",         "engineering",  "gateway",   "router",
      "scanner",      "io-scanner",     "adapter",      "hmi",       "switch",
      "access-point", "infrastructure", "field-device", "historian", "remote-access",
      "windows-host", "printer",        "camera",       "telephone"};
  return kNames[static_cast<std::size_t>(role)];
}

// A device behind the address, such as a Modbus unit behind a gateway.
struct Unit {
  std::uint32_t id = 0;
  std::uint64_t requests = 0;
  std::uint64_t responses = 0;  // normal answers
  std::uint64_t exceptions = 0;
  Timestamp first;
  Timestamp last;
};

struct RoleReason {
  Role role{};
  std::string reason;  // "answered 1,204 Modbus requests, started none"
  Timestamp since;
};

// Why a Purdue level is proposed; in order of strength.
enum class LevelBasis : std::uint8_t {
  none,
  controller,        // 1
  engineering,       // 2
  client,            // 2
  many_controllers,  // 3: asks as many as a SCADA server or a historian does
  public_address,    // 5
  cyclic_io,         // 1; weaker than a controller's answers, stronger than all else
  field_device,      // 1; by its own word, weaker than what it was seen to do
  historian,         // 3; likewise
  remote_access,     // 3.5: the end of a VPN
  office             // 4: a printer, a telephone
};
inline constexpr std::size_t kLevelBases = 11;

[[nodiscard]] constexpr std::string_view to_string(LevelBasis basis) noexcept {
  constexpr std::array<std::string_view, kLevelBases> kNames = {
      "none",           "controller", "engineering",  "client",    "many-controllers",
      "public-address", "cyclic-io",  "field-device", "historian", "remote-access",
      "office"};
  return kNames[static_cast<std::size_t>(basis)];
}

// The proposed Purdue level; a zone of the site file overrules it.
[[nodiscard]] std::optional<float> level_of(LevelBasis basis) noexcept;
// "answers requests of an OT protocol"; empty for none.
[[nodiscard]] std::string_view reason_of(LevelBasis basis) noexcept;

struct Asset {
  std::string id;   // "ast-" and 12 hex digits, from the key: the same on every run
  std::string key;  // "mac 00:1d:9c:00:00:01" or "ip 10.0.0.1 vlan 110": what it is known by
  MacAddress mac;
  std::vector<AddressUse> addresses;  // bounded; the most recent first
  std::vector<Fact> facts;            // bounded
  std::vector<Unit> units;            // bounded, sorted by id
  std::vector<PostureFact> postures;  // bounded
  std::vector<RoleReason> roles;      // held ones only, sorted by role
  std::string nic_vendor;             // by OUI; empty if unknown
  Timestamp first_seen;
  Timestamp last_seen;
  PacketRef first_packet;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t protocols = 0;  // bit per Protocol that it spoke
  static_assert(static_cast<int>(Protocol::unknown) <= 64);
  LevelBasis level = LevelBasis::none;
  bool sent = false;       // false: never heard
  bool spoken_to = false;  // over TCP, as to somebody who answers: a host sends data to no other

  // Whether it is there as far as anybody can tell. Who was only asked, by datagrams or attempts to
  // connect that nobody answered, is remembered, but is no row of the inventory.
  [[nodiscard]] bool present() const noexcept { return sent || spoken_to; }

  [[nodiscard]] bool has_role(Role role) const noexcept { return role_reason(role) != nullptr; }
  // Null unless the role is held.
  [[nodiscard]] const RoleReason* role_reason(Role role) const noexcept;
  // The fact to show for a field of the device itself (or of one unit): highest confidence by
  // recency (identification.md 5.1), then the latest; null if unknown. What a unit told is the
  // device's only for unit 0 or 255, or when it is the only unit that ever answered.
  [[nodiscard]] const Fact* best(Identity::Field field,
                                 std::uint32_t unit = Identity::kNoUnit) const;
  // All facts that best() chooses from.
  [[nodiscard]] std::vector<const Fact*> told(Identity::Field field,
                                              std::uint32_t unit = Identity::kNoUnit) const;
  // The most recently used address, empty if none.
  [[nodiscard]] IpAddress ip() const noexcept;
};

// Who talked to whom: one row of flows.csv.
struct Conversation {
  AssetIndex client = kNone;
  AssetIndex server = kNone;
  IpAddress client_ip;
  IpAddress server_ip;
  VlanTags vlan;
  std::uint32_t tunnel = 0;
  Transport transport = Transport::none;
  std::uint16_t server_port = 0;  // 0 where the protocol has none
  Protocol protocol = Protocol::unknown;
  bool established = false;
  bool client_known = false;    // else client is just who spoke first
  std::uint8_t operations = 0;  // bit per Operation seen
  std::uint32_t flows = 0;
  std::array<std::uint32_t, 4> by_state{};  // messages by Completeness
  std::uint32_t one_way_flows = 0;
  std::uint32_t gap_flows = 0;
  std::uint32_t midstream_flows = 0;       // TCP whose handshake was not seen
  std::array<std::uint64_t, 2> packets{};  // [0] by the client
  std::array<std::uint64_t, 2> bytes{};
  std::uint64_t messages = 0;
  std::uint64_t exceptions = 0;
  Timestamp first;
  Timestamp last;

  // Orders by what a conversation is known by: client, server, port, protocol, VLAN.
  [[nodiscard]] bool comes_before(const Conversation& other) const noexcept;
};

}  // namespace prahari
