// Zones for a first site file, from what the wire showed: hosts of the same place in the network
// and the same kind of work are one zone. Who only probes is in none: a person has to decide.

#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inventory/record.hpp"

namespace prahari {

// What a host does, as far as zones are concerned; in the order of the draft.
enum class DraftGroup : std::uint8_t {
  cell,            // controllers, their I/O, gateways to them
  engineering,     // programs, or asks many devices who they are
  supervision,     // polls controllers
  servers,         // answers other hosts
  applications,    // asks servers
  infrastructure,  // routers
  stations         // anything else
};

struct DraftMember {
  std::string text;     // as a zone's `members` hold it
  std::string comment;  // what is known of the host, safe to print
};

struct DraftZone {
  std::string name;
  std::optional<float> level;
  DraftGroup group{};
  std::string why;  // "answers requests of an OT protocol, VLAN 110"
  std::vector<DraftMember> members;
};

// A host that is in no zone, and why.
struct DoubtfulHost {
  IpAddress ip;
  std::string words;
  std::string why;
};

struct DraftZones {
  std::vector<DraftZone> zones;  // in the order of the draft
  std::vector<DoubtfulHost> doubtful;
};

// Assets and conversations of one inventory, in its order. `suspects`: addresses of which a
// detector said something that an ordinary host does not do, with its words.
[[nodiscard]] DraftZones draft_zones(std::span<const AssetRecord> assets,
                                     std::span<const FlowRecord> flows,
                                     const std::map<IpAddress, std::string>& suspects);

// One line of ASCII, whatever the wire said.
[[nodiscard]] std::string comment_text(std::string_view text, std::size_t limit = 120);

}  // namespace prahari
