// The draft of a site file, as people read it: every line with what it rests on, and what is left
// for a person to decide. It is a good site file as it stands.

#pragma once

#include <span>
#include <string>

#include "rules/draft_book.hpp"
#include "rules/draft_zones.hpp"
#include "rules/site.hpp"

namespace prahari {

struct DraftInput {
  const DraftZones& zones;
  const DraftBook& book;
  std::span<const std::string> captures;  // by PacketRef::file; empty: from a state
  std::string source;                     // "plant.pcap", "the state in prahari-out"
  Timestamp first;
  Timestamp last;
};

// The zones alone, to be asked which traffic crosses them.
[[nodiscard]] Site draft_site(const DraftZones& zones);

[[nodiscard]] std::string draft_text(const DraftInput& input);

}  // namespace prahari
